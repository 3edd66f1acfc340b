"""Faults on demand, as the SDK meets them."""

from typing import Any

import pytest
import stripe
from stripe import RequestsClient, StripeClient

from simulator.stripe.client import DeskCallError, StripeDesk
from tests.simulator.stripe.harness import client_of


def test_too_many_requests(desk: StripeDesk, client: StripeClient) -> None:
    desk.fault("customers", "rate_limit", times=1)
    with pytest.raises(stripe.RateLimitError) as refusal:
        client.v1.customers.list()
    assert refusal.value.http_status == 429
    assert refusal.value.error is not None
    assert refusal.value.error.code == "rate_limit"
    assert len(client.v1.customers.list({"limit": 1}).data) <= 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_server_errors(desk: StripeDesk, client: StripeClient, status: int) -> None:
    desk.fault("customers.create", status=status, times=1)
    with pytest.raises(stripe.APIError) as refusal:
        client.v1.customers.create({})
    assert refusal.value.http_status == status


def test_an_answer_that_is_no_json(desk: StripeDesk, client: StripeClient) -> None:
    desk.fault("*", "not_json", times=1)
    with pytest.raises(stripe.APIError):
        client.v1.customers.list()


def test_a_fault_is_of_one_verb_and_one_object(desk: StripeDesk, client: StripeClient) -> None:
    first, second = (client.v1.customers.create({}) for _ in range(2))
    desk.fault("customers.retrieve", match=first.id)
    assert client.v1.customers.retrieve(second.id).id == second.id
    assert client.v1.customers.update(first.id, {"name": "はな"}).name == "はな"
    with pytest.raises(stripe.APIError):
        client.v1.customers.retrieve(first.id)


@pytest.mark.parametrize("kind", ["drop", "cut"])
def test_a_broken_connection(desk: StripeDesk, client: StripeClient, kind: Any) -> None:
    desk.fault("customers", kind, times=1)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.list()


def test_a_timeout(desk: StripeDesk) -> None:
    impatient = client_of(desk.base_url, http_client=RequestsClient(timeout=0.2))
    desk.fault("customers", "hang", times=1)
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.customers.list()
    desk.fault("customers", "slow", delay_seconds=0.05, times=1)
    assert len(impatient.v1.customers.list({"limit": 1}).data) <= 1


def test_a_reset_of_an_idle_connection(desk: StripeDesk, client: StripeClient) -> None:
    client.v1.customers.list({"limit": 1})
    desk.reset_idle_connections(times=1)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.list()


def test_work_that_was_done_before_the_connection_broke_is_found_by_its_key(
    desk: StripeDesk, client: StripeClient
) -> None:
    key: Any = {"idempotency_key": "lost answer"}
    desk.fault("customers.create", "drop", accept=True, times=1)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.create({"email": "lost@example.com"}, key)
    found = client.v1.customers.create({"email": "lost@example.com"}, key)
    assert found.last_response is not None
    assert found.last_response.headers["idempotent-replayed"] == "true"
    assert len(client.v1.customers.list({"email": "lost@example.com"}).data) == 1


def test_the_sdk_tries_again_by_itself(desk: StripeDesk) -> None:
    patient = StripeClient(
        "sk_test_desk",
        base_addresses={"api": desk.base_url, "connect": "", "files": "", "meter_events": ""},
        max_network_retries=1,
    )
    before = len(desk.log())
    desk.fault("customers.create", status=503, times=1)
    assert patient.v1.customers.create({}).id
    tries = [entry for entry in desk.log(after=before) if entry.verb == "customers.create"]
    assert [(entry.status, entry.fault) for entry in tries] == [(503, "status"), (200, None)]
    assert tries[0].headers["idempotency-key"] == tries[1].headers["idempotency-key"]


@pytest.mark.parametrize(
    "body", [{"verb": "customers.eat"}, {"verb": "customers", "kind": "tired"}, {"verb": "*", "status": 200}]
)
def test_a_fault_that_makes_no_sense_is_refused(desk: StripeDesk, body: dict[str, object]) -> None:
    with pytest.raises(DeskCallError, match="400"):
        desk.call("POST", "/faults", json=body)
