"""What calls about subscriptions may carry."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.api.checkout import BillingModeFacts, TrialSettingsFacts
from simulator.stripe.forms import Entries
from simulator.stripe.parameters import (
    CreatedListParameters,
    ListParameters,
    Metadata,
    Nested,
    Parameters,
    Unset,
)

CancelAt = int | Literal["min_period_end", "max_period_end"] | Unset
Proration = Literal["always_invoice", "create_prorations", "none"]
Feedback = Literal[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]


class NewItem(Nested):
    price: str
    quantity: int = Field(1, ge=1)


class ChangedItem(Nested):
    id: str | None = None
    price: str | None = None
    quantity: int | None = Field(None, ge=1)


class CancellationDetailsFacts(Nested):
    comment: str | None = None
    feedback: Feedback | Unset | None = None


class PauseCollectionFacts(Nested):
    behavior: Literal["keep_as_draft", "mark_uncollectible", "void"]
    resumes_at: int | None = None


_NOT_DONE = frozenset(
    [
        "add_invoice_items",
        "application_fee_percent",
        "automatic_tax",
        "billing_schedules",
        "billing_thresholds",
        "collection_method",
        "days_until_due",
        "default_source",
        "default_tax_rates",
        "discounts",
        "invoice_settings",
        "on_behalf_of",
        "payment_settings",
        "pending_invoice_item_interval",
        "transfer_data",
        "trial_from_plan",
    ]
)


class CreateSubscription(Parameters):
    not_done: ClassVar[frozenset[str]] = _NOT_DONE | frozenset(
        [
            "backdate_start_date",
            "billing_cycle_anchor",
            "billing_cycle_anchor_config",
            "currency",
            "customer_account",
        ]
    )

    billing_mode: BillingModeFacts | None = None
    cancel_at: CancelAt | None = None
    cancel_at_period_end: bool = False
    customer: str
    default_payment_method: str | None = None
    description: str | None = None
    items: Entries[NewItem] = Field(min_length=1)
    metadata: Metadata | None = None
    off_session: bool = False
    payment_behavior: Literal[
        "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
    ] = "allow_incomplete"
    proration_behavior: Proration = "create_prorations"
    trial_end: int | Literal["now"] | None = None
    trial_period_days: int | None = Field(None, ge=1)
    trial_settings: TrialSettingsFacts | None = None


class UpdateSubscription(Parameters):
    not_done: ClassVar[frozenset[str]] = _NOT_DONE | frozenset(
        ["billing_cycle_anchor", "payment_behavior", "proration_date", "trial_settings"]
    )

    cancel_at: CancelAt | None = None
    cancel_at_period_end: bool | None = None
    cancellation_details: CancellationDetailsFacts | None = None
    default_payment_method: str | None = None
    description: str | None = None
    items: Entries[ChangedItem] | None = None
    metadata: Metadata | Unset | None = None
    off_session: bool = False
    pause_collection: PauseCollectionFacts | Unset | None = None
    proration_behavior: Proration = "create_prorations"
    trial_end: int | Literal["now"] | None = None


class CancelSubscription(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"invoice_now", "prorate"})

    cancellation_details: CancellationDetailsFacts | None = None


class UsageThrough(Nested):
    type: Literal["none", "now"]


class UnusedTimeFrom(Nested):
    type: Literal["item_current_period_start", "none", "now"] = "now"


class BillFor(Nested):
    outstanding_usage_through: UsageThrough | None = None
    unused_time_from: UnusedTimeFrom | None = None


class PauseSubscription(Parameters):
    bill_for: BillFor | None = None
    invoicing_behavior: Literal["invoice", "pending_invoice_item"] = "pending_invoice_item"
    type: Literal["subscription"] = "subscription"


class Anchor(Nested):
    type: Literal["now", "unchanged"] = "now"


class ResumeSubscription(Parameters):
    """Since endive the anchor is a map."""

    not_done: ClassVar[frozenset[str]] = frozenset({"proration_date"})

    billing_cycle_anchor: Anchor | None = None
    payment_behavior: Literal["resume_on_payment_attempt", "resume_on_payment_success"] = (
        "resume_on_payment_attempt"
    )
    proration_behavior: Proration = "create_prorations"


class ListSubscriptions(CreatedListParameters):
    not_done: ClassVar[frozenset[str]] = frozenset(
        [
            "automatic_tax",
            "collection_method",
            "current_period_end",
            "current_period_start",
            "customer_account",
            "plan",
            "test_clock",
        ]
    )

    customer: str | None = None
    price: str | None = None
    status: (
        Literal[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]
        | None
    ) = None


class UpdateItem(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset(
        [
            "billing_thresholds",
            "current_trial",
            "discounts",
            "payment_behavior",
            "plan",
            "price_data",
            "proration_date",
            "tax_rates",
        ]
    )

    metadata: Metadata | Unset | None = None
    off_session: bool = False
    price: str | None = None
    proration_behavior: Proration = "create_prorations"
    quantity: int | None = Field(None, ge=1)


class ListItems(ListParameters):
    subscription: str
