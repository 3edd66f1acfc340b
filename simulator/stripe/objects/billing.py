"""Subscriptions and their invoices."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.objects.base import Json, ListOf, NoTax, OwnAccount, Part, StripeObject
from simulator.stripe.objects.catalogue import Price

Status = Literal[
    "active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid"
]
PauseReason = Literal[
    "final_payment_failure",
    "first_payment_failure",
    "pause_requested",
    "system",
    "trial_end_without_payment_method",
]
ALIVE: frozenset[Status] = frozenset({"active", "past_due", "paused", "trialing", "unpaid", "incomplete"})


class Plan(Part):
    """The price under its older name."""

    id: str
    object: Literal["plan"] = "plan"
    active: bool
    amount: int
    amount_decimal: str
    billing_scheme: Literal["per_unit"] = "per_unit"
    created: int
    currency: str
    interval: str
    interval_count: int
    livemode: bool = False
    metadata: dict[str, str]
    meter: None = None
    nickname: str | None
    product: str
    tiers_mode: None = None
    transform_usage: None = None
    trial_period_days: None = None
    usage_type: Literal["licensed"] = "licensed"


class SubscriptionItem(StripeObject):
    prefix: ClassVar[str] = "si_"

    object: Literal["subscription_item"] = "subscription_item"
    livemode: bool = Field(False, exclude=True)
    billing_thresholds: None = None
    current_period_end: int
    current_period_start: int
    discounts: list[str] = Field(default_factory=list)
    plan: Plan
    price: Price
    quantity: int = 1
    subscription: str
    tax_rates: list[Json] = Field(default_factory=list)

    @property
    def amount(self) -> int:
        return self.price.unit_amount * self.quantity


class BillingMode(Part):
    type: Literal["classic", "flexible"] = "classic"
    flexible: Json | None = None
    updated_at: int | None = None


class CancellationDetails(Part):
    comment: str | None = None
    feedback: str | None = None
    reason: Literal["cancellation_requested", "payment_disputed", "payment_failed"] | None = None


class PauseCollection(Part):
    behavior: Literal["keep_as_draft", "mark_uncollectible", "void"]
    resumes_at: int | None = None


class EndBehavior(Part):
    missing_payment_method: Literal["cancel", "create_invoice", "pause"] = "create_invoice"


class TrialSettings(Part):
    end_behavior: EndBehavior = Field(default_factory=EndBehavior)


class PauseKind(Part):
    type: PauseReason


class Paused(Part):
    type: Literal["subscription"] = "subscription"
    subscription: PauseKind
    transitioned_at: int


class StatusDetails(Part):
    paused: Paused


class SubscriptionInvoiceSettings(Part):
    account_tax_ids: None = None
    issuer: OwnAccount = Field(default_factory=OwnAccount)


class PaymentSettings(Part):
    payment_method_options: Json | None = None
    payment_method_types: list[str] | None = None
    save_default_payment_method: Literal["off", "on_subscription"] = "off"


class Subscription(StripeObject):
    prefix: ClassVar[str] = "sub_"
    links: ClassVar[tuple[str, ...]] = ("customer", "default_payment_method", "latest_invoice")

    object: Literal["subscription"] = "subscription"
    application: None = None
    application_fee_percent: None = None
    automatic_tax: NoTax = Field(default_factory=NoTax)
    billing_cycle_anchor: int
    billing_cycle_anchor_config: None = None
    billing_mode: BillingMode = Field(default_factory=BillingMode)
    billing_schedules: list[Json] = Field(default_factory=list)
    billing_thresholds: None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    cancellation_details: CancellationDetails = Field(default_factory=CancellationDetails)
    collection_method: Literal["charge_automatically"] = "charge_automatically"
    currency: str
    customer: str
    customer_account: None = None
    days_until_due: None = None
    default_payment_method: str | None = None
    default_source: None = None
    default_tax_rates: list[Json] = Field(default_factory=list)
    description: str | None = None
    discounts: list[str] = Field(default_factory=list)
    ended_at: int | None = None
    invoice_settings: SubscriptionInvoiceSettings = Field(default_factory=SubscriptionInvoiceSettings)
    items: ListOf
    latest_invoice: str | None = None
    next_pending_invoice_item_invoice: None = None
    on_behalf_of: None = None
    pause_collection: PauseCollection | None = None
    payment_settings: PaymentSettings = Field(default_factory=PaymentSettings)
    pending_invoice_item_interval: None = None
    pending_setup_intent: None = None
    pending_update: None = None
    schedule: None = None
    start_date: int
    status: Status
    status_details: StatusDetails | None = None
    test_clock: None = None
    transfer_data: None = None
    trial_end: int | None = None
    trial_settings: TrialSettings = Field(default_factory=TrialSettings)
    trial_start: int | None = None
    credit: int = Field(0, exclude=True)  # for unused time, taken from the next invoice
    told_of_trial_end: bool = Field(False, exclude=True)

    @property
    def item(self) -> SubscriptionItem:
        """The desk sells one price a subscription."""
        item: SubscriptionItem = self.items.data[0]
        return item

    @property
    def is_alive(self) -> bool:
        return self.status in ALIVE


class Period(Part):
    start: int
    end: int


class LineParent(Part):
    type: Literal["subscription_item_details"] = "subscription_item_details"
    invoice_item_details: None = None
    subscription_item_details: Json


class Line(StripeObject):
    prefix: ClassVar[str] = "il_"

    object: Literal["line_item"] = "line_item"
    created: int = Field(0, exclude=True)
    amount: int
    currency: str
    description: str
    discount_amounts: list[Json] = Field(default_factory=list)
    discountable: bool = True
    discounts: list[str] = Field(default_factory=list)
    invoice: str
    parent: LineParent
    period: Period
    pretax_credit_amounts: list[Json] = Field(default_factory=list)
    pricing: Json
    quantity: int
    subscription: str
    subtotal: int
    taxes: list[Json] = Field(default_factory=list)


class SubscriptionDetails(Part):
    metadata: dict[str, str]
    subscription: str
    subscription_proration_date: None = None


class InvoiceParent(Part):
    type: Literal["subscription_details"] = "subscription_details"
    quote_details: None = None
    subscription_details: SubscriptionDetails


class StatusTransitions(Part):
    finalized_at: int | None = None
    marked_uncollectible_at: int | None = None
    paid_at: int | None = None
    voided_at: int | None = None


BillingReason = Literal["subscription_create", "subscription_cycle", "subscription_update"]


class Invoice(StripeObject):
    prefix: ClassVar[str] = "in_"
    links: ClassVar[tuple[str, ...]] = (
        "customer",
        "default_payment_method",
        "parent.subscription_details.subscription",
    )
    lists: ClassVar[tuple[str, ...]] = ("payments",)

    object: Literal["invoice"] = "invoice"
    account_country: str = "JP"
    account_name: str
    account_tax_ids: None = None
    amount_due: int
    amount_overpaid: int = 0
    amount_paid: int = 0
    amount_remaining: int
    amount_shipping: int = 0
    application: None = None
    attempt_count: int = 0
    attempted: bool = False
    auto_advance: bool = True
    automatic_tax: NoTax = Field(default_factory=NoTax)
    automatically_finalizes_at: int | None = None
    billing_reason: BillingReason
    collection_method: Literal["charge_automatically"] = "charge_automatically"
    currency: str
    custom_fields: None = None
    customer: str
    customer_address: Json | None = None
    customer_email: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    customer_shipping: None = None
    customer_tax_exempt: Literal["none"] = "none"
    customer_tax_ids: list[Json] = Field(default_factory=list)
    default_payment_method: str | None = None
    default_source: None = None
    default_tax_rates: list[Json] = Field(default_factory=list)
    description: str | None = None
    discounts: list[str] = Field(default_factory=list)
    due_date: int | None = None
    effective_at: int | None = None
    ending_balance: int | None = None
    footer: str | None = None
    from_invoice: None = None
    hosted_invoice_url: str | None = None
    invoice_pdf: str | None = None
    issuer: OwnAccount = Field(default_factory=OwnAccount)
    last_finalization_error: None = None
    latest_revision: None = None
    lines: ListOf
    next_payment_attempt: int | None = None
    number: str | None = None
    on_behalf_of: None = None
    parent: InvoiceParent
    payment_settings: Json = Field(
        default_factory=lambda: {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        }
    )
    period_end: int
    period_start: int
    post_payment_credit_notes_amount: int = 0
    pre_payment_credit_notes_amount: int = 0
    receipt_number: str | None = None
    rendering: None = None
    shipping_cost: None = None
    shipping_details: None = None
    starting_balance: int = 0
    statement_descriptor: None = None
    status: Literal["draft", "open", "paid", "uncollectible", "void"] = "draft"
    status_transitions: StatusTransitions = Field(default_factory=StatusTransitions)
    subtotal: int
    subtotal_excluding_tax: int
    test_clock: None = None
    total: int
    total_discount_amounts: list[Json] = Field(default_factory=list)
    total_excluding_tax: int
    total_pretax_credit_amounts: list[Json] = Field(default_factory=list)
    total_taxes: list[Json] = Field(default_factory=list)
    webhooks_delivered_at: int | None = None
    resumes: bool = Field(False, exclude=True)  # a paused subscription comes back with its payment
    retries: bool = Field(True, exclude=True)  # a payment that fails is tried again

    @property
    def subscription(self) -> str:
        return self.parent.subscription_details.subscription


class InvoicePayment(StripeObject):
    prefix: ClassVar[str] = "inpay_"
    links: ClassVar[tuple[str, ...]] = ("invoice", "payment.payment_intent")

    object: Literal["invoice_payment"] = "invoice_payment"
    metadata: dict[str, str] = Field(default_factory=dict, exclude=True)
    amount_paid: int | None = None
    amount_requested: int
    currency: str
    invoice: str
    is_default: bool = True
    payment: Json
    status: Literal["open", "paid", "canceled"] = "open"
    status_transitions: Json = Field(default_factory=lambda: {"canceled_at": None, "paid_at": None})

    @property
    def payment_intent(self) -> str:
        return str(self.payment["payment_intent"])
