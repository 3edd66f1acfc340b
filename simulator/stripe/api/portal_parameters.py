"""What calls about the portal may carry."""

from typing import ClassVar, Literal

from pydantic import Field

from simulator.stripe.forms import Entries
from simulator.stripe.parameters import ListParameters, Metadata, Nested, Parameters, Unset

Reason = Literal[
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]


class BusinessProfile(Nested):
    headline: str | None = None
    privacy_policy_url: str | None = None
    terms_of_service_url: str | None = None


class CustomerUpdate(Nested):
    enabled: bool
    allowed_updates: Entries[str] | Unset = Field(default_factory=list)


class Feature(Nested):
    enabled: bool


class CancellationReason(Nested):
    enabled: bool
    options: Entries[Reason] | Unset = Field(default_factory=list)


class SubscriptionCancel(Nested):
    enabled: bool
    cancellation_reason: CancellationReason | None = None
    mode: Literal["at_period_end", "immediately"] = "at_period_end"
    proration_behavior: Literal["none", "create_prorations"] = "none"


class IntervalOption(Nested):
    interval: Literal["day", "month", "week", "year"]
    interval_count: int = 1


class Duration(Nested):
    type: Literal["indefinite", "interval_options"]
    interval_options: Entries[IntervalOption] | Unset = Field(default_factory=list)


class SubscriptionPause(Nested):
    enabled: bool = False
    duration: Duration | None = None


class SubscriptionUpdate(Nested):
    enabled: bool


class Features(Nested):
    """`subscription_update` may only be off: one plan has nothing to change to."""

    customer_update: CustomerUpdate | None = None
    invoice_history: Feature | None = None
    payment_method_update: Feature | None = None
    subscription_cancel: SubscriptionCancel | None = None
    subscription_pause: SubscriptionPause | None = None
    subscription_update: SubscriptionUpdate | None = None


class LoginPage(Nested):
    enabled: bool


class ConfigurationFacts(Parameters):
    business_profile: BusinessProfile | None = None
    default_return_url: str | None = None
    features: Features | None = None
    login_page: LoginPage | None = None
    metadata: Metadata | Unset | None = None
    name: str | None = None


class CreateConfiguration(ConfigurationFacts):
    features: Features


class UpdateConfiguration(ConfigurationFacts):
    active: bool | None = None


class ListConfigurations(ListParameters):
    active: bool | None = None
    is_default: bool | None = None


class Redirect(Nested):
    return_url: str


class HostedConfirmation(Nested):
    custom_message: str | None = None


class AfterCompletion(Nested):
    type: Literal["hosted_confirmation", "portal_homepage", "redirect"]
    hosted_confirmation: HostedConfirmation | None = None
    redirect: Redirect | None = None


class OfSubscription(Nested):
    subscription: str


class FlowData(Nested):
    type: Literal[
        "customer_update",
        "payment_method_update",
        "subscription_cancel",
        "subscription_pause",
        "subscription_update",
        "subscription_update_confirm",
    ]
    after_completion: AfterCompletion | None = None
    subscription_cancel: OfSubscription | None = None
    subscription_pause: OfSubscription | None = None


class CreateSession(Parameters):
    not_done: ClassVar[frozenset[str]] = frozenset({"after_expiration", "customer_account", "on_behalf_of"})

    configuration: str | None = None
    customer: str
    flow_data: FlowData | None = None
    locale: str | None = None
    return_url: str | None = None
