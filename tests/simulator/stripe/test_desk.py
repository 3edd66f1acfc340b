"""The log, the controls, and the desk as a process of its own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Match

from simulator.stripe.app import make_stripe_app
from simulator.stripe.client import DAY, DeskCallError, StripeDesk
from simulator.stripe.config import EndpointConfig, StripeConfig
from simulator.stripe.verbs import VERBS, verb_of
from tests.simulator.stripe.conftest import run
from tests.simulator.stripe.harness import KEY, client_of, subscribe


def test_the_log_tells_each_call(desk: StripeDesk) -> None:
    client = client_of(desk.base_url)
    before = len(desk.log())
    customer = client.v1.customers.create({"name": "はな", "metadata": {"user": "42"}})
    (call,) = desk.log(after=before, verb="customers.create")
    assert (call.direction, call.status, call.fault) == ("app→Stripe", 200, None)
    assert call.request == {"name": "はな", "metadata": {"user": "42"}}
    assert call.response["id"] == customer.id
    assert call.headers["stripe-version"] == "2026-10-28.endive"
    assert customer.last_response is not None
    assert call.request_id == customer.last_response.request_id


def test_no_key_or_secret_or_card_enters_the_log(desk: StripeDesk) -> None:
    client = client_of(desk.base_url)
    made = client.v1.webhook_endpoints.create(
        {"url": "http://127.0.0.1:1/x", "enabled_events": ["invoice.paid"]}
    )
    subscribe(desk, client)
    client.v1.webhook_endpoints.delete(made.id)
    log = json.dumps([vars(call) for call in desk.log()])
    assert not [secret for secret in (KEY, str(made.secret), "4242424242424242") if secret in log]


def test_every_verb_has_a_route() -> None:
    app = make_stripe_app(StripeConfig(), "http://localhost")
    for name, (method, path) in VERBS.items():
        scope = {"type": "http", "method": method, "path": path.replace("{id}", "x"), "headers": []}
        matches = [route.matches(scope)[0] for route in app.router.routes]
        assert Match.FULL in matches, name
        assert verb_of(method, scope["path"]) == name  # type: ignore[arg-type]


def test_an_unknown_path_is_explained(desk: StripeDesk) -> None:
    answer = httpx.post(f"{desk.base_url}/v1/dishes", headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Unrecognized request URL (POST: /v1/dishes)."


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock", {}),
        ("/clock", {"advance_seconds": 1, "to": 2}),
        ("/clock", {"advance_seconds": -1}),
        ("/release", {"order": "sideways"}),
        ("/release", {"events": ["evt_none"]}),
        ("/redeliver", {"event": "evt_none"}),
        ("/roll-secret", {"endpoint": "we_none"}),
    ],
)
def test_wrong_controls_are_refused(desk: StripeDesk, path: str, body: dict[str, object]) -> None:
    with pytest.raises(DeskCallError, match=r"40[04]"):
        desk.call("POST", path, json=body)


def test_what_is_there_can_be_looked_at(desk: StripeDesk) -> None:
    assert "price_moment_monthly" in [entry["id"] for entry in desk.objects("price")]
    with pytest.raises(DeskCallError, match="kinds are"):
        desk.objects("dish")


def test_a_restart_keeps_what_was_bought_and_when_it_is(tmp_path: Path) -> None:
    config = StripeConfig(
        data_dir=tmp_path,
        endpoints=[EndpointConfig(url="http://127.0.0.1:1/x", secret="whsec_1", enabled_events=["x"])],
    )
    with run(config) as desk:
        subscription = subscribe(desk, client_of(desk.base_url))
        desk.advance_clock(40 * DAY)
        before = client_of(desk.base_url).v1.invoices.list({"subscription": subscription.id})
    with run(config) as desk:
        client = client_of(desk.base_url)
        after = client.v1.invoices.list({"subscription": subscription.id})
        assert [entry.to_dict() for entry in after.data] == [entry.to_dict() for entry in before.data]
        assert len(client.v1.webhook_endpoints.list().data) == len(client.v1.prices.list().data) == 1
        desk.advance_clock(30 * DAY)
        assert len(client.v1.invoices.list({"subscription": subscription.id}).data) == 3
        portal: Any = {"customer": subscription.customer}
        assert (
            "Moment 月額プラン"
            in desk.browse(client.v1.billing_portal.sessions.create(portal).url).look().html
        )


def test_it_runs_as_a_process(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = tmp_path / "config.json"
    config.write_text(StripeConfig().model_dump_json())
    command = [sys.executable, "-m", "simulator.stripe", "--port", str(port), "--config", str(config)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONWARNINGS": "error"}) as process:
        try:
            with StripeDesk(f"http://127.0.0.1:{port}") as desk:
                desk.wait_until_ready(30)
                assert client_of(desk.base_url).v1.prices.list().data[0].unit_amount == 9800
        finally:
            process.terminate()
    assert process.returncode in (0, -15)
