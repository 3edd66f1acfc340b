"""What a desk of Stripe's is started with."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.stripe.calendar import DAY, HOUR, Interval
from simulator.stripe.versions import NEWEST


class PriceConfig(BaseModel):
    """A product with one price, there from the start. JPY has no decimals: 9800 is 9,800 yen."""

    model_config = ConfigDict(extra="forbid")

    id: str = "price_moment_monthly"
    product: str = "prod_moment"
    name: str = "Moment 月額プラン"
    unit_amount: int = Field(9800, ge=1)
    currency: str = "jpy"
    interval: Interval = "month"
    lookup_key: str | None = None


class EndpointConfig(BaseModel):
    """A webhook endpoint that is there from the start, with a secret its owner knows."""

    model_config = ConfigDict(extra="forbid")

    url: str
    secret: str
    enabled_events: list[str] = ["*"]
    api_version: str | None = NEWEST
    payload: Literal["snapshot", "thin"] = "snapshot"


class StripeConfig(BaseModel):
    """One account in test mode."""

    model_config = ConfigDict(extra="forbid")

    account: str = "acct_1DeskMoment"
    secret_key: str = "sk_test_desk"  # noqa: S105 - of nobody's account
    business_name: str = "Moment"
    terms_url: str | None = "https://example.com/terms"  # without it Checkout can ask for no consent to terms
    api_version: str = NEWEST  # the account's own, where a caller names none
    data_dir: Path | None = None  # objects and clock are kept there over restarts
    prices: list[PriceConfig] = Field(default_factory=lambda: [PriceConfig()])
    endpoints: list[EndpointConfig] = Field(default_factory=list)
    # Seconds of the wall clock. Live, Stripe tries for three days; these suit a desk.
    redelivery_delays_seconds: list[float] = [1, 2, 4, 8, 16, 30]
    # docs.stripe.com/billing/subscriptions/webhooks: a renewal's invoice stays a draft for about an hour.
    draft_seconds: int = Field(HOUR, ge=0)
    # docs.stripe.com/billing/revenue-recovery/smart-retries: after the first failure, by the desk's clock.
    retry_after_seconds: list[int] = [3 * DAY, 5 * DAY, 7 * DAY]
    after_final_failure: Literal["cancel", "mark_unpaid", "leave_past_due", "pause"] = "cancel"
