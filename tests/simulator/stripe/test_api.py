"""Calls as such: form bodies, keys, versions, parameters, pages of lists, expansion, idempotency."""

from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

from simulator.stripe.client import DAY, StripeDesk
from simulator.stripe.versions import is_version
from tests.simulator.stripe.harness import KEY, PRICE, client_of, open_checkout, subscribe


@pytest.fixture
def customer(client: StripeClient) -> stripe.Customer:
    return client.v1.customers.create(
        {"name": "はな", "email": "hana@example.com", "metadata": {"1": "x", "user": "42"}}
    )


def test_nested_bodies_arrive_whole(client: StripeClient) -> None:
    product = client.v1.products.create(
        {"name": "Moment", "metadata": {"room": "kitchen", "0": "digits are names too"}}
    )
    price = client.v1.prices.create(
        {
            "product": product.id,
            "unit_amount": 9800,
            "currency": "jpy",
            "recurring": {"interval": "month"},
            "tax_behavior": "inclusive",
            "lookup_key": "monthly",
        }
    )
    assert product.metadata.to_dict() == {"room": "kitchen", "0": "digits are names too"}
    assert price.recurring is not None
    assert (price.recurring.interval, price.unit_amount, price.currency, price.type) == (
        "month",
        9800,
        "jpy",
        "recurring",
    )
    found = client.v1.prices.list({"lookup_keys": ["monthly", "none"], "expand": ["data.product"]})
    assert [(entry.id, entry.product.name) for entry in found.data] == [(price.id, "Moment")]  # type: ignore[union-attr]


def test_a_lookup_key_belongs_to_one_price_until_it_is_transferred(client: StripeClient) -> None:
    facts: Any = {"product": "prod_moment", "unit_amount": 1, "currency": "jpy", "lookup_key": "only"}
    first = client.v1.prices.create(facts)
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        client.v1.prices.create(facts)
    second = client.v1.prices.create(facts | {"transfer_lookup_key": True})
    assert second.lookup_key == "only"
    assert client.v1.prices.retrieve(first.id).lookup_key is None


def test_an_unknown_parameter_is_named(client: StripeClient, customer: stripe.Customer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_checkout(client, customer.id, payment_method_types=["card"])
    error = refusal.value
    assert (error.http_status, error.code, error.param) == (400, "parameter_unknown", "payment_method_types")
    assert error.user_message == "Received unknown parameter: payment_method_types"
    with pytest.raises(stripe.InvalidRequestError, match=r"line_items\[0\]\[prize\]"):
        open_checkout(client, customer.id, line_items=[{"price": PRICE, "prize": "x"}])


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"success_url": None}, "parameter_missing", "success_url"),
        (
            {"line_items": [{"price": PRICE, "quantity": "many"}]},
            "parameter_invalid_integer",
            "line_items[0][quantity]",
        ),
        ({"expires_at": ""}, "parameter_invalid_empty", "expires_at"),
        ({"mode": "gift"}, None, "mode"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({"line_items": [{"price": "price_none"}]}, "resource_missing", "line_items[0][price]"),
        ({"wallet_options": {}}, "desk_not_done", "wallet_options"),
        ({"mode": "payment"}, "desk_not_done", "mode"),
    ],
)
def test_a_wrong_parameter_is_explained(
    client: StripeClient, customer: stripe.Customer, changes: dict[str, Any], code: str | None, param: str
) -> None:
    facts = {"wallet_options": {"link": {"display": "never"}}} if "wallet_options" in changes else changes
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_checkout(client, **{"customer": customer.id, **facts})
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, code, param)


def test_what_is_not_there_is_404(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.subscriptions.retrieve("sub_none")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    assert str(refusal.value.user_message) == "No such subscription: 'sub_none'"


@pytest.mark.parametrize("key", ["sk_test_of_somebody_else", "rk_x"])
def test_another_key_is_refused_without_being_repeated(desk: StripeDesk, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refusal:
        client_of(desk.base_url, key).v1.customers.list()
    assert refusal.value.http_status == 401
    assert key not in str(refusal.value)
    missing = httpx.get(f"{desk.base_url}/v1/customers")
    assert missing.status_code == 401
    assert "did not provide an API key" in missing.json()["error"]["message"]
    assert httpx.get(f"{desk.base_url}/v1/customers", auth=(KEY, "")).status_code == 200


def test_the_version_is_echoed_and_shapes_the_answer(desk: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(desk, client)
    assert subscription.last_response is None
    now = client.v1.subscriptions.retrieve(subscription.id)
    assert now.last_response.headers["stripe-version"] == stripe.api_version  # type: ignore[union-attr]
    older = client_of(desk.base_url, stripe_version="2024-06-20").v1.subscriptions.retrieve(subscription.id)
    assert "current_period_end" in older
    assert older["current_period_end"] == now["items"].data[0].current_period_end
    assert "current_period_end" not in now
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        client_of(desk.base_url, stripe_version="2026-13-01.endive").v1.customers.list()


def test_versions_are_those_of_the_sdk() -> None:
    assert all(map(is_version, [stripe.api_version, "2025-03-31.basil", "2024-06-20", "2026-08-26.dahlia"]))
    assert not any(map(is_version, ["2026-10-28.dahlia", "2026-10-28", "2027-01-01.endive", "endive", ""]))


def test_lists_are_read_page_by_page(client: StripeClient) -> None:
    ids = [client.v1.customers.create({"email": "many@example.com"}).id for _ in range(5)]
    first = client.v1.customers.list({"email": "many@example.com", "limit": 2})
    assert ([entry.id for entry in first.data], first.has_more) == (ids[:2:-1], True)
    second = client.v1.customers.list(
        {"email": "many@example.com", "limit": 3, "starting_after": first.data[-1].id}
    )
    assert ([entry.id for entry in second.data], second.has_more) == (ids[2::-1], False)
    back = client.v1.customers.list({"email": "many@example.com", "limit": 1, "ending_before": ids[0]})
    assert [entry.id for entry in back.data] == [ids[1]]
    assert [entry.id for entry in first.auto_paging_iter()] == ids[::-1]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.customers.list({"starting_after": "cus_none"})
    assert refusal.value.param == "starting_after"


def test_what_is_linked_can_be_expanded(desk: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(desk, client)
    expand = [
        "customer",
        "latest_invoice.payments.data.payment.payment_intent.latest_charge",
        "items.data.price.product",
    ]
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        client.v1.subscriptions.retrieve(subscription.id, {"expand": expand})
    expand[1] = "latest_invoice.payments"
    whole: Any = client.v1.subscriptions.retrieve(subscription.id, {"expand": expand})
    assert whole.customer.name == "はな"
    assert whole["items"].data[0].price.product.name == "Moment 月額プラン"
    assert whole.latest_invoice.parent.subscription_details.subscription == subscription.id
    payment = client.v1.invoice_payments.retrieve(
        whole.latest_invoice.payments.data[0].id, {"expand": ["payment.payment_intent.latest_charge"]}
    )
    assert payment.payment.payment_intent.latest_charge.paid  # type: ignore[union-attr]
    customer: Any = client.v1.customers.retrieve(whole.customer.id, {"expand": ["subscriptions"]})
    assert [entry.id for entry in customer.subscriptions.data] == [subscription.id]
    for path in ("status", "items.data.subscription", "nothing"):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            client.v1.subscriptions.retrieve(subscription.id, {"expand": [path]})


def test_one_key_gives_one_answer(client: StripeClient, desk: StripeDesk) -> None:
    first = client.v1.customers.create({"name": "はな"}, {"idempotency_key": "customer:1"})
    again = client.v1.customers.create({"name": "はな"}, {"idempotency_key": "customer:1"})
    assert again.id == first.id
    assert again.last_response is not None
    assert again.last_response.headers["idempotent-replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as refusal:
        client.v1.customers.create({"name": "ゆい"}, {"idempotency_key": "customer:1"})
    assert refusal.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        client.v1.products.create({"name": "はな"}, {"idempotency_key": "customer:1"})


def test_a_key_keeps_an_error_of_the_work_and_none_of_the_parameters(client: StripeClient) -> None:
    params: Any = {"customer": "cus_none", "return_url": "https://example.com"}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.billing_portal.sessions.create(params, {"idempotency_key": "portal"})
    assert refusal.value.headers is not None
    assert refusal.value.headers["idempotent-replayed"] == "true"
    wrong: Any = {"nome": "はな"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.create(wrong, {"idempotency_key": "mended"})
    assert client.v1.customers.create({"name": "はな"}, {"idempotency_key": "mended"}).name == "はな"


def test_a_key_is_forgotten_after_a_day(own_desk: Any) -> None:
    desk: StripeDesk = own_desk()
    client = client_of(desk.base_url)
    first = client.v1.customers.create({"name": "はな"}, {"idempotency_key": "customer:1"})
    desk.advance_clock(DAY + 1)
    assert client.v1.customers.create({"name": "ゆい"}, {"idempotency_key": "customer:1"}).id != first.id


def test_metadata_is_merged_and_a_field_can_be_emptied(
    client: StripeClient, customer: stripe.Customer
) -> None:
    changed = client.v1.customers.update(customer.id, {"metadata": {"1": "", "more": "y"}, "email": ""})
    assert changed.metadata is not None
    assert (changed.metadata.to_dict(), changed.email) == ({"user": "42", "more": "y"}, None)
    assert client.v1.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}  # type: ignore[union-attr]


def test_a_deleted_customer_is_a_shell(desk: StripeDesk, client: StripeClient) -> None:
    subscription = subscribe(desk, client)
    client.v1.customers.delete(subscription.customer)
    assert client.v1.customers.retrieve(subscription.customer).deleted
    assert client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        open_checkout(client, subscription.customer)


def test_whose_key_it_is_can_be_asked(client: StripeClient) -> None:
    account = client.v1.accounts.retrieve_current()
    assert (account.country, account.default_currency) == ("JP", "jpy")


def test_products_and_prices_are_changed_and_found(client: StripeClient) -> None:
    product = client.v1.products.create({"id": "prod_of_test", "name": "Moment", "metadata": {"a": "1"}})
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        client.v1.products.create({"id": "prod_of_test", "name": "Moment"})
    data: Any = {"currency": "JPY", "unit_amount": 980, "product": product.id, "nickname": "月額"}
    price = client.v1.prices.create(data)
    changed = client.v1.products.update(
        product.id, {"default_price": price.id, "description": "", "metadata": {"b": "2"}}
    )
    assert (changed.default_price, changed.description) == (price.id, None)
    assert changed.metadata.to_dict() == {"a": "1", "b": "2"}
    assert client.v1.prices.update(price.id, {"active": False, "metadata": {"old": "yes"}}).active is False
    assert client.v1.prices.list({"product": product.id, "active": True}).data == []
    assert [entry.id for entry in client.v1.products.list({"ids": [product.id]}).data] == [product.id]
    whole: Any = client.v1.products.retrieve(product.id, {"expand": ["default_price"]})
    assert whole.default_price.nickname == "月額"
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        open_checkout(client, client.v1.customers.create({}).id, line_items=[{"price": price.id}])


def test_a_card_is_attached_and_taken_away(client: StripeClient, customer: stripe.Customer) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": customer.id})
    assert (refusal.value.http_status, refusal.value.code) == (402, "card_declined")
    method = client.v1.payment_methods.attach("pm_card_jcb", {"customer": customer.id})
    wrong: Any = {"invoice_settings": {"default_payment_method": "pm_none"}}
    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        client.v1.customers.update(customer.id, wrong)
    right: Any = {"invoice_settings": {"default_payment_method": method.id}}
    client.v1.customers.update(customer.id, right)
    assert [entry.id for entry in client.v1.customers.payment_methods.list(customer.id).data] == [method.id]
    assert client.v1.payment_methods.detach(method.id).customer is None
    settings = client.v1.customers.retrieve(customer.id).invoice_settings
    assert settings is not None
    assert settings.default_payment_method is None


def test_what_the_desk_does_not_do_is_said(client: StripeClient, customer: stripe.Customer) -> None:
    facts: Any = {"customer": customer.id, "items": [{"price": PRICE}]}
    for more in ({"discounts": [{"coupon": "x"}]}, {"payment_behavior": "pending_if_incomplete"}):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.subscriptions.create(facts | more)
        assert refusal.value.code == "desk_not_done"
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        client.v1.subscriptions.create(facts)


@pytest.mark.parametrize(
    "more",
    [
        {"tax_id_collection": {"enabled": True}},
        {"billing_address_collection": "required"},
        {"allow_promotion_codes": True},
        {"automatic_tax": {"enabled": True}},
    ],
)
def test_what_checkouts_page_does_not_ask_is_said(
    client: StripeClient, customer: stripe.Customer, more: dict[str, Any]
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_checkout(client, customer.id, **more)
    assert (refusal.value.code, refusal.value.param) == ("desk_not_done", next(iter(more)))


def test_what_the_portal_does_not_offer_is_said(client: StripeClient) -> None:
    weeks: Any = {"type": "interval_options", "interval_options": [{"interval": "week"}]}
    wanted: list[Any] = [
        {"subscription_pause": {"enabled": True, "duration": weeks}},
        {"customer_update": {"enabled": True}},
    ]
    for features in wanted:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.billing_portal.configurations.create({"features": features})
        assert refusal.value.code == "desk_not_done"


def test_a_subscription_is_found_by_its_state(client: StripeClient, desk: StripeDesk) -> None:
    subscription = subscribe(desk, client)
    named: Any = {
        "metadata": {"note": "x", "moment_user": ""},
        "description": "月額",
        "cancel_at": desk.now() + DAY,
    }
    changed = client.v1.subscriptions.update(subscription.id, named)
    assert (changed.metadata.to_dict(), changed.description) == ({"note": "x"}, "月額")
    client.v1.subscriptions.cancel(
        subscription.id, {"cancellation_details": {"feedback": "unused", "comment": "旅行"}}
    )
    found = {
        status: [
            entry.id
            for entry in client.v1.subscriptions.list(
                {"customer": subscription.customer, "status": status}
            ).data
        ]
        for status in ("active", "canceled", "all", "ended")
    }
    assert found == {
        "active": [],
        "canceled": [subscription.id],
        "all": [subscription.id],
        "ended": [subscription.id],
    }
    assert client.v1.subscriptions.list({"customer": subscription.customer}).data == []
    late = client.v1.subscriptions.update(subscription.id, {"metadata": {"note": "y"}})
    assert late.metadata["note"] == "y"
    assert late.cancellation_details is not None
    assert (late.cancellation_details.feedback, late.cancellation_details.comment) == ("unused", "旅行")
