"""A Stripe of its own for each module, and a client of it as a process makes one, without second tries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from stripe import StripeClient

from payments import client
from payments.client import make_client
from payments.port import CheckoutOrder, Customer, Subscription
from payments.stripe import StripePayments
from settings import Settings
from simulator.stripe.client import HOUR, VISA, StripeDesk
from simulator.stripe.config import StripeConfig
from tests.simulator.stripe.conftest import run

KEY = "sk_test_desk"
PRICE = "price_moment_monthly"


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[StripeDesk]:
    with run(StripeConfig()) as desk:
        yield desk


@pytest.fixture
def desk(shared_desk: StripeDesk) -> Iterator[StripeDesk]:
    yield shared_desk
    shared_desk.clear_faults()


@pytest.fixture
def empty_desk() -> Iterator[StripeDesk]:
    """An account in which nothing is set up."""
    with run(StripeConfig(prices=[])) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _no_second_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK's own, which wait."""
    monkeypatch.setattr(client, "RETRIES", 0)


def settings_of(desk: StripeDesk, **changes: object) -> Settings:
    facts = {"stripe_key": SecretStr(KEY), "stripe_price": PRICE, "stripe_api_url": desk.base_url}
    return Settings.without_environment(**{**facts, "public_url": "https://moment.test", **changes})


@dataclass(frozen=True)
class Till:
    """Where learners pay: our side, an operator's hand at Stripe, and the desk that moves its time."""

    payments: StripePayments
    api: StripeClient
    desk: StripeDesk

    def order(self, customer_id: str, user_id: int) -> CheckoutOrder:
        return CheckoutOrder(
            customer_id,
            user_id,
            datetime.fromtimestamp(self.desk.now(), UTC) + timedelta(hours=23),
            "https://moment.test/plan/thanks?session={CHECKOUT_SESSION_ID}",
            "https://moment.test/plan/done",
            note="いつでも解約できます。",
            terms="[利用規約](https://moment.test/plan/terms)に同意します。",
        )

    def pay(self, customer_id: str, user_id: int, card: str = VISA) -> str:
        """The id of the subscription that was paid."""
        page = self.payments.open_checkout(str(uuid4()), self.order(customer_id, user_id))
        assert self.desk.browse(page.url).pay(card, bank="passed").leads_to
        return str(self.api.v1.checkout.sessions.retrieve(page.session_id).subscription)

    def buyer(self, card: str = VISA) -> "Buyer":
        user_id = next(_NUMBERS)
        customer_id = self.payments.create_customer(user_id, "はな")
        return Buyer(self, user_id, customer_id, self.pay(customer_id, user_id, card))


@dataclass(frozen=True)
class Buyer:
    till: Till
    user_id: int
    customer_id: str
    subscription_id: str

    def read(self) -> Customer:
        customer = self.till.payments.customer(self.customer_id)
        assert customer is not None
        return customer

    def plan(self) -> Subscription:
        return next(each for each in self.read().subscriptions if each.id == self.subscription_id)

    def change(self, **facts: Any) -> None:
        """By an operator, or by what the portal does."""
        changes: Any = facts
        self.till.api.v1.subscriptions.update(self.subscription_id, changes)

    def give_card(self, name: str) -> None:
        """One that pays the renewals, without its holder at the screen."""
        method = self.till.api.v1.payment_methods.attach(name, {"customer": self.customer_id})
        self.change(default_payment_method=method.id)

    def renew(self) -> None:
        """An invoice is a draft for an hour."""
        self.till.desk.advance_clock_to(int(self.plan().period_end.timestamp()) + HOUR + 1)


_NUMBERS = count(1)


@pytest.fixture
def till(desk: StripeDesk) -> Till:
    settings = settings_of(desk)
    return Till(StripePayments.of(settings), make_client(settings), desk)


@pytest.fixture
def buyer(till: Till) -> Iterator[Buyer]:
    """Who has paid a month. Their plan ends with the test, so that no clock that is pushed renews it."""
    buyer = till.buyer()
    yield buyer
    till.desk.clear_faults()
    till.payments.cancel(buyer.subscription_id)
