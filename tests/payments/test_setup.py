"""`moment stripe setup` on an account: made once, mended where it is otherwise, and else left alone."""

from argparse import Namespace
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from stripe import StripeClient

from models.database import Database
from models.plan import IncidentKind, PaymentIncident
from moment.commands import stripe as command
from moment.commands.call import Call
from moment.errors import CommandFailed
from moment.plan_account import wanted_account
from payments.account import LOOKUP_KEY, PRODUCT, WantedAccount
from payments.client import API_VERSION, make_client
from payments.port import PaymentsError
from payments.setup import AccountSetup, Setup
from services.plan.events import EVENT_TYPES
from settings import ConfigurationError, Settings
from simulator.stripe.client import StripeDesk
from tests import quick_providers
from tests.payments.conftest import KEY, settings_of

URL = "https://moment.test"


@pytest.fixture
def wanted(empty_desk: StripeDesk) -> WantedAccount:
    return wanted_account(settings_of(empty_desk, stripe_price=None))


@pytest.fixture
def stripe(empty_desk: StripeDesk) -> StripeClient:
    return make_client(settings_of(empty_desk))


def set_up(stripe: StripeClient, wanted: WantedAccount) -> Setup:
    return AccountSetup(stripe, wanted).run()


def counts(stripe: StripeClient) -> tuple[int, int, int, int]:
    v1: Any = stripe.v1
    lists = (v1.products, v1.prices, v1.billing_portal.configurations, v1.webhook_endpoints)
    products, prices, portals, endpoints = (len(each.list({"limit": 100}).data) for each in lists)
    return products, prices, portals - 1, endpoints  # the account's own default portal is none of ours


def test_all_is_made_once(stripe: StripeClient, wanted: WantedAccount) -> None:
    made = set_up(stripe, wanted)
    assert len(made.changes) == 4
    price = stripe.v1.prices.retrieve(made.price_id)
    assert (price.currency, price.unit_amount, price.lookup_key) == ("jpy", 9800, LOOKUP_KEY)
    assert price.recurring is not None
    assert (price.recurring.interval, price.product, price.tax_behavior) == ("month", PRODUCT, "inclusive")
    endpoint = stripe.v1.webhook_endpoints.retrieve(made.endpoint_id)
    assert (endpoint.url, endpoint.api_version) == (f"{URL}/webhooks/stripe", API_VERSION)
    assert endpoint.enabled_events == list(EVENT_TYPES)
    assert made.secret is not None
    features = stripe.v1.billing_portal.configurations.retrieve(made.portal_id).features
    assert features.subscription_cancel.mode == "at_period_end"
    assert features.subscription_pause.enabled
    assert (features.payment_method_update.enabled, features.invoice_history.enabled) == (True, True)

    assert set_up(stripe, wanted) == replace(made, secret=None, changes=[])
    named = replace(wanted, price_id=made.price_id, portal_id=made.portal_id)
    assert set_up(stripe, named) == replace(made, secret=None, changes=[])
    assert counts(stripe) == (1, 1, 1, 1)


def test_what_the_plan_has_become_is_mended(stripe: StripeClient, wanted: WantedAccount) -> None:
    first = set_up(stripe, wanted)
    other = replace(
        wanted,
        plan_yen=8800,
        public_url="https://new.moment.test",
        event_types=EVENT_TYPES[:3],
        price_id=first.price_id,
        portal_id=first.portal_id,
    )
    second = set_up(stripe, other)
    assert (second.portal_id, second.endpoint_id, second.secret) == (first.portal_id, first.endpoint_id, None)
    old, new = (stripe.v1.prices.retrieve(made.price_id) for made in (first, second))
    assert (old.unit_amount, old.lookup_key, old.active) == (9800, None, True), "who pays it goes on"
    assert (new.unit_amount, new.lookup_key) == (8800, LOOKUP_KEY)
    endpoint = stripe.v1.webhook_endpoints.retrieve(second.endpoint_id)
    assert endpoint.url == "https://new.moment.test/webhooks/stripe"
    assert endpoint.enabled_events == list(EVENT_TYPES[:3])
    profile = stripe.v1.billing_portal.configurations.retrieve(second.portal_id).business_profile
    assert profile.terms_of_service_url == "https://new.moment.test/plan/terms"
    assert set_up(stripe, other).changes == []

    back = set_up(stripe, wanted)
    assert back.price_id == first.price_id, "a price of before is taken again"
    assert stripe.v1.prices.retrieve(first.price_id).lookup_key == LOOKUP_KEY
    assert counts(stripe) == (1, 2, 1, 1)


def test_an_endpoint_of_another_api_line_is_replaced(stripe: StripeClient, wanted: WantedAccount) -> None:
    facts: Any = {"url": wanted.webhook_url, "enabled_events": ["*"], "api_version": "2024-06-20"}
    old = stripe.v1.webhook_endpoints.create(facts)
    stranger: Any = {**facts, "url": "https://elsewhere.test/hook"}
    kept = stripe.v1.webhook_endpoints.create(stranger)
    made = set_up(stripe, wanted)
    assert made.secret is not None
    ids = {endpoint.id for endpoint in stripe.v1.webhook_endpoints.list().data}
    assert ids == {made.endpoint_id, kept.id}
    assert any(old.id in change and "2024-06-20" in change for change in made.changes)
    assert set_up(stripe, wanted).changes == []


def test_what_was_changed_by_hand_is_changed_back(stripe: StripeClient, wanted: WantedAccount) -> None:
    facts: Any = {"url": wanted.webhook_url, "enabled_events": ["*"], "api_version": API_VERSION}
    by_hand = stripe.v1.webhook_endpoints.create(facts)
    made = set_up(stripe, wanted)
    assert (made.endpoint_id, made.secret) == (by_hand.id, None), "one that is there is taken over"
    stripe.v1.webhook_endpoints.update(made.endpoint_id, {"disabled": True})
    stripe.v1.billing_portal.configurations.update(
        made.portal_id, {"features": {"subscription_pause": {"enabled": False}}}
    )
    stripe.v1.products.update(PRODUCT, {"active": False})
    changes = "\n".join(set_up(stripe, wanted).changes)
    for word in ("is disabled", "features.subscription_pause.enabled is False", "no longer archived"):
        assert word in changes
    stripe.v1.prices.update(made.price_id, {"active": False})
    assert set_up(stripe, wanted).price_id != made.price_id
    assert set_up(stripe, wanted).changes == []


@pytest.mark.parametrize(
    "verb", ["products.create", "prices.create", "billing_portal.configurations.create", "webhook_endpoints"]
)
def test_broken_off_anywhere_it_is_whole_when_run_again(
    empty_desk: StripeDesk, stripe: StripeClient, wanted: WantedAccount, verb: str
) -> None:
    """Stripe has done it, and its answer was lost."""
    empty_desk.fault(verb, status=500, accept=True, times=1)
    with pytest.raises(PaymentsError):
        set_up(stripe, wanted)
    made = set_up(stripe, wanted)
    assert counts(stripe) == (1, 1, 1, 1)
    assert set_up(stripe, wanted) == replace(made, secret=None, changes=[])


def call(settings: Settings, **options: object) -> Call:
    return Call(Namespace(**options), settings, quick_providers.build)


def test_the_command_prints_the_settings_and_the_secret_once(
    empty_desk: StripeDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_of(empty_desk, stripe_price=None)
    assert command.stripe(call(settings, action="setup")) == 0
    first = capsys.readouterr()
    lines = dict(line.split("=", 1) for line in first.out.splitlines())
    assert list(lines) == ["MOMENT_STRIPE_PRICE", "MOMENT_STRIPE_PORTAL", "MOMENT_STRIPE_WEBHOOK_SECRETS"]
    secret = lines["MOMENT_STRIPE_WEBHOOK_SECRETS"].strip('[]"')
    assert secret.startswith("whsec_")
    assert secret not in first.err

    assert command.stripe(call(settings, action="setup")) == 0
    again = capsys.readouterr()
    assert again.out.splitlines() == first.out.splitlines()[:2]
    assert again.err.splitlines()[0] == "nothing to change"
    assert "Roll secret" in again.err
    assert KEY not in first.err + again.err


def test_the_command_says_what_stripe_refused_and_the_fix(empty_desk: StripeDesk) -> None:
    wrong = settings_of(empty_desk, stripe_key=SecretStr("sk_test_of_somebody_else"))
    with pytest.raises(CommandFailed) as failed:
        command.stripe(call(wrong, action="setup"))
    assert "MOMENT_STRIPE_KEY" in str(failed.value)
    assert "sk_test_of_somebody_else" not in str(failed.value)
    with pytest.raises(ConfigurationError, match="MOMENT_STRIPE_KEY is not set"):
        command.stripe(call(settings_of(empty_desk, stripe_key=None), action="setup"))
    local = settings_of(empty_desk, stripe_api_url=None, public_url="http://127.0.0.1:8000")
    with pytest.raises(ConfigurationError, match="MOMENT_PUBLIC_URL must be the https address"):
        command.stripe(call(local, action="setup"))


def test_incidents_are_listed_newest_first(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.transaction() as db:
        for kind, stripe_id in ((IncidentKind.REFUND, "ch_1"), (IncidentKind.SECOND_PLAN, "sub_2")):
            db.add(PaymentIncident(kind=kind, stripe_id=stripe_id, customer_id="cus_1"))
            db.flush()
    assert command.stripe(call(settings, action="incidents", count=20)) == 0
    lines = [line.split("\t")[1:] for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == [["second_plan", "sub_2", "cus_1"], ["refund", "ch_1", "cus_1"]]
