"""Money that moved, or didn't."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.objects.base import Json, StripeObject
from simulator.stripe.objects.catalogue import BillingDetails

IntentStatus = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "succeeded",
    "canceled",
]


class PaymentIntent(StripeObject):
    prefix: ClassVar[str] = "pi_"
    links: ClassVar[tuple[str, ...]] = ("customer", "latest_charge", "payment_method")

    object: Literal["payment_intent"] = "payment_intent"
    amount: int
    amount_capturable: int = 0
    amount_received: int = 0
    application: None = None
    canceled_at: int | None = None
    cancellation_reason: str | None = None
    capture_method: Literal["automatic"] = "automatic"
    client_secret: str
    confirmation_method: Literal["automatic"] = "automatic"
    currency: str
    customer: str | None = None
    description: str | None = None
    last_payment_error: Json | None = None
    latest_charge: str | None = None
    next_action: Json | None = None
    on_behalf_of: None = None
    payment_method: str | None = None
    payment_method_types: list[str] = Field(default_factory=lambda: ["card"])
    processing: None = None
    receipt_email: str | None = None
    setup_future_usage: Literal["off_session"] | None = "off_session"
    shipping: None = None
    statement_descriptor: None = None
    status: IntentStatus = "requires_payment_method"


class Charge(StripeObject):
    prefix: ClassVar[str] = "ch_"
    links: ClassVar[tuple[str, ...]] = ("balance_transaction", "customer", "payment_intent")
    lists: ClassVar[tuple[str, ...]] = ("refunds",)

    object: Literal["charge"] = "charge"
    amount: int
    amount_captured: int
    amount_refunded: int = 0
    balance_transaction: str | None = None
    billing_details: BillingDetails = Field(default_factory=BillingDetails)
    calculated_statement_descriptor: str = "MOMENT"
    captured: bool
    currency: str
    customer: str | None = None
    description: str | None = None
    disputed: bool = False
    failure_code: str | None = None
    failure_message: str | None = None
    outcome: Json | None = None
    paid: bool
    payment_intent: str
    payment_method: str
    payment_method_details: Json
    receipt_email: str | None = None
    receipt_number: str | None = None
    receipt_url: str | None = None
    refunded: bool = False
    status: Literal["failed", "pending", "succeeded"]


class Refund(StripeObject):
    prefix: ClassVar[str] = "re_"
    links: ClassVar[tuple[str, ...]] = ("balance_transaction", "charge", "payment_intent")

    object: Literal["refund"] = "refund"
    livemode: bool = Field(False, exclude=True)
    amount: int
    balance_transaction: str | None = None
    charge: str
    currency: str
    destination_details: Json = Field(default_factory=lambda: {"type": "card", "card": {"type": "refund"}})
    payment_intent: str
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    receipt_number: str | None = None
    source_transfer_reversal: None = None
    status: Literal["pending", "requires_action", "succeeded", "failed", "canceled"] = "succeeded"
    transfer_reversal: None = None


class Dispute(StripeObject):
    prefix: ClassVar[str] = "du_"
    links: ClassVar[tuple[str, ...]] = ("charge", "payment_intent")

    object: Literal["dispute"] = "dispute"
    amount: int
    balance_transactions: list[Json] = Field(default_factory=list)
    charge: str
    currency: str
    enhanced_eligibility_types: list[str] = Field(default_factory=list)
    evidence: Json = Field(default_factory=dict)
    evidence_details: Json
    is_charge_refundable: bool = False
    payment_intent: str | None = None
    reason: Literal["fraudulent"] = "fraudulent"
    status: Literal["needs_response"] = "needs_response"
