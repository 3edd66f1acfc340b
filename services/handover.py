"""A coach, who is a person, takes a learner's thread and gives it back.

While a coach has it, nothing that the AI says of its own is sent (models/rules/handover.py): it lies there as a draft
(services/drafts.py). Who has the thread is asked by each delivery in the statement that claims it.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from knowledge_base import console_talk
from models.chat import Message, MessageType, Sender
from models.coach import Coach
from models.handover import Handover, Resume
from models.user import User
from services import outbox
from services.coaches import audit
from services.drafts import settle_drafts
from services.menus import owe_menu
from services.privacy import LearnerLeaving

LONGEST_SUMMARY = 1_000  # characters
SUMMARY_LIFE = timedelta(days=14)  # after that the AI is not told of it any more


class ThreadTaken(MomentError):
    """Another coach has the thread."""

    words = "console.taken"

    def __init__(self, by: str) -> None:
        super().__init__("another coach has the thread")
        self.by = by


class NotTaken(MomentError):
    """Nobody has the thread: there is nothing to give back."""

    words = "console.not_taken"


class SummaryTooLong(MomentError):
    words = "console.summary_too_long"


def open_handover(db: DbSession, user_id: int) -> Handover | None:
    is_open = Handover.user_id == user_id, col(Handover.returned_at).is_(None)
    return db.exec(select(Handover).where(*is_open)).first()


def has_coach(db: DbSession, user_id: int) -> bool:
    """Whether a coach has the learner's thread."""
    return open_handover(db, user_id) is not None


def coach_keeps_thread(db: DbSession, user_id: int) -> bool:
    """Whether a coach has it, who cannot give it back before this transaction ends: what is left to them is seen then."""
    is_open = col(Handover.user_id) == user_id, col(Handover.returned_at).is_(None)
    return db.exec(select(Handover.id).where(*is_open).with_for_update(read=True)).first() is not None


def coach_has_thread(user_id: Mapped[int]) -> ColumnElement[bool]:
    """The same, asked within another statement."""
    is_open = col(Handover.user_id) == user_id, col(Handover.returned_at).is_(None)
    return select(Handover.id).where(*is_open).exists()


def take(db: DbSession, user: User, coach_id: int) -> Handover:
    """The learner is told in one line. Taken by the same coach again it is the same. Raises ThreadTaken, LearnerLeaving."""
    handover, is_new = take_silently(db, user, coach_id)
    if is_new:
        _queue_line(db, handover, MessageType.HANDOVER_BEGUN, console_talk.taken_by(name_of(db, coach_id)))
    return handover


def take_silently(db: DbSession, user: User, coach_id: int) -> tuple[Handover, bool]:
    """And whether it is so only now: then the caller tells the learner. One statement decides between two coaches. Raises
    ThreadTaken, LearnerLeaving."""
    if user.leaving_since is not None:
        raise LearnerLeaving(f"learner {user.id}")
    _end_of_who_left(db, user.id)
    new = insert(Handover).values(user_id=user.id, coach_id=coach_id, summary="")
    new = new.on_conflict_do_nothing(
        index_elements=["user_id"], index_where=col(Handover.returned_at).is_(None)
    )
    handover_id = db.execute(new.returning(col(Handover.id))).scalar()
    handover = open_handover(db, user.id)
    if handover is None or handover.coach_id != coach_id:
        raise _refusal(db, handover)
    if handover_id is not None:
        audit(db, coach_id, "handover.take", user_id=user.id, handover_id=handover_id)
        owe_menu(db, user.id)
    return handover, handover_id is not None


def hand_back(
    db: DbSession, user: User, coach_id: int, resume: Resume, summary: str, *, for_another: bool = False
) -> None:
    """What was made for the learner meanwhile goes out; the AI answers their last question, or the next one, and knows the
    summary. `for_another`: of whichever coach has it. Raises ThreadTaken, NotTaken, SummaryTooLong."""
    if len(summary) > LONGEST_SUMMARY:
        raise SummaryTooLong(f"{len(summary)} characters")
    mine = col(Handover.user_id) == user.id, col(Handover.returned_at).is_(None)
    returned = update(Handover).where(*mine).values(returned_at=func.now(), resume=resume, summary=summary)
    if not for_another:
        returned = returned.where(col(Handover.coach_id) == coach_id)
    handover_id = db.execute(returned.returning(col(Handover.id))).scalar()
    if handover_id is None:
        raise _refusal(db, open_handover(db, user.id))
    audit(db, coach_id, "handover.return", user_id=user.id, handover_id=handover_id, resume=resume)
    # Taken and given back within seconds: there is nothing to tell.
    if not withdraw_line(db, handover_id):
        handover = db.get_one(Handover, handover_id)
        _queue_line(db, handover, MessageType.HANDOVER_ENDED, console_talk.RETURNED)
    settle_drafts(db, user.id, resume)
    owe_menu(db, user.id)


def withdraw_line(db: DbSession, handover_id: int) -> bool:
    """The line that a coach has the thread, as long as nobody has begun to send it. False: it is on its way, or there."""
    untried = (
        select(Message)
        .where(Message.handover_id == handover_id, Message.kind == MessageType.HANDOVER_BEGUN)
        .where(Message.attempts == 0, col(Message.retry_key).is_not(None))
        .with_for_update(skip_locked=True)
    )
    line = db.exec(untried).first()
    if line is None:
        return False
    db.delete(line)
    db.flush()
    return True


def last_summary(db: DbSession, user_id: int) -> str:
    """What the coach who had the thread lately left for the AI; ""."""
    lately = Handover.user_id == user_id, col(Handover.returned_at) > func.now() - SUMMARY_LIFE
    newest = select(Handover.summary).where(*lately).order_by(col(Handover.id).desc())
    return db.exec(newest.limit(1)).first() or ""


def name_of(db: DbSession, coach_id: int | None) -> str:
    """As learners see it."""
    coach = db.get(Coach, coach_id) if coach_id is not None else None
    return coach.name if coach is not None else console_talk.SOMEBODY


def _end_of_who_left(db: DbSession, user_id: int) -> None:
    """A coach who has left gives nothing back: whoever takes their thread may have it."""
    here = select(Coach.id).where(col(Coach.left_at).is_(None))
    is_open = col(Handover.user_id) == user_id, col(Handover.returned_at).is_(None)
    has_left = or_(col(Handover.coach_id).is_(None), col(Handover.coach_id).not_in(here))
    db.execute(update(Handover).where(*is_open, has_left).values(returned_at=func.now(), resume=Resume.NEXT))


def _queue_line(db: DbSession, handover: Handover, kind: MessageType, words: str) -> None:
    """Once a handover, which an index guards."""
    outbox.queue_message(
        db,
        handover.user_id,
        kind,
        text=words,
        sender=Sender.SYSTEM,
        patience=outbox.PATIENCE,
        handover_id=handover.id,
    )


def _refusal(db: DbSession, handover: Handover | None) -> MomentError:
    return NotTaken() if handover is None else ThreadTaken(name_of(db, handover.coach_id))
