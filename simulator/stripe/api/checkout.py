"""Checkout sessions."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from simulator.stripe import checkout
from simulator.stripe.calendar import DAY, MINUTE
from simulator.stripe.endpoint import Call, endpoint, page
from simulator.stripe.errors import invalid, not_done
from simulator.stripe.forms import Entries
from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.catalogue import Customer, Price, Product
from simulator.stripe.objects.sessions import CheckoutSession, LineItem
from simulator.stripe.parameters import CreatedListParameters, ListParameters, Metadata, Nested, Parameters
from simulator.stripe.state import Stripe
from simulator.stripe.store import new_id

# SDK: SessionCreateParams.expires_at
SHORTEST_SECONDS, LONGEST_SECONDS = 30 * MINUTE, DAY


class Enabled(Nested):
    enabled: bool


class TaxIdCollection(Enabled):
    required: Literal["if_supported", "never"] | None = None


class Text(Nested):
    message: str = Field(max_length=1200)


class CustomText(Nested):
    after_submit: Text | None = None
    shipping_address: Text | None = None
    submit: Text | None = None
    terms_of_service_acceptance: Text | None = None


class Position(Nested):
    position: Literal["auto", "hidden"]


class ConsentCollection(Nested):
    payment_method_reuse_agreement: Position | None = None
    promotions: Literal["auto", "none"] | None = None
    terms_of_service: Literal["none", "required"] | None = None


class LineItemFacts(Nested):
    price: str
    quantity: int = Field(1, ge=1)


class Flexible(Nested):
    proration_discounts: Literal["included", "itemized"] | None = None


class BillingModeFacts(Nested):
    type: Literal["classic", "flexible"]
    flexible: Flexible | None = None


class EndBehaviorFacts(Nested):
    missing_payment_method: Literal["cancel", "create_invoice", "pause"]


class TrialSettingsFacts(Nested):
    end_behavior: EndBehaviorFacts


class SubscriptionData(Nested):
    billing_mode: BillingModeFacts | None = None
    description: str | None = None
    metadata: Metadata | None = None
    trial_end: int | None = None
    trial_period_days: int | None = Field(None, ge=1)
    trial_settings: TrialSettingsFacts | None = None


class CreateSession(Parameters):
    """Since endive there is no `payment_method_types`."""

    not_done: ClassVar[frozenset[str]] = frozenset(
        [
            "adaptive_pricing",
            "after_expiration",
            "branding_settings",
            "currency",
            "custom_fields",
            "customer_account",
            "customer_creation",
            "customer_update",
            "discounts",
            "integration_identifier",
            "invoice_creation",
            "managed_payments",
            "name_collection",
            "optional_items",
            "origin_context",
            "payment_intent_data",
            "payment_method_configuration",
            "payment_method_data",
            "payment_method_options",
            "permissions",
            "redirect_on_completion",
            "return_url",
            "saved_payment_method_options",
            "setup_intent_data",
            "shipping_address_collection",
            "shipping_options",
            "wallet_options",
        ]
    )

    allow_promotion_codes: bool | None = None
    allowed_payment_method_types: Entries[str] | None = None
    automatic_tax: Enabled | None = None
    billing_address_collection: Literal["auto", "required"] | None = None
    cancel_url: str | None = None
    client_reference_id: str | None = Field(None, max_length=200)
    consent_collection: ConsentCollection | None = None
    custom_text: CustomText | None = None
    customer: str | None = None
    customer_email: str | None = None
    excluded_payment_method_types: Entries[str] | None = None
    expires_at: int | None = None
    line_items: Entries[LineItemFacts] = Field(min_length=1, max_length=20)
    locale: str | None = None
    metadata: Metadata | None = None
    mode: Literal["payment", "setup", "subscription"]
    payment_method_collection: Literal["always", "if_required"] = "always"
    phone_number_collection: Enabled | None = None
    submit_type: Literal["auto", "pay", "subscribe"] | None = None
    subscription_data: SubscriptionData | None = None
    success_url: str
    tax_id_collection: TaxIdCollection | None = None
    ui_mode: Literal["hosted_page", "embedded_page", "elements", "form"] = "hosted_page"


class ListSessions(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"customer_account", "customer_details", "payment_link"})

    customer: str | None = None
    payment_intent: str | None = None
    status: Literal["complete", "expired", "open"] | None = None
    subscription: str | None = None


def create(call: Call[CreateSession]) -> StripeObject:
    stripe, asked = call.stripe, call.parameters
    _check(stripe, asked)
    items = [_line_item(stripe, entry) for entry in asked.line_items]
    total = sum(item.amount_total for item in items)
    facts = stripe.facts(CheckoutSession)
    chosen = asked.model_dump(exclude_none=True, include=_AS_ASKED)
    session = CheckoutSession(
        **facts,
        **chosen,
        amount_subtotal=total,
        amount_total=total,
        asks_for_terms=_asks_for_terms(asked),
        consent_collection=_all_fields(ConsentCollection, asked.consent_collection),
        currency=items[0].currency,
        custom_text=_all_fields(CustomText, asked.custom_text or CustomText()) or {},
        customer_creation=None if asked.customer else "always",
        expires_at=asked.expires_at or stripe.now() + LONGEST_SECONDS,
        items=items,
        subscription_data=asked.subscription_data.model_dump(exclude_none=True)
        if asked.subscription_data
        else {},
        url=f"{stripe.base_url}/c/pay/{facts['id']}",
    )
    if asked.tax_id_collection is not None:
        session.tax_id_collection = {"enabled": asked.tax_id_collection.enabled, "required": "never"}
    return stripe.store.add(session)


_AS_ASKED = {
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "excluded_payment_method_types",
    "locale",
    "metadata",
    "payment_method_collection",
    "phone_number_collection",
    "submit_type",
    "success_url",
}


def _all_fields(kind: type[Nested], value: Nested | None) -> dict[str, Any] | None:
    """Every field of a part, those that were not named as null."""
    return None if value is None else dict.fromkeys(kind.model_fields) | value.model_dump()


def _asks_for_terms(asked: CreateSession) -> bool:
    return asked.consent_collection is not None and asked.consent_collection.terms_of_service == "required"


def _check(stripe: Stripe, asked: CreateSession) -> None:
    """Raises StripeError 400."""
    if asked.mode != "subscription":
        raise not_done(f"Checkout's mode {asked.mode}", "mode")
    if asked.ui_mode != "hosted_page":
        raise not_done(f"Checkout's ui_mode {asked.ui_mode}", "ui_mode")
    if len(asked.line_items) > 1:
        raise not_done("more than one line item", "line_items")
    _check_page(asked)
    if asked.customer is not None:
        stripe.store.find(Customer, asked.customer, "customer")
        if asked.customer_email is not None:
            raise invalid(
                "You may only specify one of these parameters: customer, customer_email.", "customer"
            )
    if _asks_for_terms(asked) and stripe.config.terms_url is None:
        raise invalid(
            "You cannot collect consent to your terms of service unless a URL is set in the Stripe Dashboard. Update your "
            "public business details in your Dashboard https://dashboard.stripe.com/settings/public with a Terms of "
            "Service URL to collect terms of service consent.",
            "consent_collection[terms_of_service]",
        )
    _check_expiry(stripe, asked.expires_at)


def _check_page(asked: CreateSession) -> None:
    """Raises StripeError 400 for what the page does not ask or do yet."""
    switches = {
        "automatic_tax": asked.automatic_tax,
        "phone_number_collection": asked.phone_number_collection,
        "tax_id_collection": asked.tax_id_collection,
    }
    undone = [name for name, switch in switches.items() if switch is not None and switch.enabled]
    if asked.billing_address_collection == "required":
        undone.append("billing_address_collection")
    if asked.payment_method_collection == "if_required":
        undone.append("payment_method_collection")
    if asked.allow_promotion_codes:
        undone.append("allow_promotion_codes")
    if undone:
        raise not_done(f"this of Checkout's {undone[0]}", undone[0])


def _check_expiry(stripe: Stripe, expires_at: int | None) -> None:
    if expires_at is None:
        return
    ahead = expires_at - stripe.now()
    if ahead < SHORTEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            "expires_at",
        )
    if ahead > LONGEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            "expires_at",
        )


def _line_item(stripe: Stripe, asked: LineItemFacts) -> LineItem:
    price = stripe.store.find(Price, asked.price, "line_items[0][price]")
    if not price.active:
        raise invalid(
            "The price specified is inactive. This field only accepts active prices.", "line_items[0][price]"
        )
    if price.recurring is None:
        raise invalid(
            "You must provide at least one recurring price in `subscription` mode when using prices.", "mode"
        )
    total = price.unit_amount * asked.quantity
    return LineItem(
        id=new_id("li_"),
        amount_subtotal=total,
        amount_total=total,
        currency=price.currency,
        description=stripe.store.find(Product, price.product).name,
        price=stripe.view(price),
        quantity=asked.quantity,
    )


def retrieve(call: Call[Parameters]) -> StripeObject:
    return call.stripe.store.find(CheckoutSession, call.id)


def expire(call: Call[Parameters]) -> StripeObject:
    session = call.stripe.store.find(CheckoutSession, call.id)
    checkout.expire(call.stripe, session)
    return session


def list_all(call: Call[ListSessions]) -> Json:
    asked = call.parameters
    entries = [
        session
        for session in call.stripe.store.all(CheckoutSession)
        if asked.customer in (None, session.customer)
        and asked.status in (None, session.status)
        and asked.subscription in (None, session.subscription)
        and asked.payment_intent is None
        and asked.fits_created(session.created)
    ]
    return page(call.stripe, entries, asked, "/v1/checkout/sessions")


def list_line_items(call: Call[ListParameters]) -> Json:
    session = call.stripe.store.find(CheckoutSession, call.id)
    data = [item.model_dump(mode="json") for item in session.items]
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session.id}/line_items",
    }


routes = [
    endpoint("checkout.sessions.create", CreateSession, create),
    endpoint("checkout.sessions.list", ListSessions, list_all),
    endpoint("checkout.sessions.retrieve", Parameters, retrieve),
    endpoint("checkout.sessions.expire", Parameters, expire),
    endpoint("checkout.sessions.line_items.list", ListParameters, list_line_items),
]
