"""One key, one answer (docs.stripe.com/api/idempotent_requests)."""

import hashlib
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from simulator.stripe.calendar import DAY
from simulator.stripe.errors import StripeError

KEY_LIMIT = 255
KEEP_SECONDS = DAY


@dataclass(frozen=True)
class SavedAnswer:
    request: str  # a digest of path and body
    status: int
    body: bytes
    request_id: str
    saved_at: int


def digest_of(path: str, body: str) -> str:
    """The same parameters in another order are the same request."""
    pairs = sorted(parse_qsl(body, keep_blank_values=True))
    return hashlib.sha256(repr((path, pairs)).encode()).hexdigest()


@dataclass
class Idempotency:
    """Answers are kept once the work has begun; what fails validation is not kept."""

    _answers: dict[str, SavedAnswer] = field(default_factory=dict)

    def answer(self, key: str, request: str, now: int) -> SavedAnswer | None:
        """The answer of before. Raises StripeError 400 when the key came with another request."""
        if len(key) > KEY_LIMIT:
            raise StripeError(
                400, f"Idempotency keys may be at most {KEY_LIMIT} characters long.", type="idempotency_error"
            )
        saved = self._answers.get(key)
        if saved is None or now - saved.saved_at >= KEEP_SECONDS:
            return None
        if saved.request != request:
            raise StripeError(
                400,
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        return saved

    def save(self, key: str, answer: SavedAnswer) -> None:
        self._answers[key] = answer
