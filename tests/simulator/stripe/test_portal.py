"""The customer portal: configurations, deep links, and its pages as forms."""

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from simulator.stripe.client import HOUR, Page, StripeDesk
from tests.simulator.stripe.harness import client_of, subscribe, types_of

HOME = "https://example.com/plan"


@pytest.fixture
def subscription(desk: StripeDesk, client: StripeClient) -> Any:
    return subscribe(desk, client)


def portal_of(desk: StripeDesk, client: StripeClient, subscription: Any, **flow: Any) -> Page:
    params: Any = {"customer": subscription.customer, "return_url": HOME, "locale": "ja"}
    session = client.v1.billing_portal.sessions.create(params | ({"flow_data": flow} if flow else {}))
    return desk.browse(session.url)


def test_the_front_page_tells_the_plan(desk: StripeDesk, client: StripeClient, subscription: Any) -> None:
    html = portal_of(desk, client, subscription).look().html
    for words in (
        "¥9,800 / 月",
        "次のお支払いは",
        "お休みする",
        "解約する",
        "カードを変える",
        "請求書の履歴",
        HOME,
    ):
        assert words in html


def test_cancelling_sets_a_day_and_can_be_undone(
    desk: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    page = portal_of(desk, client, subscription)
    assert page.cancel(subscription.id, "too_expensive").leads_to
    ending = client.v1.subscriptions.retrieve(subscription.id)
    end = ending["items"].data[0].current_period_end
    assert (ending.cancel_at, ending.cancel_at_period_end, ending.status) == (end, False, "active")
    assert ending.cancellation_details is not None
    assert ending.cancellation_details.feedback == "too_expensive"
    assert "解約を取り消す" in page.look().html
    page.keep(subscription.id)
    assert client.v1.subscriptions.retrieve(subscription.id).cancel_at is None


def test_classic_billing_ends_at_its_periods_end(desk: StripeDesk, client: StripeClient) -> None:
    classic = subscribe(desk, client, subscription_data={})
    portal_of(desk, client, classic).cancel(classic.id)
    assert client.v1.subscriptions.retrieve(classic.id).cancel_at_period_end


def test_pausing_and_resuming(desk: StripeDesk, client: StripeClient, subscription: Any) -> None:
    page = portal_of(desk, client, subscription)
    page.pause(subscription.id)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "paused"
    assert "お休み中です" in page.look().html
    page.resume(subscription.id)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "active"
    kinds = types_of(desk.events(about=subscription.id))
    assert {"customer.subscription.paused", "customer.subscription.resumed"} <= set(kinds)


def test_a_new_card_is_the_customers_and_not_the_subscriptions(
    desk: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    page = portal_of(desk, client, subscription)
    assert page.change_card("4000000000000002").status == 402
    assert "本人認証" in page.change_card("4000002500003155").html
    assert page.change_card("3566002020360505").leads_to
    customer = client.v1.customers.retrieve(
        subscription.customer, {"expand": ["invoice_settings.default_payment_method"]}
    )
    method: Any = customer.invoice_settings.default_payment_method  # type: ignore[union-attr]
    assert (method.card.brand, method.card.last4) == ("jcb", "0505")
    html = page.look().html
    assert ("VISA •••• 4242" in html, "JCB •••• 0505" in html, "いつものカード" in html) == (True, True, True)
    still = client.v1.subscriptions.retrieve(subscription.id)
    assert still.default_payment_method not in (None, method.id)
    assert types_of(desk.events(about=subscription.customer))[-1] == "customer.updated"


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [
        ("subscription_cancel", "/cancel", "プランを解約しますか"),
        ("subscription_pause", "/pause", "プランをお休みしますか"),
        ("payment_method_update", "/card", "カードを変える"),
    ],
)
def test_a_deep_link_leads_to_one_thing_and_back(
    desk: StripeDesk, client: StripeClient, subscription: Any, kind: str, path: str, words: str
) -> None:
    target = {} if path == "/card" else {kind: {"subscription": subscription.id}}
    after = {"type": "redirect", "redirect": {"return_url": f"{HOME}?done"}}
    page = portal_of(desk, client, subscription, type=kind, after_completion=after, **target)
    html = page.look().html
    assert words in html
    assert "請求書の履歴" not in html
    step = page.change_card() if path == "/card" else page.send(f"/{subscription.id}{path}")
    assert step.leads_to == f"{HOME}?done"


def test_a_deep_link_may_end_in_a_confirmation(
    desk: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    after = {
        "type": "hosted_confirmation",
        "hosted_confirmation": {"custom_message": "またお待ちしています。"},
    }
    target = {"subscription": subscription.id}
    page = portal_of(
        desk,
        client,
        subscription,
        type="subscription_cancel",
        after_completion=after,
        subscription_cancel=target,
    )
    assert "またお待ちしています。" in page.cancel(subscription.id).html


def test_a_deep_link_that_makes_no_sense_is_refused(
    desk: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    target = {"subscription": subscription.id}
    portal_of(desk, client, subscription).cancel(subscription.id)
    for flow in (
        {"type": "subscription_cancel"},
        {"type": "subscription_cancel", "subscription_cancel": target},
        {"type": "subscription_pause", "subscription_pause": {"subscription": "sub_none"}},
        {"type": "subscription_update"},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            portal_of(desk, client, subscription, **flow)


def test_a_configuration_says_what_is_offered(
    desk: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    features: Any = {
        "subscription_cancel": {"enabled": True, "mode": "immediately"},
        "payment_method_update": {"enabled": False},
    }
    made = client.v1.billing_portal.configurations.create({"features": features, "metadata": {"of": "test"}})
    assert (made.is_default, made.features.subscription_pause.enabled) == (False, False)
    params: Any = {"customer": subscription.customer, "configuration": made.id}
    page = desk.browse(client.v1.billing_portal.sessions.create(params).url)
    html = page.look().html
    assert ("お休みする" in html, "カードを変える" in html, "解約する" in html) == (False, False, True)
    page.cancel(subscription.id)
    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    pause: Any = {"features": {"subscription_pause": {"enabled": True}}}
    changed = client.v1.billing_portal.configurations.update(made.id, pause)
    assert changed.features.subscription_pause.enabled
    assert changed.features.subscription_cancel.mode == "immediately"
    default = client.v1.billing_portal.configurations.list({"is_default": True}).data
    assert [entry.active for entry in default] == [True]


def test_another_customers_subscription_is_out_of_reach(
    desk: StripeDesk, client: StripeClient, subscription: Any
) -> None:
    other = subscribe(desk, client)
    assert portal_of(desk, client, other).cancel(subscription.id).status == 409
    assert client.v1.subscriptions.retrieve(subscription.id).cancel_at is None


def test_a_session_lives_while_it_is_used(own_desk: Any) -> None:
    desk: StripeDesk = own_desk()
    client = client_of(desk.base_url)
    subscription = subscribe(desk, client)
    unseen, seen = (portal_of(desk, client, subscription) for _ in range(2))
    seen.look()
    desk.advance_clock(HOUR / 2)
    assert (unseen.look().status, seen.look().status) == (410, 200)
    desk.advance_clock(HOUR * 0.9)
    assert seen.look().status == 200
    desk.advance_clock(HOUR * 1.1)
    assert seen.look().status == 410
