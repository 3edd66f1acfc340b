"""Calls while a learner cooks: how long they may last, that there is one at a time, and that another process can go on with
it. What is said in one is kept nowhere."""

import functools
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from knowledge_base import companion_talk
from logs.logger import get_logger
from models.base import JAPAN, database_now
from models.chat import MessageType, Sender, Topic
from models.coaching import ModelCall, Usage
from models.companion import CompanionCall
from models.database import Database
from models.dish import Dish
from models.rules.entitlement import PAYING
from models.session import CookingSession
from models.user import User
from services.outbox import queue_message
from services.privacy import LearnerLeaving
from settings import Settings

log = get_logger(__name__)

BEAT = timedelta(seconds=5)  # how often a call that lives says so
COME_BACK = timedelta(minutes=3)  # for so long after its last sign of life a call goes on
LOOK_FOR_LOST = timedelta(minutes=1)
WORTH_A_LINE = timedelta(minutes=1)
LARGEST_ID = 2**31 - 1  # of a row
RIDE = timedelta(hours=12)  # how long that line waits for a reply that carries it


class NoMinutesLeft(MomentError):
    """The month's minutes are used up."""

    words = "web.no_minutes_left"


class CallOver(MomentError):
    """It was ended, another was begun, or it was away for too long."""

    words = "web.call_over"


@dataclass(frozen=True)
class Caps:
    """Of a month in Japan."""

    free: timedelta
    paying: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.companion_free, settings.companion_paying)


@dataclass(frozen=True)
class Allowance:
    seconds_left: int
    seconds_a_month: int


@dataclass(frozen=True)
class Cook:
    """What a call is about."""

    session_id: int
    dish_id: int
    number: int


@dataclass(frozen=True)
class Beat:
    """Of one page's visit, since its last one. `handle` is None where the model has given none since."""

    visit: int
    seconds: float
    handle: str | None = None
    moments_said: int = 0
    calls: Sequence[ModelCall] = ()


def allowance(db: DbSession, user: User, caps: Caps, call: CompanionCall | None = None) -> Allowance:
    """Of this month; of a call that lives, of the month that it began in."""
    cap = caps.paying if user.subscription_status in PAYING else caps.free
    began = _month_begin(call.began_at if call is not None else database_now(db))
    mine = col(CompanionCall.user_id) == user.id, col(CompanionCall.began_at) >= began
    used = db.exec(select(func.coalesce(func.sum(CompanionCall.seconds), 0.0)).where(*mine)).one()
    return Allowance(max(0, int(cap.total_seconds() - used)), int(cap.total_seconds()))


def begin_call(db: DbSession, user: User, cook: Cook | None, caps: Caps) -> CompanionCall:
    """Another of theirs that lives is over with it: there is one kitchen. Raises NoMinutesLeft."""
    db.exec(select(User.id).where(User.id == user.id).with_for_update()).one()
    if allowance(db, user, caps).seconds_left <= 0:
        raise NoMinutesLeft(f"learner {user.id}")
    living = col(CompanionCall.user_id) == user.id, col(CompanionCall.ended_at).is_(None)
    for other in db.exec(select(CompanionCall).where(*living).with_for_update()):
        _end(db, other)
    db.flush()
    call = CompanionCall(key=uuid4(), user_id=user.id)
    if cook is not None:
        call.session_id, call.dish_id, call.number = cook.session_id, cook.dish_id, cook.number
    db.add(call)
    db.flush()
    db.refresh(call)
    return call


def come_back(db: DbSession, user: User, key: UUID) -> CompanionCall:
    """To a call whose page or process was lost. Raises CallOver."""
    call = db.exec(
        select(CompanionCall)
        .where(CompanionCall.key == key, CompanionCall.user_id == user.id)
        .with_for_update()
    ).first()
    now = database_now(db)
    if call is None or call.ended_at is not None or call.beat_at < now - COME_BACK:
        raise CallOver(f"of learner {user.id}")
    # What the page before has not noted any more, and cannot from now on.
    call.seconds += min((now - call.beat_at).total_seconds(), BEAT.total_seconds())
    call.beat_at = now
    call.visit += 1
    db.add(call)
    return call


def note_beat(db: DbSession, call_id: int, beat: Beat, caps: Caps) -> Allowance:
    """Raises CallOver, also where another page has it now; LearnerLeaving for who has asked to be forgotten."""
    call = _lock_visit(db, call_id, beat.visit)
    if call is None:
        raise CallOver(f"call {call_id}")
    _add(call, beat, database_now(db))
    db.add(call)
    db.flush()
    user = db.get_one(User, call.user_id)
    if user.leaving_since is not None:
        raise LearnerLeaving(f"learner {user.id}")
    return allowance(db, user, caps, call)


def end_call(db: DbSession, call_id: int, last: Beat, practised: str) -> None:
    """The chat gets one line, with the next reply. To end it once more, or from a page that has it no more, changes
    nothing."""
    call = _lock_visit(db, call_id, last.visit)
    if call is None:
        return
    _add(call, last, database_now(db))
    _end(db, call)
    _tell(db, call, practised)


def _lock_visit(db: DbSession, call_id: int, visit: int) -> CompanionCall | None:
    lives = col(CompanionCall.ended_at).is_(None), col(CompanionCall.visit) == visit
    return db.exec(select(CompanionCall).where(CompanionCall.id == call_id, *lives).with_for_update()).first()


def end_lost_calls(db: DbSession) -> int:
    """Those nobody came back to; how many."""
    lost = col(CompanionCall.ended_at).is_(None), col(CompanionCall.beat_at) < func.now() - COME_BACK
    calls = db.exec(select(CompanionCall).where(*lost).with_for_update(skip_locked=True)).all()
    for call in calls:
        call.ended_at, call.handle = call.beat_at, ""
        db.add(call)
        _tell(db, call, "")
    return len(calls)


def _tell(db: DbSession, call: CompanionCall, practised: str) -> None:
    if call.seconds < WORTH_A_LINE.total_seconds():
        return
    if db.get_one(User, call.user_id).leaving_since is not None:
        return
    dish = db.get(Dish, call.dish_id) if call.dish_id is not None else None
    minutes = max(1, round(call.seconds / 60))
    queue_message(
        db,
        call.user_id,
        MessageType.NOTICE,
        text=companion_talk.ended(minutes, dish.name_ja if dish else "", call.number, practised),
        sender=Sender.AI,
        topic=Topic.CALL,
        patience=RIDE,
    )


class LostCalls:
    """Ends calls that nobody came back to: runs until it is told to stop, beside the reconciler."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                with self._database.transaction() as db:
                    end_lost_calls(db)
            except Exception:
                log.exception("lost calls not looked for")  # whatever it was, the next look is made
            stop.wait(LOOK_FOR_LOST.total_seconds())


def cook_for_call(db: DbSession, user: User, session_id: int) -> CookingSession | None:
    """The learner's own; None for another's, or where it is not there."""
    session = db.get(CookingSession, session_id) if session_id <= LARGEST_ID else None
    return session if session is not None and session.user_id == user.id else None


def _add(call: CompanionCall, beat: Beat, now: datetime) -> None:
    call.beat_at = now
    call.seconds += beat.seconds
    call.moments_said = max(call.moments_said, beat.moments_said)
    if beat.handle is not None:
        call.handle = beat.handle
    if beat.calls:
        calls = functools.reduce(_sum, beat.calls, Usage.model_validate(call.usage).calls)
        usage = Usage(calls=calls, cost_usd=sum(each.cost_usd for each in calls))
        call.usage = usage.model_dump(mode="json")


def _sum(calls: list[ModelCall], more: ModelCall) -> list[ModelCall]:
    """One for each model: a call has hundreds of turns."""
    before = next((each for each in calls if each.model == more.model), None)
    if before is None:
        return [*calls, more]
    tokens = Counter(before.input_tokens) + Counter(more.input_tokens)
    total = more.model_copy(
        update={
            "input_tokens": dict(tokens),
            "output_tokens": before.output_tokens + more.output_tokens,
            "seconds": before.seconds + more.seconds,
            "cost_usd": before.cost_usd + more.cost_usd,
        }
    )
    return [total if each is before else each for each in calls]


def _end(db: DbSession, call: CompanionCall) -> None:
    call.ended_at, call.handle = database_now(db), ""
    db.add(call)


def _month_begin(now: datetime) -> datetime:
    return now.astimezone(JAPAN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
