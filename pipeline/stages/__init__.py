"""What each stage does, by name."""

from collections.abc import Callable, Mapping

from models.session import StageName
from pipeline.stage import StageContext, StageResult
from pipeline.stages import (
    coaching_text,
    film,
    narration,
    prepare_video,
    retrieval,
    video_analysis,
    video_production,
    voice_memo,
)

RUN: Mapping[StageName, Callable[[StageContext], StageResult]] = {
    StageName.PREPARE_VIDEO: prepare_video.run,
    StageName.TRANSCRIBE_MEMO: voice_memo.transcribe,
    StageName.EXTRACT_ENTITIES: voice_memo.extract_entities,
    StageName.ANALYZE_VIDEO: video_analysis.run,
    StageName.RETRIEVE: retrieval.run,
    StageName.COACH_TEXT: coaching_text.run,
    StageName.NARRATE: narration.run,
    StageName.PRODUCE_VIDEO: video_production.run,
    StageName.PRODUCE_FILM: film.run,
}
