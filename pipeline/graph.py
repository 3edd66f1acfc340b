"""The stage graph: what each stage needs, and which may run now. A pure function of the rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobs.queue import Job
from models.session import MEMO_STAGES, OPTIONAL_STAGES, CookingSession, StageName
from services.films import can_be_shown


@dataclass(frozen=True)
class Facts:
    """The rows a decision rests on. `now` in UTC."""

    session: CookingSession
    finished: Collection[str]  # stages that have yielded
    parked: Collection[str]  # stages given up
    now: datetime
    memo_grace: timedelta
    # Of a third attempt: the first, where the learner has agreed to a film of both.
    first_attempt: CookingSession | None = None

    def has(self, *stages: StageName) -> bool:
        return all(stage in self.finished for stage in stages)

    def after(self, stage: StageName) -> "Facts":
        """Once this stage too has yielded."""
        return replace(self, finished={*self.finished, stage})

    def without(self, stage: StageName) -> "Facts":
        """Once this stage has been given up."""
        return replace(self, parked={*self.parked, stage})


@dataclass(frozen=True)
class Stage:
    name: StageName
    job: Job
    needs: Callable[[Facts], bool]

    @property
    def is_optional(self) -> bool:
        """Given up, it does not fail the session: what it would have yielded has a fallback."""
        return self.name in OPTIONAL_STAGES

    @property
    def is_of_memo(self) -> bool:
        return self.name in MEMO_STAGES


def memo_deadline(facts: Facts) -> datetime | None:
    """When the coaching stops waiting for a memo that has not come. None before there is a video."""
    video = facts.session.video
    return video.received_at + facts.memo_grace if video else None


def memo_settled(facts: Facts) -> bool:
    """Processed, given up, skipped by the learner, or never sent within its grace."""
    session = facts.session
    if session.files:
        return False  # one of them may be the memo
    if session.memo is not None or session.voice_transcript:
        given_up = any(stage in facts.parked for stage in MEMO_STAGES)
        unreachable = session.memo is not None and session.memo.parked_at is not None
        return given_up or unreachable or facts.has(StageName.EXTRACT_ENTITIES)
    deadline = memo_deadline(facts)
    return session.memo_skipped or (deadline is not None and facts.now >= deadline)


def _has_video(facts: Facts) -> bool:
    """All clips that came. A learner who takes the footage back after the text gets no video of it. Until they have agreed
    to it being looked at it is only kept."""
    videos = facts.session.videos
    return bool(videos) and all(video.is_stored and video.may_be_seen for video in videos)


def _has_view(facts: Facts) -> bool:
    """Intake finds that a plain clip is its own view; of the others one is made each."""
    return all(video.view_key != "" for video in facts.session.videos)


def _has_memo(facts: Facts) -> bool:
    memo = facts.session.memo
    return memo is not None and memo.is_stored and memo.may_be_seen


def _has_transcript(facts: Facts) -> bool:
    is_typed = facts.session.memo is None and facts.session.voice_transcript != ""
    return is_typed or facts.has(StageName.TRANSCRIBE_MEMO)


def _has_film_to_make(facts: Facts) -> bool:
    """While the narration is thought of nobody renders for this session: a film that is ready by then goes with the
    coaching video. Later it lets that go before."""
    is_free = not facts.has(StageName.NARRATE) or facts.has(StageName.PRODUCE_VIDEO)
    return is_free and all(
        cook is not None and can_be_shown(cook) for cook in (facts.first_attempt, facts.session)
    )


STAGES = (
    Stage(StageName.PREPARE_VIDEO, Job.PREPARE, lambda f: _has_video(f) and not _has_view(f)),
    Stage(StageName.TRANSCRIBE_MEMO, Job.RUN_STAGE, _has_memo),
    Stage(StageName.EXTRACT_ENTITIES, Job.RUN_STAGE, _has_transcript),
    Stage(StageName.ANALYZE_VIDEO, Job.RUN_STAGE, lambda f: _has_video(f) and _has_view(f)),
    Stage(StageName.RETRIEVE, Job.RUN_STAGE, lambda f: f.has(StageName.ANALYZE_VIDEO) and memo_settled(f)),
    Stage(StageName.COACH_TEXT, Job.RUN_STAGE, lambda f: f.has(StageName.RETRIEVE)),
    Stage(StageName.NARRATE, Job.RUN_STAGE, lambda f: f.has(StageName.COACH_TEXT)),
    Stage(StageName.PRODUCE_VIDEO, Job.RENDER, lambda f: f.has(StageName.NARRATE) and _has_video(f)),
    Stage(StageName.PRODUCE_FILM, Job.RENDER, _has_film_to_make),
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
