"""What each stage does, by name."""

from collections.abc import Callable, Mapping

from pipeline.graph import StageName
from pipeline.stages import (
    coaching_text,
    narration,
    prepare_video,
    retrieval,
    store_video,
    video_analysis,
    video_production,
    voice_memo,
)
from pipeline.work import Work, Yielded

RUN: Mapping[StageName, Callable[[Work], Yielded]] = {
    StageName.STORE_VIDEO: store_video.run,
    StageName.PREPARE_VIDEO: prepare_video.run,
    StageName.STORE_MEMO: voice_memo.store_memo,
    StageName.TRANSCRIBE_MEMO: voice_memo.transcribe,
    StageName.EXTRACT_ENTITIES: voice_memo.extract_entities,
    StageName.ANALYZE_VIDEO: video_analysis.run,
    StageName.RETRIEVE: retrieval.run,
    StageName.COACH_TEXT: coaching_text.run,
    StageName.NARRATE: narration.run,
    StageName.PRODUCE_VIDEO: video_production.run,
}
