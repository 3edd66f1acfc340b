"""Drives the desk's Stripe from a test: a typed, synchronous client of its controls, and the customer at its pages.

stripe = StripeDesk("http://127.0.0.1:8767")
stripe.fault("subscriptions.retrieve", "rate_limit", times=1)
stripe.browse(session.url).pay()
stripe.advance_clock(31 * DAY)
"""

from dataclasses import dataclass
from typing import Any, Literal

from simulator.http.client import DeskCallError, DeskClient
from simulator.stripe.calendar import DAY, HOUR, MINUTE
from simulator.stripe.faults import Fault, Kind
from simulator.stripe.log import Crossing, Direction
from simulator.stripe.objects.base import Json
from simulator.stripe.webhooks import Delivery, Order

__all__ = ["DAY", "HOUR", "MINUTE", "Crossing", "Delivery", "DeskCallError", "Page", "Step", "StripeDesk"]

VISA = "4242 4242 4242 4242"


@dataclass(frozen=True)
class Step:
    """What a form led to: another page, or with `leads_to` away from Stripe's."""

    status: int
    html: str
    leads_to: str | None = None


class StripeDesk(DeskClient[Crossing]):
    """Faults, clock, webhooks and log of the desk's Stripe, and its customers."""

    PREFIX = "/desk/stripe"

    def fault(
        self,
        verb: str,
        kind: Kind = "status",
        *,
        status: int = 500,
        message: str | None = None,
        delay_seconds: float = 0,
        accept: bool = False,
        match: str | None = None,
        times: int | None = None,
    ) -> str:
        """Sets a fault (see simulator.stripe.faults.Fault) and returns its id."""
        fault = Fault(
            verb=verb,
            kind=kind,
            status=status,
            message=message,
            delay_seconds=delay_seconds,
            accept=accept,
            match=match,
            times=times,
        )
        return self.add_fault(fault)

    def now(self) -> int:
        """Seconds since the epoch, by the desk's clock."""
        return int(self.call("GET", "/clock")["now"]) // 1000

    def advance_clock_to(self, second: int) -> None:
        """Does what falls due on the way, each at its own time, as `advance_clock` does."""
        self.call("POST", "/clock", json={"to": second})

    def log(
        self, *, after: int = 0, direction: Direction | None = None, verb: str | None = None
    ) -> list[Crossing]:
        """What crossed after entry `after`, perhaps in one direction or of one verb."""
        crossings = [Crossing(**entry) for entry in self.call("GET", "/log", params={"after": after})]
        return [
            crossing
            for crossing in crossings
            if direction in (None, crossing.direction) and verb in (None, crossing.verb)
        ]

    def events(
        self, event_type: str | None = None, *, about: str | None = None, after: str | None = None
    ) -> list[Json]:
        """What the account was told, the oldest first; `about` is the id of an object or of its customer, `after` that of
        an event."""
        wanted = {"type": event_type, "about": about, "after": after}
        named = {name: value for name, value in wanted.items() if value is not None}
        events: list[Json] = self.call("GET", "/events", params=named)
        return events

    def objects(self, kind: str) -> list[Json]:
        """All of a kind ("subscription", "checkout.session"), the oldest first."""
        objects: list[Json] = self.call("GET", f"/objects/{kind}")
        return objects

    def deliveries(self) -> list[Delivery]:
        return [Delivery(**entry) for entry in self.call("GET", "/deliveries")]

    def webhook_behaviour(
        self,
        *,
        duplicates: int | None = None,
        delay_seconds: float | None = None,
        redelivery: bool | None = None,
    ) -> None:
        """What isn't named stays as it is."""
        named = {"duplicates": duplicates, "delay_seconds": delay_seconds, "redelivery": redelivery}
        self._behave(**{name: value for name, value in named.items() if value is not None})

    def hold(self) -> None:
        """Webhooks are collected from now on, until `release`."""
        self._behave(hold=True)

    def release(self, order: Order = "fifo", *, seed: int = 0, events: list[str] | None = None) -> int:
        """Ends the holding and sends what was collected, or these events; returns how many."""
        self._behave(hold=False)
        body = {"order": order, "seed": seed, "events": events}
        return int(self.call("POST", "/release", json=body)["released"])

    def _behave(self, **changes: Any) -> None:
        self.call("POST", "/webhook-behaviour", json=changes)

    def redeliver(self, event_id: str, times: int = 1) -> list[Delivery]:
        answer = self.call("POST", "/redeliver", json={"event": event_id, "times": times})
        return [Delivery(**entry) for entry in answer["deliveries"]]

    def deliver_strange(
        self,
        event_id: str,
        *,
        account: str | None = None,
        api_version: str | None = None,
        signed_seconds_ahead: int = 0,
    ) -> list[Delivery]:
        """A stored event as if it were another account's, of another API line, or signed at an odd time."""
        body = {
            "event": event_id,
            "account": account,
            "api_version": api_version,
            "signed_seconds_ahead": signed_seconds_ahead,
        }
        return [Delivery(**entry) for entry in self.call("POST", "/strange", json=body)["deliveries"]]

    def roll_secret(self, endpoint_id: str, *, secret: str | None = None, keep_seconds: int = DAY) -> str:
        """The endpoint's new secret; the old one signs too for so long."""
        body = {"endpoint": endpoint_id, "secret": secret, "keep_seconds": keep_seconds}
        return str(self.call("POST", "/roll-secret", json=body)["secret"])

    def send_payload(self, endpoint_id: str, payload: Literal["snapshot", "thin"]) -> None:
        """Whether the endpoint is sent whole objects or thin notifications."""
        self.call("POST", "/endpoint", json={"endpoint": endpoint_id, "payload": payload})

    def browse(self, url: str) -> "Page":
        """A page of Stripe's, as a customer has it before them."""
        return Page(self, url)


@dataclass(frozen=True)
class Page:
    """Sends the forms of a page, without a browser."""

    desk: StripeDesk
    url: str

    def look(self) -> Step:
        """The page, whatever it leads to inside Stripe."""
        response = self.desk._http.get(self.url, follow_redirects=True)
        return Step(response.status_code, response.text)

    def send(self, path: str = "", **fields: str) -> Step:
        """A form's fields to the page's own address, or to one below it."""
        response = self.desk._http.post(f"{self.url}{path}", data=fields)
        return Step(response.status_code, response.text, response.headers.get("location"))

    def pay(
        self, card: str = VISA, *, name: str = "山田 花子", bank: str | None = None, terms: bool = True
    ) -> Step:
        """Of Checkout or an invoice. `bank` is what the bank is told when it asks: "passed" or "failed"."""
        fields = {"number": card, "name": name} | ({"terms": "agreed"} if terms else {})
        return self.send(**fields, **({"authentication": bank} if bank else {}))

    def cancel(self, subscription_id: str, feedback: str = "") -> Step:
        return self.send(f"/{subscription_id}/cancel", feedback=feedback)

    def keep(self, subscription_id: str) -> Step:
        """Undoes a cancellation."""
        return self.send(f"/{subscription_id}/keep")

    def pause(self, subscription_id: str) -> Step:
        return self.send(f"/{subscription_id}/pause")

    def resume(self, subscription_id: str) -> Step:
        return self.send(f"/{subscription_id}/resume")

    def change_card(self, card: str = VISA, *, bank: str | None = None) -> Step:
        fields = {"number": card, "name": "山田 花子"}
        return self.send("/card", **fields, **({"authentication": bank} if bank else {}))
