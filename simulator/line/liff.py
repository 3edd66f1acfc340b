"""LINE Login's side of LIFF: ID tokens a server can really verify, and access tokens for /v2/profile.

They live by the wall clock, not by the platform's: the app under test checks `exp` and `iat` against its own.
"""

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from simulator.line import identifiers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://access.line.me"  # LINE docs: Verify ID token
ID_TOKEN_LIFE_SECONDS = 3600  # LINE docs: liff.getIDToken
ACCESS_TOKEN_LIFE_SECONDS = 12 * 3600  # LINE docs: liff.getAccessToken
SCOPE = "profile openid chat_message.write"


class InvalidIdTokenError(Exception):
    """The message is LINE's error_description (LINE docs: LINE Login API, Verify ID token)."""


@dataclass(frozen=True)
class LiffSession:
    """What a LIFF app gets at `liff.init`. `expires_in` in seconds."""

    id_token: str
    access_token: str
    expires_in: int


@dataclass
class IdTokens:
    """Signs with an ES256 key of its own, whose public half is served as JWKS.

    The cryptography is imported where it is used, as many runs never open a LIFF page.
    """

    login_channel_id: str
    _access_tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _key_id: str = field(default_factory=lambda: identifiers.opaque_token()[:32])

    @cached_property
    def _key(self) -> "ec.EllipticCurvePrivateKey":
        from cryptography.hazmat.primitives.asymmetric import ec

        return ec.generate_private_key(ec.SECP256R1())

    def jwks(self) -> dict[str, Any]:
        import jwt

        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self._key_id, "alg": "ES256", "use": "sig"}]}

    def open_session(self, user_id: str, display_name: str) -> LiffSession:
        import jwt

        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": user_id,
            "aud": self.login_channel_id,
            "exp": now + ID_TOKEN_LIFE_SECONDS,
            "iat": now,
            "amr": ["linesso"],
            "name": display_name,
        }
        access_token = identifiers.opaque_token()
        self._access_tokens[access_token] = (user_id, now + ACCESS_TOKEN_LIFE_SECONDS)
        id_token = jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._key_id})
        return LiffSession(id_token, access_token, ACCESS_TOKEN_LIFE_SECONDS)

    def claims(self, id_token: str, client_id: str) -> dict[str, Any]:
        """Raises InvalidIdTokenError when the token isn't ours, isn't for this client, or is over."""
        import jwt

        key = self._key.public_key()
        try:
            return jwt.decode(id_token, key, algorithms=["ES256"], audience=client_id, issuer=ISSUER)
        except jwt.ExpiredSignatureError as error:
            raise InvalidIdTokenError("IdToken expired.") from error
        except jwt.InvalidAudienceError as error:
            raise InvalidIdTokenError("Invalid IdToken Audience.") from error
        except jwt.InvalidTokenError as error:
            raise InvalidIdTokenError("Invalid IdToken.") from error

    def holder(self, access_token: str) -> tuple[str, int] | None:
        """Whose access token this is and for how many seconds more; None when unknown or over."""
        user_id, expires_at = self._access_tokens.get(access_token, ("", 0.0))
        seconds = int(expires_at - time.time())
        return (user_id, seconds) if seconds > 0 else None
