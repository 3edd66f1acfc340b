"""Who the learner is: arriving, their name, leaving and coming back; what they have learnt so far."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base import phrasebook
from models.chat import RoomType
from models.learner import LearnerState
from models.user import User
from services.outbox import release_owed, room_of


def find_learner(db: DbSession, line_user_id: str) -> User | None:
    return db.exec(select(User).where(User.line_user_id == line_user_id)).first()


def is_nameless(user: User | None) -> bool:
    """LINE would not tell the name so far."""
    return user is None or user.first_name == phrasebook.NAMELESS


def take_in(db: DbSession, line_user_id: str, first_name: str | None) -> User:
    """The learner's row, made at first use with both rooms. A name is taken over where there was none."""
    user = find_learner(db, line_user_id)
    if user is None:
        values = {"line_user_id": line_user_id, "first_name": first_name or phrasebook.NAMELESS}
        db.execute(insert(User).values(**values).on_conflict_do_nothing())
        user = db.exec(select(User).where(User.line_user_id == line_user_id)).one()
        for room in RoomType:
            room_of(db, user.id, room)
    elif first_name is not None and is_nameless(user):
        user.first_name = first_name
        db.add(user)
    return user


def block(db: DbSession, user: User, now: datetime) -> None:
    """What is owed stays owed until they come back."""
    user.blocked_at = now
    db.add(user)


def unblock(db: DbSession, user: User) -> None:
    user.blocked_at = None
    db.add(user)
    db.flush()
    release_owed(db, user)


def learner_state(db: DbSession, user_id: int) -> LearnerState:
    """The learner's state, made at first use."""
    db.execute(insert(LearnerState).values(user_id=user_id).on_conflict_do_nothing())
    # Locked: two sessions that finish at once must not lose each other's summaries.
    return db.exec(select(LearnerState).where(LearnerState.user_id == user_id).with_for_update()).one()
