"""Stripe's SDK as we use it: one API line, short waits, and its errors as ours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import stripe
from stripe import RequestsClient, StripeClient

from payments.port import PaymentsAway, PaymentsError, PaymentsRefused
from settings import ConfigurationError, Settings, variable

API_VERSION = "2026-10-28.endive"  # of stripe-python 16.1.0
TIMEOUT_SECONDS = 10.0  # the SDK's own is 80, for which a thread would stand still
RETRIES = 2  # of broken connections and 5xx, by the SDK, each under the same key

# A key that is wrong, or may not do this, is an operator's to mend: what waits for it is not lost meanwhile.
_AWAY = (
    stripe.APIConnectionError,
    stripe.APIError,  # also an answer that can't be read, whatever its status
    stripe.RateLimitError,
    stripe.AuthenticationError,
    stripe.PermissionError,
)

LONGEST = 300  # characters of what Stripe says
KEY = variable("stripe_key")
_FIXES: Mapping[type[stripe.StripeError], str] = {
    stripe.AuthenticationError: f"put a working key into {KEY} (Dashboard › Developers › API keys)",
    stripe.PermissionError: f"let the key in {KEY} do this (Dashboard › Developers › API keys › its permissions)",
    stripe.APIConnectionError: "let this machine reach https://api.stripe.com (DNS, firewall, proxy)",
    stripe.RateLimitError: "try again in a minute",
    stripe.APIError: "try again; Stripe's state: https://status.stripe.com",
}
_OTHER_FIX = "see Dashboard › Developers › Logs for this request"


def make_client(settings: Settings) -> StripeClient:
    """Thread-safe: the SDK keeps a connection for each thread. Raises ConfigurationError without a key."""
    if settings.stripe_key is None:
        raise ConfigurationError(f"{variable('stripe_key')} is not set")
    url = settings.stripe_api_url
    return StripeClient(
        settings.stripe_key.get_secret_value(),
        stripe_version=API_VERSION,
        base_addresses={"api": url, "connect": url, "files": url, "meter_events": url} if url else None,
        max_network_retries=RETRIES,
        http_client=RequestsClient(timeout=TIMEOUT_SECONDS),
    )


@contextmanager
def stripe_errors() -> Iterator[None]:
    """Raises PaymentsAway, PaymentsRefused for what Stripe's SDK raises."""
    try:
        yield
    except stripe.StripeError as error:
        raise _ours(error) from error


def code_of(error: PaymentsError) -> str:
    """Stripe's own word for what was wrong, "" where it gave none."""
    cause = error.__cause__
    return cause.code or "" if isinstance(cause, stripe.StripeError) else ""


def told(error: PaymentsError) -> tuple[str, str]:
    """To an operator: what Stripe answered, in its own words, and the fix."""
    cause = error.__cause__
    if not isinstance(cause, stripe.StripeError):
        return str(error), error.fix
    words = f"Stripe: {cause.user_message or 'no answer'} ({error})"
    return words[:LONGEST], next((fix for kind, fix in _FIXES.items() if isinstance(cause, kind)), _OTHER_FIX)


def _ours(error: stripe.StripeError) -> PaymentsError:
    status = error.http_status or 0
    facts = (type(error).__name__, str(status) if status else "", error.code, error.request_id)
    words = " ".join(fact for fact in facts if fact)
    # 409: the same key is being worked on right now.
    is_away = isinstance(error, _AWAY) or status >= 500 or status == 409
    return PaymentsAway(words) if is_away else PaymentsRefused(words)
