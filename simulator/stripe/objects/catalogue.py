"""Who pays, with what, and for what."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.calendar import Interval
from simulator.stripe.objects.base import Json, Part, StripeObject


class InvoiceSettings(Part):
    custom_fields: None = None
    default_payment_method: str | None = None
    footer: str | None = None
    rendering_options: None = None


class Customer(StripeObject):
    prefix: ClassVar[str] = "cus_"
    links: ClassVar[tuple[str, ...]] = ("invoice_settings.default_payment_method",)
    lists: ClassVar[tuple[str, ...]] = ("subscriptions",)

    object: Literal["customer"] = "customer"
    address: Json | None = None
    balance: int = 0
    currency: str | None = None
    default_source: None = None
    delinquent: bool = False
    description: str | None = None
    discount: None = None
    email: str | None = None
    invoice_prefix: str
    invoice_settings: InvoiceSettings = Field(default_factory=InvoiceSettings)
    name: str | None = None
    next_invoice_sequence: int = 1
    phone: str | None = None
    preferred_locales: list[str] = Field(default_factory=list)
    shipping: None = None
    tax_exempt: Literal["none"] = "none"
    test_clock: None = None
    deleted: Literal[True] | None = Field(None, exclude=True)


class Product(StripeObject):
    prefix: ClassVar[str] = "prod_"
    links: ClassVar[tuple[str, ...]] = ("default_price",)

    object: Literal["product"] = "product"
    active: bool = True
    default_price: str | None = None
    description: str | None = None
    images: list[str] = Field(default_factory=list)
    marketing_features: list[Json] = Field(default_factory=list)
    name: str
    package_dimensions: None = None
    shippable: None = None
    statement_descriptor: str | None = None
    tax_code: str | None = None
    type: Literal["service"] = "service"
    unit_label: str | None = None
    updated: int
    url: str | None = None


class Recurring(Part):
    interval: Interval
    interval_count: int = 1
    meter: None = None
    trial_period_days: None = None
    usage_type: Literal["licensed"] = "licensed"


class Price(StripeObject):
    prefix: ClassVar[str] = "price_"
    links: ClassVar[tuple[str, ...]] = ("product",)

    object: Literal["price"] = "price"
    active: bool = True
    billing_scheme: Literal["per_unit"] = "per_unit"
    currency: str
    custom_unit_amount: None = None
    lookup_key: str | None = None
    nickname: str | None = None
    product: str
    recurring: Recurring | None = None
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] = "unspecified"
    tiers_mode: None = None
    transform_quantity: None = None
    type: Literal["one_time", "recurring"]
    unit_amount: int
    unit_amount_decimal: str


class Card(Part):
    brand: str
    checks: Json = Field(default_factory=lambda: {"cvc_check": "pass"})
    country: str = "JP"
    display_brand: str
    exp_month: int = 12
    exp_year: int = 2040
    fingerprint: str
    funding: Literal["credit"] = "credit"
    generated_from: None = None
    last4: str
    networks: Json
    three_d_secure_usage: Json = Field(default_factory=lambda: {"supported": True})
    wallet: None = None


class BillingDetails(Part):
    address: Json | None = None
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    tax_id: str | None = None


class PaymentMethod(StripeObject):
    prefix: ClassVar[str] = "pm_"
    links: ClassVar[tuple[str, ...]] = ("customer",)

    object: Literal["payment_method"] = "payment_method"
    billing_details: BillingDetails = Field(default_factory=BillingDetails)
    card: Card
    customer: str | None = None
    type: Literal["card"] = "card"
    number: str = Field(exclude=True)  # of the test card
    set_up: bool = Field(True, exclude=True)  # its holder was asked when it was saved
