"""The signature of Stripe's webhooks (Stripe docs: Verify webhook signatures manually): HMAC-SHA256 over stamp and raw bytes.

By hand: the SDK's own check lets stamps of the future pass, and a web process without a plan need not import it (0.6 s, 33 MB).
"""

import hmac
from collections.abc import Sequence

from errors import MomentError

TOLERANCE_SECONDS = 300  # both ways: what was recorded once must not be played again later


class SignatureRefused(MomentError):
    """`str(error)` says why, and holds nothing that was sent."""


def verify(body: bytes, header: bytes, secrets: Sequence[str], now: float) -> None:
    """`header` is Stripe-Signature as it came; `now` in seconds since 1970. Raises SignatureRefused.

    Any of the header's `v1` may match any of the secrets: while one is rolled, Stripe signs with both.
    """
    entries = [entry.strip().partition(b"=") for entry in header.split(b",")]
    stamp = next((value for name, _, value in entries if name == b"t"), b"")
    signatures = [value for name, _, value in entries if name == b"v1"]
    if not (stamp.isdigit() and len(stamp) <= 12) or not signatures:
        raise SignatureRefused("no signature of Stripe's")
    expected = [sign(body, stamp, secret) for secret in secrets if secret]
    # All are compared, whichever matches: the time that it takes tells nothing.
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in signatures]
    if not any(matches):
        raise SignatureRefused("signed by none of our secrets")
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        raise SignatureRefused(f"signed {round(now - int(stamp))} s ago by this machine's clock")


def sign(body: bytes, stamp: bytes, secret: str) -> bytes:
    """One `v1`, in hexadecimal."""
    return hmac.digest(secret.encode(), stamp + b"." + body, "sha256").hex().encode()
