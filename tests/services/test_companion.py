"""How long calls may last, and what is left of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.base import JAPAN, database_now
from models.chat import Message, rooms_of
from models.companion import CompanionCall
from models.database import Database
from models.user import SubscriptionStatus, User
from services.companion import (
    BEAT,
    COME_BACK,
    Beat,
    CallOver,
    Caps,
    NoMinutesLeft,
    allowance,
    begin_call,
    come_back,
    end_call,
    end_lost_calls,
    note_beat,
)
from services.profile import take_in

CAPS = Caps(free=timedelta(minutes=10), paying=timedelta(hours=1))


@pytest.fixture
def db(database: Database) -> Iterator[DbSession]:
    with database.sessions() as db:
        yield db


@pytest.fixture
def user(db: DbSession) -> User:
    user = take_in(db, f"U{uuid4().hex}", "ゆうこ")
    db.flush()
    return user


def add_call(db: DbSession, user: User, began_at: datetime, seconds: float) -> None:
    call = CompanionCall(
        key=uuid4(), user_id=user.id, began_at=began_at, beat_at=began_at, ended_at=began_at, seconds=seconds
    )
    db.add(call)
    db.flush()


@pytest.mark.parametrize(
    ("status", "minutes"),
    [
        (SubscriptionStatus.FREE, 10),
        (SubscriptionStatus.ACTIVE, 60),
        (SubscriptionStatus.PAST_DUE, 60),
        (SubscriptionStatus.PAUSED, 10),
        (SubscriptionStatus.CANCELLED, 10),
    ],
)
def test_minutes_follow_the_plan(db: DbSession, user: User, status: SubscriptionStatus, minutes: int) -> None:
    user.subscription_status = status
    assert allowance(db, user, CAPS).seconds_left == minutes * 60


def test_a_month_begins_in_japan(db: DbSession, user: User) -> None:
    first = database_now(db).astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    add_call(db, user, first - timedelta(seconds=1), 500)
    assert allowance(db, user, CAPS).seconds_left == 600
    add_call(db, user, first, 100.5)
    assert allowance(db, user, CAPS).seconds_left == 499


def test_without_minutes_no_call_begins(db: DbSession, user: User) -> None:
    add_call(db, user, database_now(db), 10_000)
    assert allowance(db, user, CAPS).seconds_left == 0
    with pytest.raises(NoMinutesLeft):
        begin_call(db, user, None, CAPS)


def test_a_learner_has_one_living_call(db: DbSession, user: User) -> None:
    first, second = begin_call(db, user, None, CAPS), begin_call(db, user, None, CAPS)
    with pytest.raises(CallOver):
        note_beat(db, first.id, Beat(1, 5), CAPS)
    assert note_beat(db, second.id, Beat(1, 5), CAPS).seconds_left == 595
    db.add(CompanionCall(key=uuid4(), user_id=user.id))
    with pytest.raises(IntegrityError):
        db.flush()


def test_a_call_that_was_away_for_too_long_is_over(db: DbSession, user: User) -> None:
    call = begin_call(db, user, None, CAPS)
    call.beat_at -= COME_BACK - timedelta(seconds=5)
    assert come_back(db, user, call.key).id == call.id
    call.beat_at -= COME_BACK + timedelta(seconds=5)
    with pytest.raises(CallOver):
        come_back(db, user, call.key)


def test_the_page_that_has_a_call_no_more_changes_nothing(db: DbSession, user: User) -> None:
    call = begin_call(db, user, None, CAPS)
    come_back(db, user, call.key)
    call.seconds = 0
    with pytest.raises(CallOver):
        note_beat(db, call.id, Beat(1, 30), CAPS)
    end_call(db, call.id, Beat(1, 30), "")
    db.flush()
    db.refresh(call)
    assert (call.seconds, call.ended_at) == (0, None)
    assert note_beat(db, call.id, Beat(2, 30), CAPS).seconds_left == 570


def test_what_the_page_before_could_not_note_is_counted_as_it_comes_back(db: DbSession, user: User) -> None:
    call = begin_call(db, user, None, CAPS)
    call.beat_at -= BEAT - timedelta(seconds=1)
    come_back(db, user, call.key)
    assert call.seconds == pytest.approx(4)
    call.beat_at -= COME_BACK - timedelta(seconds=5)  # most of it without a page
    come_back(db, user, call.key)
    assert call.seconds == pytest.approx(4 + BEAT.total_seconds())


def test_calls_that_nobody_came_back_to_are_ended(db: DbSession, user: User) -> None:
    call = begin_call(db, user, None, CAPS)
    note_beat(db, call.id, Beat(1, 90, handle="h"), CAPS)
    assert end_lost_calls(db) == 0
    call.beat_at -= COME_BACK + timedelta(seconds=5)
    db.flush()
    assert end_lost_calls(db) == 1
    db.refresh(call)
    assert (call.ended_at, call.handle) == (call.beat_at, "")
    lines = db.exec(select(Message.text).where(col(Message.chat_room_id).in_(rooms_of(user.id)))).all()
    assert len(lines) == 1


def test_its_end_is_told_once(db: DbSession, user: User) -> None:
    call = begin_call(db, user, None, CAPS)
    for _ in range(2):
        end_call(db, call.id, Beat(1, 125), "")
    lines = db.exec(select(Message.text).where(col(Message.chat_room_id).in_(rooms_of(user.id)))).all()
    assert lines == ["2分ほど、いっしょにキッチンに立ちましたね。次の一皿も、声をかけてください。"]
    db.refresh(call)
    assert call.seconds == 125
