"""What the learner is asked next: a pure function of what the session has and lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.coaching import RatingAspect
from models.session import CookingSession, SessionStatus


class Ask(StrEnum):
    DISH = "dish"
    VIDEO = "video"
    CONSENT = "consent"  # to look at the video that is there, and listen to the memo
    MEMO = "memo"
    RATING = "rating"
    WAIT_FOR_TEXT = "wait_for_text"
    WAIT_FOR_VIDEO = "wait_for_video"
    COOK_AGAIN = "cook_again"
    TRY_LATER = "try_later"  # failed: parked for the operator, the learner has been told


# While the session still takes a video, a memo or ratings, and while a coaching text is being made.
BEFORE_TEXT = frozenset({Ask.VIDEO, Ask.CONSENT, Ask.MEMO, Ask.RATING, Ask.WAIT_FOR_TEXT})
UNDER_WAY = BEFORE_TEXT - {Ask.VIDEO}


@dataclass(frozen=True)
class NextStep:
    ask: Ask
    aspect: RatingAspect | None = None


def has_memo(session: CookingSession) -> bool:
    """A memo came, was typed, or was skipped."""
    return session.memo is not None or session.memo_skipped or session.voice_transcript != ""


def missing_rating(session: CookingSession) -> RatingAspect | None:
    return _first_missing(session.self_ratings)


def next_step(session: CookingSession | None) -> NextStep:
    """`session` is the learner's latest, or None before the first."""
    if session is None:
        return NextStep(Ask.DISH)
    return step_of(
        session.status,
        has_video=session.video is not None,
        may_see=session.may_be_seen,
        has_memo=has_memo(session),
        ratings=session.self_ratings,
    )


def step_of(
    status: SessionStatus, *, has_video: bool, may_see: bool, has_memo: bool, ratings: Mapping[str, object]
) -> NextStep:
    """Of a cook that is known by these facts alone; `has_memo` as above, `may_see` of all its clips and its memo."""
    if status == SessionStatus.FAILED:
        return NextStep(Ask.TRY_LATER)
    if status == SessionStatus.COMPLETED:
        return NextStep(Ask.COOK_AGAIN)
    if status == SessionStatus.TEXT_READY:
        return NextStep(Ask.WAIT_FOR_VIDEO)
    if not has_video:
        return NextStep(Ask.VIDEO)
    if not may_see:
        return NextStep(Ask.CONSENT)
    if not has_memo:
        return NextStep(Ask.MEMO)
    aspect = _first_missing(ratings)
    if aspect is not None:
        return NextStep(Ask.RATING, aspect)
    return NextStep(Ask.WAIT_FOR_TEXT)


def _first_missing(ratings: Mapping[str, object]) -> RatingAspect | None:
    return next((aspect for aspect in RatingAspect if aspect not in ratings), None)
