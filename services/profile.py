"""Who the learner is: arriving, their name, leaving and coming back; what they have learnt so far."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload
from sqlmodel import Session as DbSession
from sqlmodel import select

from errors import MomentError
from knowledge_base import phrasebook
from models.base import database_now, note_now
from models.chat import RoomType
from models.learner import LearnerState
from models.user import Friendship, User
from services.menus import forget_menu, owe_menu
from services.outbox import release_owed, room_of
from services.sign_in import sign_out_everywhere


class LearnerGone(MomentError):
    """Their data was deleted meanwhile."""

    words = "web.sign_in_again"


ASK_NAME_AGAIN = timedelta(days=1)
# Of who writes to an account without adding it, a push is shown for so long (LINE docs: Conditions for sending push
# messages); an hour less, for it has to get there.
REACHED_WITHOUT_FOLLOWING = timedelta(days=7) - timedelta(hours=1)


class FriendNoMore(MomentError):
    """They have blocked us: the way back is to follow us again."""

    words = "web.friend_no_more"


def find_learner(db: DbSession, line_user_id: str) -> User | None:
    """With the database's time and whom they follow, for what is asked of both next."""
    statement = select(User, func.now()).where(User.line_user_id == line_user_id)
    row = db.execute(statement.options(joinedload(User.friendships))).unique().first()  # type: ignore[arg-type]
    if row is None:
        return None
    user: User = row[0]
    note_now(db, row[1])
    return user


def wants_name(db: DbSession, user: User | None) -> bool:
    """Whether LINE is to be asked what to call them: until it has answered, and daily while it tells no name."""
    if user is None:
        return True
    if user.first_name != phrasebook.NAMELESS:
        return False
    return user.name_asked_at is None or database_now(db) - user.name_asked_at > ASK_NAME_AGAIN


def take_in(db: DbSession, line_user_id: str, first_name: str | None, known: User | None = None) -> User:
    """The learner's row, made at first use with both rooms; `known` where it is read already. A name is taken over where
    there was none; None is not known yet, the phrasebook's NAMELESS is LINE's answer that there is none to be had."""
    user = known or find_learner(db, line_user_id)
    if user is None:
        values = {"line_user_id": line_user_id, "first_name": phrasebook.NAMELESS}
        db.execute(insert(User).values(**values).on_conflict_do_nothing())
        user = db.exec(select(User).where(User.line_user_id == line_user_id)).one()
        for room in RoomType:
            room_of(db, user.id, room)
    if first_name is not None and user.first_name == phrasebook.NAMELESS:
        user.first_name = first_name
        user.name_asked_at = func.now()  # type: ignore[assignment]
        db.add(user)
    return user


def let_in(db: DbSession, line_user_id: str, first_name: str | None) -> User:
    """Who comes by a page is taken in as by a message, but for one who has blocked us: LINE's tokens live on after that,
    and nothing that a page starts would reach them. Raises FriendNoMore."""
    user = find_learner(db, line_user_id)
    if user is None:
        return take_in(db, line_user_id, first_name)
    if user.blocked_at is not None:
        raise FriendNoMore(f"learner {user.id}")
    return user


def note_friendship(db: DbSession, user: User, channel: str, *, follows: bool = True) -> None:
    """They follow this LINE account, or (without `follows`) have written there. An unfollow may come late: LINE does not
    guarantee the order."""
    friendship = db.get(Friendship, (user.id, channel))
    is_new, now = friendship is None, database_now(db)
    if friendship is None:
        friendship = Friendship(user_id=user.id, channel=channel, contact_at=now)
        db.add(friendship)
    was_out_of_reach = user.blocked_at is not None or is_new or _is_out_of_reach(friendship, now)
    if friendship.blocked_at is not None:
        friendship.blocked_at = None
    if friendship.contact_at is not None:
        friendship.contact_at = None if follows else now
    if was_out_of_reach:
        user.blocked_at = None
        db.flush()
        release_owed(db, user)
    if follows:  # LINE shows everybody's menu to who comes back
        db.flush()
        owe_menu(db, user.id, channel)


def ask_to_add(db: DbSession, user: User, channel: str) -> bool:
    """Whether they are to be asked now to add this LINE account: once, and only those who write there without."""
    friendship = db.get(Friendship, (user.id, channel))
    if friendship is None or friendship.contact_at is None or friendship.asked_at is not None:
        return False
    friendship.asked_at = database_now(db)
    return True


def _is_out_of_reach(friendship: Friendship, now: datetime) -> bool:
    return friendship.contact_at is not None and now - friendship.contact_at > REACHED_WITHOUT_FOLLOWING


def block(db: DbSession, user: User, channel: str, now: datetime) -> None:
    """They follow this LINE account no more. Without any other, what is owed stays owed until they come back."""
    db.merge(Friendship(user_id=user.id, channel=channel, blocked_at=now))
    db.flush()
    forget_menu(db, user.id, channel)
    if not followed_channels(db, user):
        user.blocked_at = now
        db.add(user)
        sign_out_everywhere(db, user.id)


def followed_channels(db: DbSession, user: User) -> Sequence[str]:
    """The names of our LINE accounts that show them what we send."""
    rows = db.execute(select(Friendship, func.now()).where(Friendship.user_id == user.id)).all()
    return channels_reached([friendship for friendship, _ in rows], rows[0][1]) if rows else ()


def channels_reached(friendships: Sequence[Friendship], now: datetime) -> Sequence[str]:
    """The same of friendships that are read already."""
    return sorted(
        each.channel for each in friendships if each.blocked_at is None and not _is_out_of_reach(each, now)
    )


def lock_learner(db: DbSession, user_id: int) -> None:
    """Until the transaction ends: whoever counts the learner's work in it and takes some more counts all of it. Messages
    and media may be stored meanwhile. Raises LearnerGone."""
    locked = select(User.id).where(User.id == user_id).with_for_update(key_share=True)
    if db.exec(locked).first() is None:
        raise LearnerGone(f"user {user_id}")


def learner_state(db: DbSession, user_id: int) -> LearnerState:
    """The learner's state, made at first use."""
    mine = {"user_id": user_id}
    # One that is there is locked so: two sessions that finish at once must not lose each other's summaries.
    kept = insert(LearnerState).values(**mine).on_conflict_do_update(index_elements=["user_id"], set_=mine)
    return db.scalars(kept.returning(LearnerState), execution_options={"populate_existing": True}).one()
