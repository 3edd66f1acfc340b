"""The desk's one service account: its key, its key file, and the tokens that stand for it."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.requests import Request

from simulator.google.errors import GoogleError
from simulator.http.headers import bearer

GOOGLES_AUDIENCE = (
    "https://oauth2.googleapis.com/token"  # google-auth names it whatever the key file's token_uri
)
TOKEN_SECONDS = 3599  # what Google's token endpoint says of its tokens
KEY_BITS = 2048


class InvalidAssertionError(Exception):
    """The message is the token endpoint's error_description."""


@dataclass
class ServiceAccount:
    """Signs what IAM signs, and knows its own signatures."""

    project: str
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, KEY_BITS))
    key_id: str = field(default_factory=lambda: secrets.token_hex(20))
    _expiry_ms: dict[str, int] = field(default_factory=dict)  # of each token issued, by the desk's clock

    @property
    def email(self) -> str:
        return f"moment@{self.project}.iam.gserviceaccount.com"

    def write(self, path: Path, base_url: str) -> None:
        """The key file as the console hands it out, with this desk as token endpoint."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        facts = {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.key_id,
            "private_key": pem.decode(),
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": f"{base_url}/token",
            "universe_domain": "googleapis.com",
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(facts, indent=2))

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            self.key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def token_for(self, assertion: str, audience: str, now_ms: int) -> str:
        """A token for the JWT bearer grant (RFC 7523). Raises InvalidAssertionError."""
        try:
            claims = jwt.decode(
                assertion, self.key.public_key(), algorithms=["RS256"], audience=[audience, GOOGLES_AUDIENCE]
            )
        except jwt.InvalidSignatureError as error:
            raise InvalidAssertionError("Invalid JWT Signature.") from error
        except jwt.InvalidTokenError as error:
            raise InvalidAssertionError(f"Invalid JWT: {error}") from error
        if claims.get("iss") != self.email:
            raise InvalidAssertionError("Invalid grant: account not found")
        token = f"ya29.{secrets.token_urlsafe(64)}"
        self._expiry_ms[token] = now_ms + TOKEN_SECONDS * 1000
        return token

    def stands_behind(self, token: str, now_ms: int) -> bool:
        """For a living token of ours, and for a JWT the account signed itself (google.aip.dev/auth/4111)."""
        return self._expiry_ms.get(token, 0) > now_ms or self._is_own_jwt(token)

    def _is_own_jwt(self, token: str) -> bool:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self.key.public_key(), algorithms=["RS256"], options={"verify_aud": False}
            )
        except jwt.InvalidTokenError:
            return False
        return claims.get("iss") == self.email and bool(claims.get("scope") or claims.get("aud"))


def check_bearer(request: Request, account: ServiceAccount, now_ms: int) -> None:
    """Raises GoogleError 401 for a missing, unknown or expired token."""
    token = bearer(request.headers.get("authorization"))
    if token is None:
        raise GoogleError(401, "Request is missing required authentication credential.")
    if not account.stands_behind(token, now_ms):
        raise GoogleError(401, "Request had invalid authentication credentials.")


def decode_base64(value: object) -> bytes | None:
    """The bytes behind a JSON field of bytes, None for what isn't base64."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        return None
