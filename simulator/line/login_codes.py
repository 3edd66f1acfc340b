"""The codes with which LINE Login sends a browser back, each for a single use, and PKCE.

They live by the wall clock, as ID tokens do.
"""

import base64
import hashlib
import time
from dataclasses import dataclass, field

from simulator.line import identifiers
from simulator.line.liff import User

CODE_LIFE_SECONDS = 600  # LINE docs: Receiving the authorization code


@dataclass(frozen=True)
class Authorization:
    """What a code stands for."""

    user: User
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str | None
    challenge: str | None
    expires_at: float


@dataclass
class LoginCodes:
    failing_auto_logins: int = 0  # of the next ones
    _codes: dict[str, Authorization] = field(default_factory=dict)

    def new_code(self, authorization: Authorization) -> str:
        code = identifiers.opaque_token()[:20]
        self._codes[code] = authorization
        return code

    def exchange(self, code: str, redirect_uri: str, verifier: str | None) -> Authorization | None:
        """None for a code that is unknown, used or over, or was given to another."""
        found = self._codes.pop(code, None)
        if found is None or found.expires_at < time.time() or found.redirect_uri != redirect_uri:
            return None
        if found.challenge is not None and found.challenge != _challenge(verifier or ""):
            return None
        return found


def _challenge(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
