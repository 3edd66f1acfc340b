"""The stage graph: what each stage needs, and which may run now. A pure function of the rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from models.session import CookingSession
from pipeline.queue import Job


class StageName(StrEnum):
    STORE_VIDEO = "store_video"
    PREPARE_VIDEO = "prepare_video"
    STORE_MEMO = "store_memo"
    TRANSCRIBE_MEMO = "transcribe_memo"
    EXTRACT_ENTITIES = "extract_entities"
    ANALYZE_VIDEO = "analyze_video"
    RETRIEVE = "retrieve"
    COACH_TEXT = "coach_text"
    NARRATE = "narrate"
    PRODUCE_VIDEO = "produce_video"


MEMO_STAGES = frozenset({StageName.STORE_MEMO, StageName.TRANSCRIBE_MEMO, StageName.EXTRACT_ENTITIES})


@dataclass(frozen=True)
class Facts:
    """The rows a decision rests on. `now` in UTC."""

    session: CookingSession
    finished: Collection[str]  # stages that have yielded
    parked: Collection[str]  # stages given up
    now: datetime
    memo_grace: timedelta

    def has(self, *stages: StageName) -> bool:
        return all(stage in self.finished for stage in stages)


@dataclass(frozen=True)
class Stage:
    name: StageName
    job: Job
    needs: Callable[[Facts], bool]
    # Given up, it does not fail the session: what it would have yielded has a fallback.
    optional: bool = field(default=False)


def memo_deadline(facts: Facts) -> datetime | None:
    """When the coaching stops waiting for a memo that has not come. None before there is a video."""
    received = facts.session.video_received_at
    return received + facts.memo_grace if received else None


def memo_settled(facts: Facts) -> bool:
    """Processed, given up, skipped by the learner, or never sent within its grace."""
    session = facts.session
    if session.memo_message_id is not None or session.voice_transcript:
        return any(stage in facts.parked for stage in MEMO_STAGES) or facts.has(StageName.EXTRACT_ENTITIES)
    deadline = memo_deadline(facts)
    return session.memo_skipped or (deadline is not None and facts.now >= deadline)


def _has_transcript(facts: Facts) -> bool:
    typed = facts.session.memo_message_id is None and facts.session.voice_transcript != ""
    return typed or facts.has(StageName.TRANSCRIBE_MEMO)


STAGES = (
    Stage(StageName.STORE_VIDEO, Job.FETCH, lambda f: f.session.video_message_id is not None),
    # Where the analysis will run: no hop between them, and no wait behind a render.
    Stage(StageName.PREPARE_VIDEO, Job.RUN_STAGE, lambda f: f.has(StageName.STORE_VIDEO)),
    Stage(StageName.STORE_MEMO, Job.FETCH, lambda f: f.session.memo_message_id is not None, optional=True),
    Stage(StageName.TRANSCRIBE_MEMO, Job.RUN_STAGE, lambda f: f.has(StageName.STORE_MEMO), optional=True),
    Stage(StageName.EXTRACT_ENTITIES, Job.RUN_STAGE, _has_transcript, optional=True),
    Stage(StageName.ANALYZE_VIDEO, Job.RUN_STAGE, lambda f: f.has(StageName.PREPARE_VIDEO)),
    Stage(StageName.RETRIEVE, Job.RUN_STAGE, lambda f: f.has(StageName.ANALYZE_VIDEO) and memo_settled(f)),
    Stage(StageName.COACH_TEXT, Job.RUN_STAGE, lambda f: f.has(StageName.RETRIEVE)),
    Stage(StageName.NARRATE, Job.RUN_STAGE, lambda f: f.has(StageName.COACH_TEXT)),
    # A learner who takes the footage back after the text gets no video of it.
    Stage(
        StageName.PRODUCE_VIDEO,
        Job.RENDER,
        lambda f: f.has(StageName.NARRATE) and f.session.proxy_url != "",
    ),
)
STAGE = {stage.name: stage for stage in STAGES}


def ready(facts: Facts) -> list[Stage]:
    """The stages that have what they need and have neither yielded nor been given up."""
    # A memo that comes after the text is answered in the chat, not coached again.
    closed = MEMO_STAGES if facts.has(StageName.COACH_TEXT) else frozenset[StageName]()
    return [
        stage
        for stage in STAGES
        if stage.name not in facts.finished
        and stage.name not in facts.parked
        and stage.name not in closed
        and stage.needs(facts)
    ]
