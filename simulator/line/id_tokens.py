"""LINE Login's ID tokens, which a server can really verify.

They live by the wall clock, not by the platform's: the app under test checks `exp` and `iat` against its own.
"""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from simulator.line import identifiers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://access.line.me"  # LINE docs: Verify ID token
ID_TOKEN_LIFE_SECONDS = 3600  # LINE docs: liff.getIDToken
Algorithm = Literal["ES256", "HS256", "none"]


class InvalidIdTokenError(Exception):
    """The message is LINE's error_description (LINE docs: LINE Login API, Verify ID token)."""


@dataclass(frozen=True)
class SigningKey:
    """An ES256 key and the name it is served under."""

    key_id: str
    private: "ec.EllipticCurvePrivateKey"

    @classmethod
    def new(cls) -> "SigningKey":
        from cryptography.hazmat.primitives.asymmetric import ec

        return cls(identifiers.opaque_token()[:32], ec.generate_private_key(ec.SECP256R1()))

    def jwk(self) -> dict[str, Any]:
        import jwt

        public = jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**public, "kid": self.key_id, "alg": "ES256", "use": "sig"}


@dataclass
class IdTokens:
    """LIFF's tokens are signed with ES256 keys, whose public halves are served as JWKS; those of LINE Login on the web
    with HS256 and the channel's secret (LINE docs: Verify ID token).

    The cryptography is imported where it is used, as many runs never open a LIFF page.
    """

    channel_id: str
    channel_secret: str
    _keys: list[SigningKey] = field(default_factory=list)  # the newest, which signs, first
    _revoked: set[str] = field(default_factory=set)

    def jwks(self) -> dict[str, Any]:
        return {"keys": [key.jwk() for key in self._served_keys()]}

    def rotate(self, *, keep_old: bool) -> str:
        """A new key signs from now on; the old ones are served on, or gone at once. Returns the new key's id."""
        self._keys = [SigningKey.new(), *(self._served_keys() if keep_old else [])]
        return self._keys[0].key_id

    def sign(
        self,
        user_id: str,
        display_name: str,
        *,
        algorithm: Algorithm = "ES256",
        claims: dict[str, Any] | None = None,
        key_id: str | None = None,
        by_stranger: bool = False,
    ) -> str:
        """`claims` are put over LINE's own, and None takes one away. `key_id` is what the header names instead of the
        key's own; a stranger's key is one that LINE never serves.
        """
        payload = self._claims(user_id, display_name) | (claims or {})
        payload = {name: value for name, value in payload.items() if value is not None}
        return self._encode(payload, algorithm, key_id, by_stranger=by_stranger)

    def context_token(self, context: dict[str, Any]) -> str:
        """What tells the LIFF SDK where its page was opened: a JWT as well."""
        return self._encode(context)

    def revoke(self, id_token: str) -> None:
        """LINE's own verification refuses it from now on; its signature stays what it is."""
        self._revoked.add(id_token)

    def claims(self, id_token: str, client_id: str) -> dict[str, Any]:
        """Raises InvalidIdTokenError when the token isn't ours, isn't for this client, or is over."""
        import jwt

        if id_token in self._revoked:
            raise InvalidIdTokenError("Invalid IdToken.")
        try:
            key, algorithm = self._verification_key(jwt.get_unverified_header(id_token))
            return jwt.decode(id_token, key, algorithms=[algorithm], audience=client_id, issuer=ISSUER)
        except jwt.ExpiredSignatureError as error:
            raise InvalidIdTokenError("IdToken expired.") from error
        except jwt.InvalidAudienceError as error:
            raise InvalidIdTokenError("Invalid IdToken Audience.") from error
        except jwt.InvalidIssuerError as error:
            raise InvalidIdTokenError("Invalid IdToken Issuer.") from error
        except jwt.InvalidTokenError as error:
            raise InvalidIdTokenError("Invalid IdToken.") from error

    def _encode(
        self,
        payload: dict[str, Any],
        algorithm: Algorithm = "ES256",
        key_id: str | None = None,
        *,
        by_stranger: bool = False,
    ) -> str:
        import jwt

        if algorithm == "none":
            return jwt.encode(payload, "", algorithm="none")
        if algorithm == "HS256":
            return jwt.encode(payload, self.channel_secret, algorithm="HS256")
        own = self._served_keys()[0]
        key = SigningKey.new() if by_stranger else own
        return jwt.encode(payload, key.private, algorithm="ES256", headers={"kid": key_id or own.key_id})

    def _verification_key(self, header: dict[str, Any]) -> tuple[Any, str]:
        """Raises InvalidIdTokenError."""
        if header.get("alg") == "HS256":
            return self.channel_secret, "HS256"
        for key in self._served_keys():
            if key.key_id == header.get("kid"):
                return key.private.public_key(), "ES256"
        raise InvalidIdTokenError("Invalid IdToken.")

    def _claims(self, user_id: str, display_name: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": ISSUER,
            "sub": user_id,
            "aud": self.channel_id,
            "exp": now + ID_TOKEN_LIFE_SECONDS,
            "iat": now,
            "amr": ["linesso"],
            "name": display_name,
        }

    def _served_keys(self) -> list[SigningKey]:
        if not self._keys:
            self._keys = [SigningKey.new()]
        return self._keys
