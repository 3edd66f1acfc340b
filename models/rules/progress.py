"""How far the coaching of a cook has come, read off the rows, for a learner who looks on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.session import MEMO_STAGES, CookingSession, SessionStatus, StageName, StageRun

# Comes before the pipeline: the video is fetched and looked into.
STORE_VIDEO = "store_video"
# From when a stage that has not begun never will: what it would have yielded is done without.
_DONE_WITHOUT: Mapping[StageName, StageName] = {
    StageName.PREPARE_VIDEO: StageName.ANALYZE_VIDEO,
    **dict.fromkeys(MEMO_STAGES, StageName.RETRIEVE),
}
OVER = frozenset({SessionStatus.COMPLETED, SessionStatus.FAILED})


class StageState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"  # not needed for this cook
    FAILED = "failed"  # given up, until an operator tries again


class Phase(StrEnum):
    """How a learner is told of it: the same words for each wherever it is shown (knowledge_base/waiting_talk.py)."""

    RECEIVED = "received"
    LOOKING = "looking"
    WRITING = "writing"
    FILMING = "filming"
    DELIVERED = "delivered"
    FAILED = "failed"


def phase_of(session: CookingSession, finished: Collection[str]) -> Phase | None:
    """None while its video is waited for. `finished` are the names of stages that have yielded."""
    if session.status == SessionStatus.FAILED:
        return Phase.FAILED
    if session.status == SessionStatus.COMPLETED:
        return Phase.DELIVERED
    if session.coaching_text:
        return Phase.FILMING
    if session.video is None:
        return None
    if StageName.ANALYZE_VIDEO in finished:
        return Phase.WRITING
    is_looked_at = session.video.is_stored and session.video.may_be_seen
    return Phase.LOOKING if is_looked_at else Phase.RECEIVED


@dataclass(frozen=True)
class Estimates:
    """From our own last sessions: from the video to the text, and from the text to the coaching video (None: no session
    tells)."""

    text: timedelta
    video: timedelta | None


@dataclass(frozen=True)
class Progress:
    """`text_in` and `video_in` are never negative, and None where nothing is on its way or nothing is known."""

    session_id: int
    status: SessionStatus
    has_text: bool
    stages: Mapping[str, StageState]
    text_in: timedelta | None
    video_in: timedelta | None

    @property
    def is_over(self) -> bool:
        return self.status in OVER


def progress(
    session: CookingSession, runs: Mapping[str, StageRun], now: datetime, estimates: Estimates
) -> Progress:
    """`runs` are the session's own, by stage; `now` in UTC."""
    stages = {STORE_VIDEO: _store_state(session)}
    of_coaching = [stage for stage in StageName if stage is not StageName.PRODUCE_FILM]
    stages |= {stage.value: _state(stage, runs) for stage in of_coaching}
    text_in, video_in = _times_left(session, runs, now, estimates)
    return Progress(session.id, session.status, bool(session.coaching_text), stages, text_in, video_in)


def _store_state(session: CookingSession) -> StageState:
    video = session.video
    if video is None:
        return StageState.WAITING
    if video.is_stored:
        return StageState.DONE
    if video.parked_at is not None:
        return StageState.FAILED
    return StageState.RUNNING if video.lease_token is not None else StageState.WAITING


def _state(stage: StageName, runs: Mapping[str, StageRun]) -> StageState:
    run = runs.get(stage)
    if run is not None and run.finished_at is not None:
        return StageState.DONE
    later = runs.get(_DONE_WITHOUT.get(stage, ""))
    if later is not None and later.attempts > 0:
        return StageState.SKIPPED
    if run is None:
        return StageState.WAITING
    if run.parked_at is not None:
        return StageState.FAILED
    return StageState.RUNNING if run.lease_token is not None else StageState.WAITING


def _times_left(
    session: CookingSession, runs: Mapping[str, StageRun], now: datetime, estimates: Estimates
) -> tuple[timedelta | None, timedelta | None]:
    if session.status in OVER or session.video is None:
        return None, None
    if not session.coaching_text:
        text_in = max(timedelta(), session.video.received_at + estimates.text - now)
        return text_in, None if estimates.video is None else text_in + estimates.video
    written = runs.get(StageName.COACH_TEXT)
    if estimates.video is None or written is None or written.finished_at is None:
        return None, None
    return None, max(timedelta(), written.finished_at + estimates.video - now)
