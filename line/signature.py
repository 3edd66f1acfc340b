"""The signature of LINE's webhooks (LINE docs: Verify webhook signature): over the raw bytes of the body."""

import base64
import hmac


def sign(secret: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))


def is_signed(secret: str, body: bytes, signature: bytes) -> bool:
    return hmac.compare_digest(sign(secret, body), signature)
