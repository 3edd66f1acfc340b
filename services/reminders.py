"""Learners who are away: when they were last heard of, whether they are to be reminded of where they left, and with what
words. One gentle push an absence, by day in Japan; whoever wants none switches them off."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, text
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import away_talk
from knowledge_base.catalogue import load
from knowledge_base.phrasebook import address
from models.chat import OWED, Message, MessageType, Sender, Topic, rooms_of
from models.coaching import CoachingText
from models.dish import Dish
from models.media import Media, MediaState
from models.plan import Plan
from models.rules.absence import AWAY, GONE, Left, Place, is_away, is_due, may_be_reminded, where_left
from models.rules.history import latest_session, sessions_of
from models.session import CookingSession
from models.user import User
from services.handover import has_coach
from services.names import called
from services.outbox import queue_message
from services.plan.offer import has_trial
from services.profile import followed_channels
from services.reminder_pause import pause_in_force

STEP = timedelta(days=1)  # `heard_at` is as exact as that


@dataclass(frozen=True)
class Reminder:
    words: str
    dish: str  # the slug of what can be gone on with, "" where it is to be chosen


def note_heard(user: User, now: datetime) -> None:
    """They do something here. Their row changes once a day."""
    wants = user.reminders_off_since is None
    if user.heard_at is None or now - user.heard_at > STEP or (wants and user.remind_at is None):
        user.heard_at = now
        user.remind_at = now + AWAY + STEP if wants else None


def await_return(user: User, now: datetime) -> None:
    """Something has happened after which they may go on, though they did nothing here: a plan has begun or goes on."""
    user.heard_at = now
    if user.reminders_off_since is None:
        user.remind_at = now + AWAY + STEP


def switch_off(db: DbSession, user: User, now: datetime) -> None:
    user.reminders_off_since, user.remind_at = now, None
    db.add(user)


def switch_on(db: DbSession, user: User, now: datetime) -> None:
    user.reminders_off_since, user.heard_at = None, now
    user.remind_at = now + AWAY + STEP
    db.add(user)


def remind(db: DbSession, user: User, reminder: Reminder, now: datetime) -> Message:
    """Owed as a push; whether it still fits is asked again when it is sent (`still_fits`)."""
    user.remind_at, user.reminded_at = None, now
    db.add(user)
    return queue_message(
        db,
        user.id,
        MessageType.NOTICE,
        text=reminder.words,
        sender=Sender.SYSTEM,
        topic=Topic.REMINDER,
        facts={"dish": reminder.dish},
    )


def reminder_for(db: DbSession, user: User, now: datetime) -> Reminder | None:
    """None where they are not away, want none, have nothing to go on with, or something of theirs is under way."""
    if not may_be_reminded(user, db.get(Plan, user.id)) or not is_due(user, heard_at(db, user), now):
        return None
    if not followed_channels(db, user) or is_under_way(db, user) or has_coach(db, user.id):
        return None
    if pause_in_force(db, user.id) is not None:
        return None
    place = place_of(db, user)
    return None if place is None else Reminder(_words(db, user, place), _slug(db, place))


def still_fits(db: DbSession, user: User, now: datetime) -> bool:
    """The reminder that is owed, which may have waited: nothing was heard of them since, and they may be reminded."""
    if user.remind_at is not None or user.reminded_at is None or has_coach(db, user.id):
        return False
    heard = heard_at(db, user)
    may = may_be_reminded(user, db.get(Plan, user.id)) and pause_in_force(db, user.id) is None
    return may and heard < user.reminded_at and now - heard <= GONE


def heard_at(db: DbSession, user: User) -> datetime:
    """By their row, or by what they have sent since, through whatever door."""
    mine = select(func.max(Message.created_at)).where(
        col(Message.chat_room_id).in_(rooms_of(user.id)), Message.sender == Sender.USER
    )
    cooked = select(func.max(CookingSession.created_at)).where(CookingSession.user_id == user.id)
    known = (user.heard_at, db.exec(mine).one(), db.exec(cooked).one())
    return max((at for at in known if at is not None), default=user.created_at)


def is_under_way(db: DbSession, user: User) -> bool:
    """Something is owed to them, or works on what they have sent."""
    is_owed = or_(text(OWED), and_(col(Message.sender) == Sender.USER, col(Message.due_at).is_not(None)))
    owed = select(Message.id).where(col(Message.chat_room_id).in_(rooms_of(user.id)), is_owed)
    fetched = select(Media.id).where(Media.user_id == user.id, Media.state == MediaState.OWED)
    return any(db.exec(each.limit(1)).first() is not None for each in (owed, fetched))


def place_of(db: DbSession, user: User) -> Place | None:
    taught = db.exec(select(Dish).where(col(Dish.slug).in_(load().dishes)))
    dishes = {dish.id: dish for dish in taught}
    return where_left(user, sessions_of(db, user.id), dishes, has_trial=has_trial(db, user))


def place_words(db: DbSession, place: Place) -> str:
    """One or two sentences of where they left."""
    last = place.last
    if place.left is Left.FIRST_COOK:
        return away_talk.FIRST_COOK
    if place.left is Left.NEXT_DISH:
        return away_talk.dish_done(_name(db, last.dish_id)) if last else away_talk.NEXT_DISH
    assert place.dish_id is not None  # noqa: S101 - of these two it is known
    assert place.number is not None  # noqa: S101
    dish = _name(db, place.dish_id)
    if last is not None:
        return away_talk.to_try(dish, last.session_number, _action_of(last))
    if place.left is Left.COOK:
        return away_talk.chosen(dish, place.number)
    return away_talk.cooked(dish, place.number - 1) if place.number > 1 else away_talk.NEXT_DISH


def words_after_long(db: DbSession, user: User, now: datetime) -> str:
    """Where they left, for one who comes back after weeks without a cook; "" for everybody else."""
    latest = latest_session(db, user.id)
    if latest is None or not is_away(now - (latest.coaching_text_delivered_at or latest.created_at)):
        return ""
    place = place_of(db, user)
    return place_words(db, place) if place is not None else ""


def focus_of(db: DbSession, cook: CookingSession) -> str:
    """What this cook tries: what its dish's last coaching asked for. "" for a first one."""
    mine = CookingSession.user_id == cook.user_id, CookingSession.dish_id == cook.dish_id
    coached = select(CookingSession).where(*mine, CookingSession.session_number < cook.session_number)
    last = db.exec(coached.order_by(col(CookingSession.session_number).desc()).limit(1)).first()
    return away_talk.to_try_now(_action_of(last)) if last is not None and last.coaching_text else ""


def _words(db: DbSession, user: User, place: Place) -> str:
    return away_talk.reminder(address(called(user)), place_words(db, place))


def _slug(db: DbSession, place: Place) -> str:
    return db.get_one(Dish, place.dish_id).slug if place.dish_id is not None else ""


def _name(db: DbSession, dish_id: int) -> str:
    return db.get_one(Dish, dish_id).name_ja


def _action_of(coached: CookingSession) -> str:
    return CoachingText.model_validate(coached.coaching_text).next_action
