"""Stripe as the doctor sees it: the double's account, with each thing wrong in turn, and our own web process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from pydantic import SecretStr
from stripe import StripeClient

from moment.app import make_app
from moment.doctor import stripe
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from moment.doctor.secrecy import mask, secrets_of
from moment.plan_account import wanted_account
from moment.resources import open_resources
from payments import client
from payments.client import API_VERSION, make_client
from payments.setup import AccountSetup, Setup
from settings import Seller, Settings
from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from tests import quick_providers
from tests.simulator.stripe.conftest import run
from tests.simulator.stripe.harness import subscribe
from tests.system import listening, served

KEY = "sk_test_desk_of_this_test"
SECRET = "whsec_of_this_test"
SELLER = Seller(name="合同会社", representative="代表", address="東京都", phone="03", email="a@example.com")
# Neither database nor broker is reached, and the webhook needs no key.
NOWHERE = {
    "database_url": "postgresql://moment@127.0.0.1:1/moment",
    "broker_url": "redis://127.0.0.1:1/0",
    "stripe_key": None,
}


@contextmanager
def serving_web(settings: Settings) -> Iterator[str]:
    """Its address."""
    sock = listening()
    with open_resources(settings.change(**NOWHERE), quick_providers.build) as resources:
        server = uvicorn.Server(uvicorn.Config(make_app(resources), log_level="warning"))
        with served(server, sock):
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"


@pytest.fixture(scope="module")
def desk() -> Iterator[StripeDesk]:
    with run(StripeConfig(secret_key=KEY, prices=[])) as desk:
        desk.hold()
        yield desk


@pytest.fixture(scope="module")
def basis(desk: StripeDesk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings.without_environment(
        stripe_key=SecretStr(KEY),
        stripe_api_url=desk.base_url,
        stripe_webhook_secrets=[SecretStr(SECRET)],
        seller=SELLER,
        data_dir=tmp_path_factory.mktemp("stripe"),
    )
    with serving_web(settings) as url:
        yield settings.change(public_url=url)


@dataclass(frozen=True)
class Place:
    """An account that is set up, and the settings that say so."""

    made: Setup
    settings: Settings
    desk: StripeDesk
    stripe: StripeClient

    def look(self, **changes: object) -> dict[str, Check]:
        settings = self.settings.change(**changes)
        checks = {check.name: check for check in stripe.checks(Ground(settings))}
        for check in checks.values():
            # Not one of them relies on the mask that the report lays over all.
            assert mask(check, secrets_of(settings)) == check
            assert (check.status in (Status.WARNING, Status.FAILED)) <= bool(check.fix), check
        return checks

    def status(self, name: str, **changes: object) -> Status:
        return self.look(**changes)[name].status


@pytest.fixture
def place(desk: StripeDesk, basis: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """What the test before has broken is mended by the setup itself."""
    monkeypatch.setattr(client, "RETRIES", 0)
    api = make_client(basis)
    made = AccountSetup(api, wanted_account(basis)).run()
    yield Place(made, basis.change(stripe_price=made.price_id, stripe_portal=made.portal_id), desk, api)
    desk.clear_faults()


def test_what_setup_made_is_as_it_should_be(place: Place) -> None:
    checks = place.look()
    assert list(checks) == [
        "stripe", "stripe.price", "stripe.portal", "stripe.webhook", "stripe.deliveries", "stripe.door",
        "stripe.seller", "stripe.dashboard",
    ]  # fmt: skip
    dashboard = checks.pop("stripe.dashboard")
    assert (dashboard.status, dashboard.fix) == (Status.SKIPPED, "")
    assert {name: check for name, check in checks.items() if check.status is not Status.OK} == {}
    assert checks["stripe"].detail.startswith("test key of acct_")


def test_without_a_key_the_plan_is_not_for_sale(place: Place) -> None:
    (check,) = place.look(stripe_key=None).values()
    assert (check.status, "not for sale" in check.detail) == (Status.SKIPPED, True)
    assert place.status("stripe", stripe_key=None, env="production") is Status.WARNING


def test_a_key_that_stripe_refuses_ends_the_look_at_the_account(place: Place) -> None:
    checks = place.look(stripe_key=SecretStr("sk_test_somebody_elses_key"))
    assert checks["stripe"].status is Status.FAILED
    assert "MOMENT_STRIPE_KEY" in checks["stripe"].fix
    assert "somebody" not in str(checks)
    assert {checks[f"stripe.{name}"].status for name in ("price", "portal", "webhook", "deliveries")} == {
        Status.SKIPPED
    }
    assert checks["stripe.door"].status is Status.OK


def test_live_and_test_keys_are_told_apart(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place.status("stripe", env="production") is Status.WARNING
    live = "sk_live_desk_of_this_test"
    with run(StripeConfig(secret_key=live)) as desk:
        facts: dict[str, object] = {"stripe_key": SecretStr(live), "stripe_api_url": desk.base_url}
        check = place.look(**facts)["stripe"]
        assert (check.status, "cards are charged" in check.detail) == (Status.WARNING, True)
        checks = place.look(**facts, env="production")
        assert checks["stripe"].status is Status.OK
        assert "live objects" in checks["stripe.price"].fix, "a test price with a live key"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"unit_amount": 8800}, "is 8800 yen, not 9800"),
        ({"currency": "usd"}, "is in usd"),
        ({"recurring": {"interval": "year"}}, "is paid every 1 year(s)"),
        ({"recurring": {"interval": "month", "interval_count": 3}}, "is paid every 3 month(s)"),
        ({"recurring": None}, "is paid once"),
        ({"active": False}, "is archived"),
    ],
    ids=["amount", "currency", "year", "quarter", "once", "archived"],
)
def test_a_price_that_is_not_the_plans_fails(place: Place, facts: dict[str, Any], says: str) -> None:
    plan = {
        "product": "moment_plan",
        "currency": "jpy",
        "unit_amount": 9800,
        "recurring": {"interval": "month"},
    }
    wrong: Any = {name: value for name, value in (plan | facts).items() if value is not None}
    price = place.stripe.v1.prices.create(wrong)
    check = place.look(stripe_price=price.id)["stripe.price"]
    assert (check.status, says in check.detail) == (Status.FAILED, True), check
    assert "moment stripe setup" in check.fix


def test_a_price_that_is_not_there_or_not_named_or_of_an_archived_product_fails(place: Place) -> None:
    for price in (None, "price_of_nobody"):
        assert place.status("stripe.price", stripe_price=price) is Status.FAILED
    place.stripe.v1.products.update("moment_plan", {"active": False})
    assert place.status("stripe.price") is Status.FAILED


def test_a_portal_without_a_feature_fails_and_one_of_another_address_is_warned_of(place: Place) -> None:
    update = place.stripe.v1.billing_portal.configurations.update
    assert place.status("stripe.portal", stripe_portal=None) is Status.FAILED
    assert place.status("stripe.portal", stripe_portal="bpc_of_nobody") is Status.FAILED
    profile: Any = {"business_profile": {"terms_of_service_url": "https://old.test/terms"}}
    update(place.made.portal_id, profile)
    assert place.status("stripe.portal") is Status.WARNING
    for feature in ("subscription_pause", "subscription_cancel", "payment_method_update", "invoice_history"):
        off: Any = {"features": {feature: {"enabled": False}}}
        update(place.made.portal_id, off)
        check = place.look()["stripe.portal"]
        assert (check.status, f"{feature}.enabled is False" in check.detail) == (Status.FAILED, True)


def break_webhook(place: Place, **facts: Any) -> None:
    wrong: Any = facts
    place.stripe.v1.webhook_endpoints.update(place.made.endpoint_id, wrong)


def replace_webhook(place: Place) -> None:
    place.stripe.v1.webhook_endpoints.delete(place.made.endpoint_id)
    old: Any = {
        "url": f"{place.settings.public_url}/webhooks/stripe",
        "enabled_events": ["*"],
        "api_version": "2024-06-20",
    }
    place.stripe.v1.webhook_endpoints.create(old)


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (lambda place: break_webhook(place, url="https://old.test/webhooks/stripe"), "no endpoint sends to"),
        (lambda place: break_webhook(place, disabled=True), "is disabled"),
        (lambda place: break_webhook(place, enabled_events=["invoice.paid"]), "sends no checkout.session"),
        (replace_webhook, f"speaks 2024-06-20, not {API_VERSION}"),
    ],
    ids=["url", "status", "events", "version"],
)
def test_an_endpoint_that_will_not_do_fails(place: Place, breaks: Callable[[Place], None], says: str) -> None:
    breaks(place)
    check = place.look()["stripe.webhook"]
    assert (check.status, says in check.detail) == (Status.FAILED, True), check


def test_two_endpoints_for_one_address_are_warned_of(place: Place) -> None:
    facts: Any = {
        "url": f"{place.settings.public_url}/webhooks/stripe",
        "enabled_events": ["*"],
        "api_version": API_VERSION,
    }
    second = place.stripe.v1.webhook_endpoints.create(facts)
    assert place.status("stripe.webhook") is Status.WARNING
    place.stripe.v1.webhook_endpoints.delete(second.id)


def test_events_that_nobody_took_are_told_of_once_they_are_late(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = place.stripe.v1.prices.create(
        {
            "currency": "jpy",
            "unit_amount": 100,
            "product_data": {"name": "x"},
            "recurring": {"interval": "month"},
        }
    )
    subscribe(place.desk, place.stripe, line_items=[{"price": price.id, "quantity": 1}])
    assert place.status("stripe.deliveries") is Status.OK
    monkeypatch.setattr(stripe, "LATE_SECONDS", -60)
    check = place.look()["stripe.deliveries"]
    assert (check.status, "were not taken" in check.detail) == (Status.WARNING, True)


def test_web_with_other_secrets_or_none_is_found_out(place: Place) -> None:
    check = place.look(stripe_webhook_secrets=[SecretStr("whsec_newer_than_web")])["stripe.door"]
    assert (check.status, "other secrets" in check.detail) == (Status.FAILED, True)
    assert place.status("stripe.door", stripe_webhook_secrets=[]) is Status.FAILED
    assert place.status("stripe.door", public_url="http://127.0.0.1:1") is Status.SKIPPED
    with serving_web(place.settings.change(stripe_webhook_secrets=[])) as url:
        check = place.look(public_url=url)["stripe.door"]
        assert (check.status, "runs without" in check.detail) == (Status.FAILED, True)
    check = place.look(public_url=place.desk.base_url)["stripe.door"]
    assert check.status is Status.FAILED, "not Moment at all"


def test_without_a_whole_seller_nothing_may_be_sold(place: Place) -> None:
    assert place.status("stripe.seller", seller=None) is Status.FAILED
    check = place.look(seller=SELLER.model_copy(update={"phone": " "}))["stripe.seller"]
    assert (check.status, check.detail) == (Status.FAILED, "MOMENT_SELLER names no phone")


@pytest.mark.parametrize(("kind", "fix"), [("rate_limit", "in a minute"), ("status", "status.stripe.com")])
def test_a_stripe_that_is_away_fails_with_what_to_do(place: Place, kind: Any, fix: str) -> None:
    place.desk.fault("prices.retrieve", kind, times=1)
    checks = place.look()
    assert (checks["stripe.price"].status, fix in checks["stripe.price"].fix) == (Status.FAILED, True)
    assert checks["stripe.portal"].status is Status.OK


def test_a_stripe_that_cannot_be_reached_says_so(place: Place) -> None:
    check = place.look(stripe_api_url="http://127.0.0.1:1")["stripe"]
    assert (check.status, "api.stripe.com" in check.fix) == (Status.FAILED, True)


def test_what_the_dashboard_must_say_is_told() -> None:
    """Of a real Stripe, whose account no test reads."""
    real = Settings.without_environment(public_url="https://moment.test")
    check = stripe._dashboard(Ground(real))
    assert "terms of service https://moment.test/plan/terms" in check.fix


def test_an_old_webhook_secret_that_still_counts_is_told(place: Place) -> None:
    secrets = [*place.settings.stripe_webhook_secrets, SecretStr("whsec_the_one_before")]
    check = place.look(stripe_webhook_secrets=secrets)["stripe.old_secrets"]
    assert check.status is Status.WARNING
    assert "take the others out" in check.fix
