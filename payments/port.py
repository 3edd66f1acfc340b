"""What Moment asks of whoever takes payments. Stripe's part behind it is payments/stripe.py.

Amounts are whole yen, times are UTC. Every call may raise PaymentsError and is made outside of transactions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from errors import MomentError
from models.user import SubscriptionStatus


class PaymentsError(MomentError):
    """Stripe did not do what it was asked. `str(error)` holds its error code and request id, no secret."""

    words = "payments_away"


class PaymentsAway(PaymentsError):
    """Not reached, overloaded or out of order: the same call may do later."""

    retryable = True
    outage = True


class PaymentsRefused(PaymentsError):
    """An answer that another try won't change: a wrong key, a parameter, an object that is not there."""

    fix = "run `moment doctor`: it looks at the key, the price, the portal and the webhook endpoint"


@dataclass(frozen=True)
class DueInvoice:
    """Could not be paid. `url` is Stripe's page on which the learner pays it; `needs_bank`: their bank wants to be asked
    (3-D Secure)."""

    id: str
    url: str
    needs_bank: bool


@dataclass(frozen=True)
class Subscription:
    """`status` is ours; FREE for one that was never paid. `ends_on`: cancelled, and till when it runs. `second_of` names
    the subscription that lives instead of it; `has_own_card`: a card that the portal changes is not the one it is paid by;
    `can_be_paid`: its newest invoice is open, whether tried or not; `is_of_nobody`: ended by `end_of_nobody`."""

    id: str
    status: SubscriptionStatus
    created_at: datetime
    period_end: datetime
    ends_on: datetime | None = None
    due_invoice: DueInvoice | None = None
    second_of: str | None = None
    has_own_card: bool = False
    can_be_paid: bool = False
    is_of_nobody: bool = False

    @property
    def is_alive(self) -> bool:
        return self.status in LIVING


LIVING = frozenset({SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE, SubscriptionStatus.PAUSED})


@dataclass(frozen=True)
class PaidInvoice:
    """Of one period of a subscription."""

    id: str
    subscription_id: str
    amount_yen: int
    starts_at: datetime
    ends_at: datetime
    paid_at: datetime
    receipt_url: str = ""


@dataclass(frozen=True)
class Customer:
    """All that counts of a customer, read at one time. `user_id`: whom we made it for, None where that was not us, and where
    `forget_customer` was: `is_forgotten`. `is_deleted`: in the dashboard, and every subscription with it; Stripe tells no
    more of it then."""

    id: str
    user_id: int | None
    subscriptions: Sequence[Subscription] = ()
    paid_invoices: Sequence[PaidInvoice] = ()
    is_deleted: bool = False
    is_forgotten: bool = False

    @property
    def is_ours(self) -> bool:
        return self.user_id is not None or self.is_forgotten


class PortalFlow(StrEnum):
    """Which of the customer portal's pages is opened (Stripe docs: Deep links in the customer portal). Undoing a
    cancellation and ending a pause have none of their own: the portal's front page offers both."""

    FRONT = "front"
    CARD = "card"
    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True)
class CheckoutOrder:
    """`note` stands over the button that pays, `terms` beside the box that accepts them (Markdown links).
    `expires_at`: 30 minutes to 24 hours ahead. `success_url` may hold {CHECKOUT_SESSION_ID}."""

    customer_id: str
    user_id: int
    expires_at: datetime
    success_url: str
    cancel_url: str
    note: str
    terms: str


@dataclass(frozen=True)
class CheckoutPage:
    session_id: str
    url: str


class CheckoutState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True)
class PlanPrice:
    amount: int  # in the currency's smallest unit, which the yen itself is
    currency: str
    interval: str  # "month"; "" for a price that is paid once


class Payments(Protocol):
    def customer(self, customer_id: str) -> Customer | None:
        """None where there is none: it is another account's."""
        ...

    def customer_of(self, kind: str, object_id: str) -> str | None:
        """The customer of an object that an event names ("subscription", "invoice", "charge" …); None where it has none,
        or is gone."""
        ...

    def create_customer(self, user_id: int, first_name: str) -> str:
        """The customer's id; asked again soon for the same learner, the same one, unless that was deleted."""
        ...

    def open_checkout(self, key: str, order: CheckoutOrder) -> CheckoutPage:
        """The page on which the plan is paid; the same page for the same key."""
        ...

    def checkout_state(self, session_id: str) -> CheckoutState: ...

    def open_portal(
        self, customer_id: str, flow: PortalFlow, subscription_id: str | None, return_url: str
    ) -> str:
        """The page's URL, which lives for minutes."""
        ...

    def end_second(self, subscription_id: str, instead_of: str) -> None:
        """Cancels it at once and refunds the period that runs; made again, nothing more is done. A refund that is
        refused, as of a payment that its bank took back, keeps nobody's plan alive."""
        ...

    def end_of_nobody(self, subscription_id: str) -> None:
        """The same, of one that was paid when its learner's data was deleted already."""
        ...

    def share_card(self, customer_id: str, subscription_id: str) -> None:
        """The subscription is paid by the customer's card from now on, which the portal's page changes: the one that was
        entered last."""
        ...

    def is_refunded_by_us(self, charge_id: str) -> bool:
        """Whether all that was given back of a payment was, by `end_second` or `end_of_nobody`."""
        ...

    def cancel(self, subscription_id: str) -> None:
        """At once, without a refund; what it still asks for is void, for nobody is to pay for a plan that is over. Of one
        that has ended, only what it asks for is."""
        ...

    def close_checkout(self, session_id: str) -> None:
        """Nobody can pay on the page any more. One that is paid, or over, is left as it is."""
        ...

    def forget_customer(self, customer_id: str) -> None:
        """Who they were: name, address, cards and learner go. The customer stays, for the law wants its invoices kept; one
        that was deleted at Stripe is forgotten already."""
        ...

    def price(self) -> PlanPrice: ...

    def events_since(self, moment: datetime, types: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Events of these types as the webhook brings them, newest first, fetched as they are asked for. Stripe keeps
        30 days."""
        ...
