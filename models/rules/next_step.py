"""What the learner is asked next: a pure function of what the session has and lacks."""

from dataclasses import dataclass
from enum import StrEnum

from models.coaching import RatingAspect
from models.session import CookingSession, SessionStatus


class Ask(StrEnum):
    DISH = "dish"
    VIDEO = "video"
    MEMO = "memo"
    RATING = "rating"
    WAIT_FOR_TEXT = "wait_for_text"
    WAIT_FOR_VIDEO = "wait_for_video"
    COOK_AGAIN = "cook_again"
    TRY_LATER = "try_later"  # failed: parked for the operator, the learner has been told


# While the session still takes a video, a memo or ratings, and while a coaching text is being made.
BEFORE_TEXT = frozenset({Ask.VIDEO, Ask.MEMO, Ask.RATING, Ask.WAIT_FOR_TEXT})
UNDER_WAY = BEFORE_TEXT - {Ask.VIDEO}


@dataclass(frozen=True)
class NextStep:
    ask: Ask
    aspect: RatingAspect | None = None


def has_memo(session: CookingSession) -> bool:
    """A memo came, was typed, or was skipped."""
    return session.memo is not None or session.memo_skipped or session.voice_transcript != ""


def missing_rating(session: CookingSession) -> RatingAspect | None:
    return next((aspect for aspect in RatingAspect if aspect not in session.self_ratings), None)


def next_step(session: CookingSession | None) -> NextStep:
    """`session` is the learner's latest, or None before the first."""
    if session is None:
        return NextStep(Ask.DISH)
    if session.status == SessionStatus.FAILED:
        return NextStep(Ask.TRY_LATER)
    if session.status == SessionStatus.COMPLETED:
        return NextStep(Ask.COOK_AGAIN)
    if session.status == SessionStatus.TEXT_READY:
        return NextStep(Ask.WAIT_FOR_VIDEO)
    if session.video is None:
        return NextStep(Ask.VIDEO)
    if not has_memo(session):
        return NextStep(Ask.MEMO)
    aspect = missing_rating(session)
    if aspect is not None:
        return NextStep(Ask.RATING, aspect)
    return NextStep(Ask.WAIT_FOR_TEXT)
