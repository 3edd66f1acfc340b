"""How the account at Stripe is to be set up, and what of it is not so: `moment doctor` tells it, `moment stripe setup`
mends it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from payments.client import API_VERSION

PRODUCT = "moment_plan"  # the product's id
LOOKUP_KEY = "moment_monthly"  # moves to a new price when the plan's changes
MARK = {"moment": "plan"}  # metadata of what we make
ALL_EVENTS = "*"
# Why somebody cancels is asked by the portal, which needs the answers named.
_REASONS = ["too_expensive", "missing_features", "low_quality", "too_complex", "unused", "other"]


@dataclass(frozen=True)
class WantedAccount:
    """`price_id`, `portal_id`: those that the settings name, which are kept where they will do."""

    public_url: str
    plan_yen: int
    event_types: Sequence[str]
    product_name: str
    portal_headline: str
    price_id: str | None = None
    portal_id: str | None = None

    @property
    def webhook_url(self) -> str:
        return f"{self.public_url}/webhooks/stripe"

    @property
    def portal(self) -> dict[str, Any]:
        """The parameters of the customer portal's configuration. There is one plan: nothing to change to."""
        reasons = {"enabled": True, "options": _REASONS}
        return {
            "business_profile": {
                "headline": self.portal_headline,
                "terms_of_service_url": f"{self.public_url}/plan/terms",
            },
            "default_return_url": f"{self.public_url}/plan/done",
            "features": {
                "customer_update": {"enabled": False},
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {
                    "enabled": True,
                    "mode": "at_period_end",
                    "proration_behavior": "none",
                    "cancellation_reason": reasons,
                },
                # Left to itself Stripe offers one month only.
                "subscription_pause": {"enabled": True, "duration": {"type": "indefinite"}},
                "subscription_update": {"enabled": False},
            },
        }


def price_problems(price: Any, plan_yen: int) -> Sequence[str]:
    problems = []
    if not price.active:
        problems.append("is archived")
    if price.recurring is None:
        problems.append("is paid once, not each month")
    elif (price.recurring.interval, price.recurring.interval_count) != ("month", 1):
        problems.append(f"is paid every {price.recurring.interval_count} {price.recurring.interval}(s)")
    if price.currency != "jpy":
        problems.append(f"is in {price.currency}, not in jpy")
    elif price.unit_amount != plan_yen:
        problems.append(f"is {price.unit_amount} yen, not {plan_yen}")
    return problems


def portal_problems(configuration: Any, wanted: WantedAccount) -> Sequence[str]:
    """Each names what is otherwise: "features.subscription_pause.enabled is False"."""
    archived = [] if configuration.active else ["active is False"]
    return [*archived, *_differences(wanted.portal, configuration.to_dict())]


def endpoint_problems(endpoint: Any, wanted: WantedAccount) -> Sequence[str]:
    problems = []
    if endpoint.url != wanted.webhook_url:
        problems.append(f"sends to {endpoint.url}, not to {wanted.webhook_url}")
    if endpoint.status != "enabled":
        problems.append(f"is {endpoint.status}")
    missing = [] if ALL_EVENTS in endpoint.enabled_events else wanted.event_types
    missing = [kind for kind in missing if kind not in endpoint.enabled_events]
    if missing:
        problems.append(f"sends no {', '.join(missing)}")
    if not is_our_line(endpoint.api_version):
        problems.append(
            f"speaks {endpoint.api_version or 'the API version of the account'}, not {API_VERSION}"
        )
    return problems


def is_our_line(api_version: str | None) -> bool:
    """Versions of one line differ by additions only (Stripe docs: Versioning)."""
    return (api_version or "").rpartition(".")[2] == API_VERSION.rpartition(".")[2]


def is_marked(found: Any) -> bool:
    return all(
        found.metadata and name in found.metadata and found.metadata[name] == value
        for name, value in MARK.items()
    )


def _differences(wanted: Mapping[str, Any], found: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Of what is wanted only; lists in any order."""
    for name, value in wanted.items():
        there = found.get(name)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            yield from _differences(value, there, f"{path}{name}.")
        elif isinstance(value, list) and isinstance(there, list):
            if sorted(value) != sorted(there):
                yield f"{path}{name} is {', '.join(there) or 'empty'}"
        elif value != there:
            yield f"{path}{name} is {there}"
