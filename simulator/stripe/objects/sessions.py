"""Pages of Stripe's that a customer is sent to."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.objects.base import Json, NoTax, Part, StripeObject

FlowType = Literal["payment_method_update", "subscription_cancel", "subscription_pause"]


class LineItem(Part):
    id: str
    object: Literal["item"] = "item"
    adjustable_quantity: None = None
    amount_discount: int = 0
    amount_subtotal: int
    amount_tax: int = 0
    amount_total: int
    currency: str
    description: str
    price: Json
    quantity: int


class CheckoutSession(StripeObject):
    """`payment_method_types` of the answer stays what it was; only the parameter is gone since endive."""

    prefix: ClassVar[str] = "cs_test_"
    links: ClassVar[tuple[str, ...]] = ("customer", "invoice", "subscription")
    lists: ClassVar[tuple[str, ...]] = ("line_items",)

    object: Literal["checkout.session"] = "checkout.session"
    adaptive_pricing: Json | None = None
    after_expiration: None = None
    allow_promotion_codes: bool | None = None
    allowed_payment_method_types: list[str] | None = None
    amount_subtotal: int
    amount_total: int
    automatic_tax: NoTax = Field(default_factory=NoTax)
    billing_address_collection: Literal["auto", "required"] | None = None
    branding_settings: Json | None = None
    cancel_url: str | None = None
    client_reference_id: str | None = None
    client_secret: None = None
    collected_information: Json | None = None
    consent: Json | None = None
    consent_collection: Json | None = None
    currency: str
    currency_conversion: None = None
    custom_fields: list[Json] = Field(default_factory=list)
    custom_text: Json
    customer: str | None = None
    customer_creation: Literal["always", "if_required"] | None = None
    customer_details: Json | None = None
    customer_email: str | None = None
    discounts: list[Json] = Field(default_factory=list)
    excluded_payment_method_types: list[str] | None = None
    expires_at: int
    invoice: str | None = None
    invoice_creation: None = None
    locale: str | None = None
    mode: Literal["subscription"] = "subscription"
    origin_context: None = None
    payment_intent: None = None
    payment_link: None = None
    payment_method_collection: Literal["always", "if_required"] = "always"
    payment_method_configuration_details: None = None
    payment_method_options: Json = Field(
        default_factory=lambda: {"card": {"request_three_d_secure": "automatic"}}
    )
    payment_method_types: list[str] = Field(default_factory=lambda: ["card"])
    payment_status: Literal["no_payment_required", "paid", "unpaid"] = "unpaid"
    permissions: None = None
    phone_number_collection: Json = Field(default_factory=lambda: {"enabled": False})
    recovered_from: None = None
    saved_payment_method_options: Json | None = None
    setup_intent: None = None
    shipping_address_collection: None = None
    shipping_cost: None = None
    shipping_options: list[Json] = Field(default_factory=list)
    status: Literal["complete", "expired", "open"] = "open"
    submit_type: Literal["auto", "pay", "subscribe"] | None = None
    subscription: str | None = None
    success_url: str
    tax_id_collection: Json = Field(default_factory=lambda: {"enabled": False, "required": "never"})
    total_details: Json = Field(
        default_factory=lambda: {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}
    )
    ui_mode: Literal["hosted_page"] = "hosted_page"
    url: str | None
    wallet_options: None = None
    items: list[LineItem] = Field(exclude=True)
    subscription_data: Json = Field(exclude=True)  # as it was asked for
    asks_for_terms: bool = Field(False, exclude=True)


class Configuration(StripeObject):
    prefix: ClassVar[str] = "bpc_"

    object: Literal["billing_portal.configuration"] = "billing_portal.configuration"
    active: bool = True
    application: None = None
    business_profile: Json
    default_return_url: str | None = None
    features: Json
    is_default: bool = False
    login_page: Json = Field(default_factory=lambda: {"enabled": False, "url": None})
    name: str | None = None
    updated: int

    def offers(self, feature: str) -> bool:
        return bool(self.features[feature]["enabled"])


class PortalSession(StripeObject):
    prefix: ClassVar[str] = "bps_"
    links: ClassVar[tuple[str, ...]] = ("configuration",)

    object: Literal["billing_portal.session"] = "billing_portal.session"
    metadata: dict[str, str] = Field(default_factory=dict, exclude=True)
    configuration: str
    customer: str
    flow: Json | None = None
    locale: str | None = None
    on_behalf_of: None = None
    return_url: str | None = None
    url: str
    used_at: int | None = Field(None, exclude=True)
