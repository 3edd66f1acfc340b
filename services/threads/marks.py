"""How far a coach has read a thread, and how far it was dealt with: two things, for who opens a thread has not answered."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import Message, Sender, rooms_of
from models.handover import ThreadMark, ThreadRead
from services.threads.filters import is_shown


def mark_read(db: DbSession, coach_id: int, user_id: int, to: int) -> None:
    """Never less far than before."""
    row = insert(ThreadRead).values(coach_id=coach_id, user_id=user_id, read_to=to)
    further = func.greatest(col(ThreadRead.read_to), row.excluded.read_to)
    db.execute(row.on_conflict_do_update(index_elements=["coach_id", "user_id"], set_={"read_to": further}))


def mark_unread(db: DbSession, coach_id: int, user_id: int) -> None:
    """From what the learner said last on."""
    theirs = select(func.max(Message.id)).where(
        col(Message.chat_room_id).in_(rooms_of(user_id)), Message.sender == Sender.USER, is_shown()
    )
    read_to = (db.exec(theirs).one() or 1) - 1
    row = insert(ThreadRead).values(coach_id=coach_id, user_id=user_id, read_to=read_to)
    db.execute(row.on_conflict_do_update(index_elements=["coach_id", "user_id"], set_={"read_to": read_to}))


def mark_done(db: DbSession, coach_id: int, user_id: int, to: int) -> None:
    """All up to the message `to`, which is the last that the coach has seen: what came since is not done."""
    row = insert(ThreadMark).values(user_id=user_id, coach_id=coach_id, done_to=to)
    changed = {
        "done_to": func.greatest(col(ThreadMark.done_to), row.excluded.done_to),
        "coach_id": coach_id,
        "done_at": func.now(),
    }
    db.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=changed))
