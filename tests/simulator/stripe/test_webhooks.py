"""Signed webhooks: checked by the SDK, in any order, again and again, late, missed, and of another line."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe
from stripe import StripeClient
from stripe.checkout import Session

from simulator.stripe.client import DAY, HOUR, StripeDesk
from tests.simulator.stripe.harness import Receiver, client_of, open_checkout, subscribe, types_of, until

SECRET = "whsec_of_the_desk"
NEWEST: Any = "2026-10-28.endive"


@pytest.fixture
def desk(own_desk: Callable[..., StripeDesk], receiver: Receiver) -> StripeDesk:
    endpoint = {"url": receiver.url, "secret": SECRET}
    return own_desk(endpoints=[endpoint], redelivery_delays_seconds=[0.02, 0.02])


@pytest.fixture
def client(desk: StripeDesk) -> StripeClient:
    return client_of(desk.base_url)


def endpoint_id(client: StripeClient) -> str:
    return client.v1.webhook_endpoints.list().data[0].id


def verify(client: StripeClient, receiver: Receiver, place: int, secret: str = SECRET) -> stripe.Event:
    return client.construct_event(receiver.bodies[place], receiver.signatures[place], secret)


def test_the_sdk_verifies_each_event(desk: StripeDesk, client: StripeClient, receiver: Receiver) -> None:
    subscription = subscribe(desk, client)
    told = types_of([event for event in desk.events() if event["type"] in types_of(receiver.wait(14))])
    assert types_of(receiver.wait(len(told))) == told
    events = [verify(client, receiver, place) for place in range(len(told))]
    completed = events[-1]
    assert (completed.type, completed.api_version) == ("checkout.session.completed", NEWEST)
    session: Any = completed.data.object
    assert isinstance(session, Session)
    assert session.subscription == subscription.id
    with pytest.raises(stripe.SignatureVerificationError):
        verify(client, receiver, 0, "whsec_of_somebody_else")
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(receiver.bodies[0] + b" ", receiver.signatures[0], SECRET)


def test_an_event_names_the_call_that_caused_it(
    desk: StripeDesk, client: StripeClient, receiver: Receiver
) -> None:
    customer = client.v1.customers.create({}, {"idempotency_key": "mine"})
    (event,) = receiver.wait(1)
    assert event["request"]["idempotency_key"] == "mine"
    assert customer.last_response is not None
    assert event["request"]["id"] == customer.last_response.request_id


def test_an_endpoint_has_its_own_types_version_and_secret(
    desk: StripeDesk, client: StripeClient, receiver: Receiver
) -> None:
    types: Any = ["customer.subscription.created"]
    made = client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": types, "api_version": "2024-06-20"}
    )
    assert made.secret is not None
    assert "secret" not in client.v1.webhook_endpoints.retrieve(made.id)
    client.v1.webhook_endpoints.update(client.v1.webhook_endpoints.list().data[-1].id, {"disabled": True})
    subscribe(desk, client)
    (event,) = receiver.wait(1)
    assert (event["type"], event["api_version"]) == (types[0], "2024-06-20")
    assert "current_period_end" in event["data"]["object"]
    verify(client, receiver, 0, made.secret)
    client.v1.webhook_endpoints.delete(made.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.webhook_endpoints.retrieve(made.id)
    assert client.v1.events.list({"limit": 1}).data[0].api_version == NEWEST


def test_while_a_secret_rolls_both_sign(desk: StripeDesk, client: StripeClient, receiver: Receiver) -> None:
    fresh = desk.roll_secret(endpoint_id(client), keep_seconds=HOUR)
    client.v1.customers.create({})
    receiver.wait(1)
    assert receiver.signatures[0].count("v1=") == 2
    verify(client, receiver, 0)
    verify(client, receiver, 0, fresh)
    desk.advance_clock(HOUR + 1)
    client.v1.customers.create({})
    receiver.wait(2)
    verify(client, receiver, 1, fresh)
    with pytest.raises(stripe.SignatureVerificationError):
        verify(client, receiver, 1)


@pytest.mark.parametrize("order", ["fifo", "reverse", "shuffle"])
def test_held_events_come_in_any_order(
    desk: StripeDesk, client: StripeClient, receiver: Receiver, order: Any
) -> None:
    desk.hold()
    subscribe(desk, client)
    assert receiver.bodies == []
    count = desk.release(order, seed=1)
    ids = [event["id"] for event in receiver.wait(count)]
    told = [event["id"] for event in desk.events()][-count:]
    assert (ids == told, ids == told[::-1]) == (order == "fifo", order == "reverse")
    assert sorted(ids) == sorted(told)


def test_a_test_may_write_the_order_itself(
    desk: StripeDesk, client: StripeClient, receiver: Receiver
) -> None:
    desk.hold()
    for _ in range(3):
        client.v1.customers.create({})
    first, second, third = [event["id"] for event in desk.events("customer.created")]
    assert desk.release(events=[third, first, third, second]) == 4
    assert [event["id"] for event in receiver.wait(4)] == [third, first, third, second]


def test_duplicates_and_delay_on_demand(desk: StripeDesk, client: StripeClient, receiver: Receiver) -> None:
    desk.webhook_behaviour(duplicates=2, delay_seconds=0.2)
    start = time.monotonic()
    client.v1.customers.create({})
    events = receiver.wait(3)
    assert time.monotonic() - start >= 0.2
    assert len({event["id"] for event in events}) == 1


def test_a_failed_delivery_is_tried_again(desk: StripeDesk, client: StripeClient, receiver: Receiver) -> None:
    receiver.statuses = [500, 503]
    client.v1.customers.create({})
    assert len({event["id"] for event in receiver.wait(3)}) == 1
    until(lambda: [entry.status for entry in desk.deliveries()] == [500, 503, 200], "three deliveries")
    assert client.v1.events.list({"delivery_success": False}).data == []


def test_what_was_missed_is_found_in_the_list_and_replayed(
    desk: StripeDesk, client: StripeClient, receiver: Receiver
) -> None:
    desk.webhook_behaviour(redelivery=False)
    client.v1.customers.create({"name": "seen"})
    (seen,) = receiver.wait(1)
    receiver.statuses = [500] * 100
    subscription = subscribe(desk, client)
    count = len(desk.events())
    until(lambda: len(desk.deliveries()) == count - 3, "all deliveries")
    desk.advance_clock(3 * DAY)
    missed = client.v1.events.list({"ending_before": seen["id"], "delivery_success": False, "limit": 2})
    ids = [event.id for event in missed.auto_paging_iter()]
    assert sorted(ids) == sorted(entry.event for entry in desk.deliveries() if not entry.ok)
    receiver.statuses = []
    assert [entry.status for entry in desk.redeliver(ids[0], times=2)] == [200, 200]
    typed = client.v1.events.list({"types": ["customer.subscription.created", "invoice.paid"]})
    assert types_of([event.to_dict() for event in typed.data]) == [
        "invoice.paid",
        "customer.subscription.created",
    ]
    wild = client.v1.events.list({"type": "customer.subscription.*"})
    assert {event.data.object["id"] for event in wild.data} == {subscription.id}
    assert client.v1.events.retrieve(ids[0]).id == ids[0]
    desk.advance_clock(30 * DAY)
    assert seen["id"] not in [event.id for event in client.v1.events.list({"limit": 100}).data]


def test_strange_events_on_demand(desk: StripeDesk, client: StripeClient, receiver: Receiver) -> None:
    customer = client.v1.customers.create({})
    (event,) = receiver.wait(1)
    desk.deliver_strange(event["id"], account="acct_other")
    desk.deliver_strange(event["id"], api_version="2025-03-31.basil")
    desk.deliver_strange(event["id"], signed_seconds_ahead=3600)
    desk.deliver_strange(event["id"], signed_seconds_ahead=-3600)
    events = receiver.wait(5)
    assert events[1]["account"] == "acct_other"
    assert events[2]["api_version"] == "2025-03-31.basil"
    assert {entry["data"]["object"]["id"] for entry in events} == {customer.id}
    verify(client, receiver, 3)  # the SDK takes a stamp from the future: the app has to look
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        verify(client, receiver, 4)


def test_a_thin_notification_leads_to_its_object(
    desk: StripeDesk, client: StripeClient, receiver: Receiver
) -> None:
    desk.send_payload(endpoint_id(client), "thin")
    subscription = subscribe(desk, client)
    kinds = types_of(receiver.wait(14))
    place = kinds.index("v1.customer.subscription.updated")
    notification: Any = client.parse_event_notification(
        receiver.bodies[place], receiver.signatures[place], SECRET
    )
    assert notification.fetch_related_object().id == subscription.id


def test_an_endpoint_that_is_down_stops_nothing(
    desk: StripeDesk, client: StripeClient, receiver: Receiver
) -> None:
    receiver.close()
    customer = client.v1.customers.create({})
    until(
        lambda: [entry.error for entry in desk.deliveries()][:1] == ["could_not_connect"], "a failed delivery"
    )
    assert open_checkout(client, customer.id).status == "open"
