"""A customer's side and the app's side, for the tests of the desk's Stripe."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from stripe import StripeClient
from stripe.checkout import Session

from simulator.stripe.client import StripeDesk

T = TypeVar("T")
KEY = "sk_test_desk"
DECLINES_LATER = "pm_card_chargeCustomerFail"
PRICE = "price_moment_monthly"
SUCCESS = "https://example.com/plan/thanks?session={CHECKOUT_SESSION_ID}"
CANCEL = "https://example.com/plan"


def client_of(base_url: str, key: str = KEY, **options: Any) -> StripeClient:
    addresses: Any = dict.fromkeys(("api", "connect", "files", "meter_events"), base_url)
    return StripeClient(key, base_addresses=addresses, max_network_retries=0, **options)


def open_checkout(client: StripeClient, customer: str, **more: Any) -> Session:
    """As the fact sheet's plan in four calls does."""
    params: Any = {
        "mode": "subscription",
        "customer": customer,
        "client_reference_id": "42",
        "locale": "ja",
        "line_items": [{"price": PRICE, "quantity": 1}],
        "allowed_payment_method_types": ["card", "link"],
        "subscription_data": {"metadata": {"moment_user": "42"}, "billing_mode": {"type": "flexible"}},
        "consent_collection": {"terms_of_service": "required"},
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        **more,
    }
    return client.v1.checkout.sessions.create(params)


def subscribe(desk: StripeDesk, client: StripeClient, card: str = "4242424242424242", **more: Any) -> Any:
    """A subscription paid for by Checkout, with its customer."""
    customer = client.v1.customers.create({"name": "はな", "preferred_locales": ["ja"]})
    session = open_checkout(client, customer.id, **more)
    step = desk.browse(str(session.url)).pay(card, bank="passed")
    assert step.leads_to, step.html
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    return paid.subscription


def types_of(events: list[dict[str, Any]]) -> list[str]:
    return [str(event["type"]) for event in events]


def period_of(subscription: Any) -> tuple[int, int]:
    item = subscription["items"].data[0]
    return item.current_period_start, item.current_period_end


def events_of(desk: StripeDesk, subscription: Any, after_second: int = 0) -> list[str]:
    """The types of what the account was told of one customer."""
    events = desk.events(about=subscription.customer)
    return types_of([event for event in events if event["created"] > after_second])


def give_card(client: StripeClient, subscription: Any, name: str) -> None:
    """The subscription's own card, without its holder at the screen."""
    method = client.v1.payment_methods.attach(name, {"customer": subscription.customer})
    client.v1.subscriptions.update(subscription.id, {"default_payment_method": method.id})


def advance_past(desk: StripeDesk, second: int, seconds: int = 1) -> None:
    desk.advance_clock_to(second + seconds)


def until(fact: Callable[[], T], what: str, timeout: float = 10) -> T:
    """The first truthy value of `fact`."""
    deadline = time.monotonic() + timeout
    while True:
        value = fact()
        if value:
            return value
        assert time.monotonic() < deadline, f"never saw {what}"
        threading.Event().wait(0.01)


class Receiver:
    """The app's webhook endpoint: keeps bodies and signatures in their order of arrival, and answers as told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                receiver.signatures.append(self.headers["stripe-signature"])
                receiver.bodies.append(raw)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in list(self.bodies)]

    def wait(self, count: int) -> list[dict[str, Any]]:
        """All events once there are `count`."""
        until(lambda: len(self.bodies) >= count, f"{count} events (saw {len(self.bodies)})")
        return self.events()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
