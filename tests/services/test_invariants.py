"""Each invariant, broken on purpose, is named; what is healthy is named by none; and each break is told once."""

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, text
from sqlmodel import Session as DbSession
from sqlmodel import col, update

from benchmarks.backlog import fill as fill_backlog
from jobs.queue import Job
from migrations.migrate import downgrade, upgrade
from models.base import database_now
from models.chat import Message, MessageType, WaitReason
from models.database import Database
from models.handover import Handover
from models.inbox import EventSource, InboxEvent
from models.media import Media, MediaKind, MediaSource
from models.plan import PaidPeriod, Plan
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.user import SubscriptionStatus, User
from services import invariants, profile
from services.invariants import INVARIANTS, InvariantWatch, Violation, violations
from services.outbox import queue_message
from tests.log_lines import log_lines
from tests.models.filled_database import fill
from tests.system import listening

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def user(database: Database) -> User:
    with database.transaction() as db:
        return profile.take_in(db, "U-" + "1" * 30, "ゆうこ")


def found(database: Database) -> list[Violation]:
    with database.transaction() as db:
        return list(violations(db))


def add_session(
    db: DbSession, user: User, status: SessionStatus = SessionStatus.PROCESSING, *, age: timedelta = HOUR
) -> CookingSession:
    session = CookingSession(user_id=user.id, dish_id=1, session_number=1, status=status)
    session.updated_at = database_now(db) - age
    db.add(session)
    db.flush()
    return session


def add_message(
    db: DbSession, user: User, *, kind: MessageType = MessageType.NOTICE, age: timedelta = HOUR, **values: Any
) -> Message:
    """Owed, and due since it is there."""
    session_id = values.pop("session_id", None)
    message = queue_message(db, user.id, kind, text="はい", session_id=session_id)
    long_ago = database_now(db) - age
    values = {"created_at": long_ago, "due_at": long_ago, "nudge_at": long_ago} | values
    db.execute(update(Message).where(col(Message.id) == message.id).values(**values))
    db.refresh(message)
    return message


# --- what stands still


@pytest.mark.parametrize("status", [SessionStatus.PROCESSING, SessionStatus.TEXT_READY])
def test_a_session_that_nothing_drives_on_is_named(
    database: Database, user: User, status: SessionStatus
) -> None:
    with database.transaction() as db:
        session = add_session(db, user, status)
    assert found(database) == [Violation("session_without_progress", session.id, user.id)]


def _has_a_stage(db: DbSession, session: CookingSession) -> None:
    run = StageRun(session_id=session.id, stage=StageName.NARRATE, job=Job.RUN_STAGE)
    run.due_at = database_now(db) + HOUR
    db.add(run)


def _waits_for_a_clip(db: DbSession, session: CookingSession) -> None:
    clip = Media(
        user_id=session.user_id,
        session_id=session.id,
        kind=MediaKind.VIDEO,
        source=MediaSource.LINE,
        object_key="clip",
        due_at=database_now(db) + HOUR,
    )
    db.add(clip)


def _waits_for_a_memo(db: DbSession, session: CookingSession) -> None:
    session.nudge_at = database_now(db) + MINUTE
    session.updated_at = database_now(db) - HOUR


def _has_changed_lately(db: DbSession, session: CookingSession) -> None:
    session.updated_at = database_now(db) - 14 * MINUTE


def _is_over(db: DbSession, session: CookingSession) -> None:
    session.status, session.updated_at = SessionStatus.COMPLETED, database_now(db) - HOUR


@pytest.mark.parametrize(
    "make", [_has_a_stage, _waits_for_a_clip, _waits_for_a_memo, _has_changed_lately, _is_over]
)
def test_a_session_that_goes_on_is_not(
    database: Database, user: User, make: Callable[[DbSession, CookingSession], None]
) -> None:
    with database.transaction() as db:
        make(db, add_session(db, user))
    assert found(database) == []


# --- what is owed


OWED_TOO_LONG: dict[str, dict[str, Any]] = {
    "nobody takes it": {},
    "its lease ran out": {"lease_token": uuid4(), "attempts": 1},
    "it was lost": {"due_at": None, "nudge_at": None},
    "it fails again and again": {"due_at": func.now() + MINUTE, "attempts": 5, "error": "Unavailable: 500"},
    "it waits for a coach whom nobody knows": {"waits_for": WaitReason.COACH, "due_at": None},
}


@pytest.mark.parametrize("how", OWED_TOO_LONG)
def test_a_message_that_is_owed_too_long_is_named(database: Database, user: User, how: str) -> None:
    with database.transaction() as db:
        message = add_message(db, user, **OWED_TOO_LONG[how])
    assert found(database) == [Violation("message_owed_too_long", message.id, user.id)]


OWED_RIGHTLY: dict[str, dict[str, Any]] = {
    "it is new": {"age": 9 * MINUTE},
    "it was let go just now": {"due_at": func.now(), "attempts": 7, "error": "RateLimited"},
    "it goes in the morning": {"due_at": func.now() + 8 * HOUR},
    "it failed once": {"due_at": func.now() + MINUTE, "attempts": 1, "error": "Unavailable: 500"},
    "it waits for the quota": {"waits_for": WaitReason.QUOTA},
    "it waits for the learner": {"waits_for": WaitReason.UNBLOCK, "due_at": None},
    "it was given up": {"parked_at": func.now(), "due_at": None},
    "it is delivered": {"delivered_at": func.now(), "due_at": None},
    "nobody wants it any more": {"retry_key": None, "due_at": None},
}


@pytest.mark.parametrize("how", OWED_RIGHTLY)
def test_a_message_that_waits_rightly_is_not(database: Database, user: User, how: str) -> None:
    with database.transaction() as db:
        add_message(db, user, **OWED_RIGHTLY[how])
    assert found(database) == []


def test_a_draft_of_a_thread_that_a_coach_has_is_not(database: Database, user: User) -> None:
    with database.transaction() as db:
        db.add(Handover(user_id=user.id))
        add_message(db, user, waits_for=WaitReason.COACH, due_at=None)
    assert found(database) == []


def test_a_message_that_waits_for_nothing_earlier_is_named_after_a_minute(
    database: Database, user: User
) -> None:
    behind: dict[str, Any] = {"waits_for": WaitReason.EARLIER_MESSAGE, "due_at": None}
    with database.transaction() as db:
        session = add_session(db, user, SessionStatus.COMPLETED)
        first = add_message(db, user, session_id=session.id, waits_for=WaitReason.UNBLOCK, due_at=None)
        second = add_message(db, user, session_id=session.id, age=2 * MINUTE, **behind)
        add_message(db, user, session_id=session.id, age=timedelta(), **behind)
    assert found(database) == []
    with database.transaction() as db:
        sent = update(Message).where(col(Message.id) == first.id)
        db.execute(sent.values(delivered_at=func.now(), waits_for=None))
    assert found(database) == [Violation("message_owed_too_long", second.id, user.id)]


# --- events


def add_event(db: DbSession, source: EventSource, subject: str, **values: Any) -> InboxEvent:
    event = InboxEvent(source=source, event_id=uuid4().hex, subject=subject)
    event.received_at = database_now(db) - 6 * MINUTE
    event.sqlmodel_update(values)
    db.add(event)
    db.flush()
    return event


def test_an_event_that_nobody_handles_is_named_with_whose_it_is(database: Database, user: User) -> None:
    with database.transaction() as db:
        db.add(Plan(user_id=user.id, customer_id="cus_1"))
        now = database_now(db)
        said = add_event(db, EventSource.LINE, user.line_user_id)
        paid = add_event(db, EventSource.STRIPE, "cus_1")
        unknown = add_event(db, EventSource.LINE, "")
        add_event(db, EventSource.LINE, user.line_user_id, handled_at=now)
        add_event(db, EventSource.LINE, user.line_user_id, received_at=now - 4 * MINUTE)
    assert found(database) == [
        Violation("event_unhandled", said.id, user.id),
        Violation("event_unhandled", paid.id, user.id),
        Violation("event_unhandled", unknown.id, None),
    ]


# --- two texts


def test_a_second_text_of_a_session_is_named(database: Database, user: User) -> None:
    """Which an index refuses: as if it had been lost."""
    with database.transaction() as db:
        db.execute(text("DROP INDEX uq_message_once_per_session"))
        session = add_session(db, user, SessionStatus.COMPLETED)
        sent: dict[str, Any] = {"kind": MessageType.COACHING_READY, "session_id": session.id, "due_at": None}
        sent |= {"delivered_at": func.now(), "delivered_by": "push"}
        add_message(db, user, **sent)
    assert found(database) == []
    with database.transaction() as db:
        add_message(db, user, **sent)
    assert found(database) == [Violation("two_texts_for_a_session", session.id, user.id)]


# --- the plan


def add_plan(db: DbSession, user: User, status: SubscriptionStatus, months: int = 1, **values: Any) -> None:
    """As it is while it is paid for."""
    now = database_now(db)
    plan = Plan(user_id=user.id, customer_id="cus_1", subscription_id="sub_1", period_end=now + 20 * DAY)
    db.add(plan.sqlmodel_update(values))
    payer = db.get_one(User, user.id)
    payer.subscription_status, payer.months_paid = status, months
    period = PaidPeriod(
        user_id=user.id,
        invoice_id="in_1",
        customer_id="cus_1",
        subscription_id="sub_1",
        amount_yen=9800,
        starts_at=now - 10 * DAY,
        ends_at=now + 20 * DAY,
        paid_at=now - 10 * DAY,
    )
    db.add(period)
    db.flush()


def test_a_plan_as_stripe_has_it_is_not_named(database: Database, user: User) -> None:
    with database.transaction() as db:
        add_plan(db, user, SubscriptionStatus.ACTIVE)
    assert found(database) == []


@pytest.mark.parametrize("status", [SubscriptionStatus.CANCELLED, SubscriptionStatus.PAUSED])
def test_who_may_not_cook_may_have_paid_all_the_same(
    database: Database, user: User, status: SubscriptionStatus
) -> None:
    with database.transaction() as db:
        add_plan(db, user, status)
    assert found(database) == []


@pytest.mark.parametrize(
    ("status", "months", "values"),
    [
        (SubscriptionStatus.ACTIVE, 1, {"subscription_id": None}),
        (SubscriptionStatus.PAST_DUE, 1, {"subscription_id": None}),
        (SubscriptionStatus.FREE, 1, {}),
        (SubscriptionStatus.ACTIVE, 2, {}),
        (SubscriptionStatus.ACTIVE, 1, {"period_end": func.now() - 3 * DAY}),
        (SubscriptionStatus.ACTIVE, 1, {"unread_since": func.now() - 4 * HOUR}),
    ],
    ids=["no subscription", "nor past due", "paid and free", "a month too many", "long over", "unread"],
)
def test_a_plan_that_cannot_be_as_stripe_has_it_is_named(
    database: Database, user: User, status: SubscriptionStatus, months: int, values: dict[str, Any]
) -> None:
    with database.transaction() as db:
        add_plan(db, user, status, months, **values)
    assert found(database) == [Violation("plan_unlike_stripe", user.id, user.id)]


def test_who_cooks_without_any_plan_is_named(database: Database, user: User) -> None:
    with database.transaction() as db:
        db.get_one(User, user.id).subscription_status = SubscriptionStatus.ACTIVE
    assert found(database) == [Violation("plan_unlike_stripe", user.id, user.id)]


# --- what is healthy


def test_a_database_with_a_row_of_every_kind_is_healthy(database: Database) -> None:
    with database.engine.connect() as connection:
        downgrade(connection, "0002")
        fill(connection)
        upgrade(connection)
    assert found(database) == []


def test_a_busy_database_is_healthy(database: Database) -> None:
    fill_backlog(database, settled=2_000, at_work=50)
    assert found(database) == []


def test_of_one_invariant_a_hundred_are_told(database: Database, user: User) -> None:
    with database.transaction() as db:
        for _ in range(101):
            add_event(db, EventSource.LINE, user.line_user_id)
    assert len(found(database)) == 100


# --- how it is told


def metric(name: str) -> float | None:
    return REGISTRY.get_sample_value("moment_invariant_violations", {"name": name})


def test_each_break_is_logged_once_and_counted_for_as_long_as_it_stays(
    database: Database, user: User
) -> None:
    watch = InvariantWatch(database)
    with database.transaction() as db:
        first = add_event(db, EventSource.LINE, user.line_user_id)
    with log_lines() as lines:
        watch.look()
        watch.look()
    assert [line["ids"] for line in lines.of("invariant violated", invariant="event_unhandled")] == [
        [first.id]
    ]
    assert [metric(name) for name in INVARIANTS] == [0, 0, 1, 0, 0]
    with database.transaction() as db:
        second = add_event(db, EventSource.LINE, user.line_user_id)
    with log_lines() as lines:
        watch.look()
    assert [line["ids"] for line in lines.of("invariant violated")] == [[second.id]]
    assert metric("event_unhandled") == 2
    with database.transaction() as db:
        db.execute(update(InboxEvent).values(handled_at=func.now()))
    watch.look()
    with database.transaction() as db:
        db.execute(update(InboxEvent).values(handled_at=None))
    with log_lines() as lines:
        watch.look()
    assert [line["ids"] for line in lines.of("invariant violated")] == [[first.id, second.id]]


def test_what_cannot_be_looked_at_is_not_told_to_hold(database: Database) -> None:
    InvariantWatch(database).look()
    assert metric("event_unhandled") == 0
    with listening() as nobody:
        port = nobody.getsockname()[1]
    with closing(Database(f"postgresql://nobody@127.0.0.1:{port}/none")) as away:
        InvariantWatch(away).look()
    assert metric("event_unhandled") is None


def test_it_looks_until_it_is_told_to_stop(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, looks = threading.Event(), []

    def look(_watch: InvariantWatch) -> None:
        looks.append(1)
        if len(looks) == 3:
            stop.set()

    monkeypatch.setattr(InvariantWatch, "look", look)
    monkeypatch.setattr(invariants, "EVERY", timedelta())
    InvariantWatch(database).run(stop)
    assert len(looks) == 3


def test_several_that_do_not_hold_are_named_together(database: Database, user: User) -> None:
    with database.transaction() as db:
        add_session(db, user)
        add_message(db, user)
        add_event(db, EventSource.LINE, user.line_user_id)
        db.get_one(User, user.id).subscription_status = SubscriptionStatus.ACTIVE
    names = [each.name for each in found(database)]
    assert names == [name for name in INVARIANTS if name != "two_texts_for_a_session"]
