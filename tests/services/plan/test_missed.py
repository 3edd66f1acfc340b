"""The webhook was down while a plan was paid, renewed and cancelled: Stripe's list of events tells of it all."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func
from sqlmodel import col, select

from jobs.inbox import store_events
from models.base import utc_now
from models.inbox import EventSource, InboxEvent, InboxSubject
from models.plan import Plan
from models.user import SubscriptionStatus, User
from moment.processes import missed_events_looked_for
from moment.resources import Resources, open_resources
from payments import client, stripe
from payments.port import PaymentsAway, PortalFlow
from services import profile
from services.plan import missed
from services.plan.events import EVENT_TYPES
from services.plan.hints import inbox_row
from services.plan.missed import REACH, MissedEvents
from settings import Settings
from simulator.stripe.client import DAY, StripeDesk
from simulator.stripe.config import EndpointConfig, StripeConfig
from tests import quick_providers
from tests.log_lines import log_lines
from tests.simulator.stripe.conftest import run
from tests.simulator.stripe.harness import until

KEY = "sk_test_desk"
NOBODY = EndpointConfig(url="http://127.0.0.1:1/webhooks/stripe", secret="whsec_1")


@pytest.fixture
def desk() -> Iterator[StripeDesk]:
    with run(StripeConfig(endpoints=[NOBODY], redelivery_delays_seconds=[])) as desk:
        yield desk


@pytest.fixture
def house(settings: Settings, desk: StripeDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    monkeypatch.setattr(client, "RETRIES", 0)
    facts = {"stripe_key": SecretStr(KEY), "stripe_price": "price_moment_monthly"}
    with open_resources(
        settings.change(**facts, stripe_api_url=desk.base_url), quick_providers.build
    ) as house:
        yield house


@pytest.fixture
def look(house: Resources) -> MissedEvents:
    assert house.missed_events is not None
    return house.missed_events


def pay(house: Resources, desk: StripeDesk) -> int:
    """A learner who has paid a month; returns their id."""
    with house.database.transaction() as db:
        user_id = profile.take_in(db, "U-payer", "ゆうこ").id
    url = house.plan_pages.checkout(user_id).url
    assert desk.browse(url or "").pay().leads_to
    return user_id


def handle_all(house: Resources) -> None:
    """What a worker would do."""
    with house.database.transaction() as db:
        due = InboxSubject.source == EventSource.STRIPE, col(InboxSubject.due_at).is_not(None)
        subjects = db.exec(select(InboxSubject.id).where(*due)).all()
    for subject in subjects:
        house.inbox.handle(subject)


def plan_of(house: Resources, user_id: int) -> tuple[User, Plan]:
    with house.database.transaction() as db:
        return db.get_one(User, user_id), db.get_one(Plan, user_id)


def stored(house: Resources) -> Sequence[str]:
    with house.database.transaction() as db:
        return sorted(db.exec(select(InboxEvent.event_id).where(InboxEvent.source == EventSource.STRIPE)))


def told(desk: StripeDesk) -> Sequence[str]:
    return sorted(event["id"] for event in desk.events() if event["type"] in EVENT_TYPES)


def test_a_look_finds_what_happened_while_the_webhook_was_down(
    house: Resources, desk: StripeDesk, look: MissedEvents
) -> None:
    user_id = pay(house, desk)
    assert look.look(utc_now() - REACH) == len(told(desk)) > 0
    handle_all(house)
    user, _ = plan_of(house, user_id)
    assert (user.subscription_status, user.months_paid) == (SubscriptionStatus.ACTIVE, 1)

    desk.advance_clock(32 * DAY)  # renewed: the first month's events are listed no more
    portal = desk.browse(house.plan_pages.portal(user_id, PortalFlow.FRONT).url or "")
    assert plan_of(house, user_id)[1].subscription_id is not None
    assert portal.cancel(plan_of(house, user_id)[1].subscription_id or "").status < 400
    assert look.look(utc_now() - REACH) > 0
    handle_all(house)
    user, plan = plan_of(house, user_id)
    assert (user.subscription_status, user.months_paid) == (SubscriptionStatus.ACTIVE, 2)
    assert plan.ends_on is not None
    recent = {event["id"] for event in desk.events() if event["created"] > desk.now() - DAY}
    assert recent & set(told(desk)) <= set(stored(house))


def test_what_is_known_is_neither_stored_nor_handled_again(
    house: Resources, desk: StripeDesk, look: MissedEvents
) -> None:
    pay(house, desk)
    first, *others = [event for event in desk.events() if event["type"] in EVENT_TYPES]
    store_events(house.database, [inbox_row(first)])
    handle_all(house)
    with house.database.transaction() as db:
        handled = db.exec(select(InboxEvent)).one()
    assert look.look(utc_now() - REACH) >= len(others)
    handle_all(house)
    assert look.look(utc_now() - REACH) == 0
    assert stored(house) == told(desk)
    with house.database.transaction() as db:
        assert db.get_one(InboxEvent, handled.id).handled_at == handled.handled_at
        owing = select(func.count()).where(col(InboxSubject.due_at).is_not(None))
        assert db.exec(owing.select_from(InboxSubject)).one() == 0


def test_a_look_that_breaks_off_keeps_what_it_found_and_the_next_finds_the_others(
    house: Resources, desk: StripeDesk, look: MissedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(house, desk)
    monkeypatch.setattr(stripe, "PAGE", 2)
    monkeypatch.setattr(missed, "BATCH", 2)
    monkeypatch.setattr(house.queue, "nudge", lambda *_: desk.fault("events.list", "rate_limit", times=1))
    with pytest.raises(PaymentsAway):
        look.look(utc_now() - REACH)
    assert len(stored(house)) == 2
    monkeypatch.undo()
    assert look.look(utc_now() - REACH) == len(told(desk)) - 2
    assert stored(house) == told(desk)


def test_a_plan_of_which_nothing_is_heard_after_its_periods_end_is_asked_for_once_a_day(
    house: Resources, desk: StripeDesk, look: MissedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end was told while nobody listened, and Stripe lists no event that old."""
    user_id = pay(house, desk)
    look.look(utc_now() - REACH)
    handle_all(house)
    portal = desk.browse(house.plan_pages.portal(user_id, PortalFlow.FRONT).url or "")
    portal.cancel(plan_of(house, user_id)[1].subscription_id or "")
    desk.advance_clock(100 * DAY)
    assert look.look(utc_now() + timedelta(days=60)) == look.read_again() == 0
    period_end = plan_of(house, user_id)[1].period_end
    assert period_end is not None
    monkeypatch.setattr(missed, "database_now", lambda _db: period_end + timedelta(days=2))
    assert (look.read_again(), look.read_again()) == (1, 0)
    handle_all(house)
    user, plan = plan_of(house, user_id)
    assert user.subscription_status == SubscriptionStatus.CANCELLED
    assert plan.read_at is not None
    assert look.read_again() == 0


def test_beside_the_reconciler_it_looks_again_after_an_outage_and_stops_with_it(
    house: Resources, desk: StripeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "EVERY", timedelta(seconds=0.02))
    pay(house, desk)
    desk.fault("events.list", status=503, times=2)
    stop = threading.Event()
    with log_lines() as log:
        with missed_events_looked_for(house, stop):
            (thread,) = [each for each in threading.enumerate() if each.name == "missed events"]
            wanted = told(desk)
            until(lambda: stored(house) == wanted, "all that was missed")
            # Later it looks back a little only, and finds what is new.
            desk.advance_clock(32 * DAY)
            wanted = told(desk)
            until(lambda: set(wanted) <= set(stored(house)), "the renewal")
        thread.join(10)
    assert stop.is_set()
    assert not thread.is_alive()
    away = log.of("missed events not looked for")
    assert [line["level"] for line in away] == ["warning"] * 2
    assert sum(line["count"] for line in log.of("missed events found")) == len(stored(house))
    for secret in (KEY, "ゆうこ", "4242"):
        assert secret not in log.text


def test_a_database_that_is_away_does_not_end_it(
    house: Resources, desk: StripeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed, "EVERY", timedelta(seconds=0.02))
    pay(house, desk)
    with house.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox_event RENAME TO elsewhere")
    with log_lines() as log, missed_events_looked_for(house, threading.Event()):
        until(lambda: log.of("missed events not looked for"), "a look that failed")
        with house.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox_event")
        wanted = told(desk)
        until(lambda: stored(house) == wanted, "all that was missed")


def test_where_the_plan_is_not_for_sale_nobody_looks(resources: Resources) -> None:
    before = threading.active_count()
    with missed_events_looked_for(resources, threading.Event()):
        assert threading.active_count() == before
