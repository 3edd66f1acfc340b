"""LINE Login in an ordinary browser: the address to which it is sent, and whom it comes back as (LINE docs: Integrating LINE
Login with your web app)."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
import jwt
from pydantic import SecretStr

from errors import MomentError
from line.liff import LiffApps
from line.login import API_URL, ISSUER, LEEWAY_SECONDS, Identity
from settings import Settings

AUTHORIZE_HOST = "https://access.line.me"
AUTHORIZE_PATH = "/oauth2/v2.1/authorize"
TOKEN_PATH = "/oauth2/v2.1/token"  # noqa: S105
TIMEOUT_SECONDS = 5.0
_CLAIMS = ("exp", "iat", "sub", "aud", "iss", "nonce")


class LoginRefused(MomentError):
    """LINE takes the code for none of its own, or for used; or what it answers is no ID token for us."""

    words = "console.sign_in_failed"


class LineLoginUnavailable(MomentError):
    """LINE does not answer."""

    retryable = True
    outage = True
    words = "console.line_away"


@dataclass(frozen=True)
class Attempt:
    """What ties LINE's answer to the browser that was sent there; all of it is random."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        # LINE takes letters and digits in the first two, and 43 to 128 characters for the verifier.
        return cls(secrets.token_hex(16), secrets.token_hex(16), secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class WebLogin:
    """By the LINE Login channel of the LIFF apps, where `callback_url` is registered. `api_url` instead of LINE's own hosts."""

    channel_id: str
    secret: SecretStr
    callback_url: str
    api_url: str | None = None

    @classmethod
    def of(cls, settings: Settings, callback_path: str) -> "WebLogin | None":
        """None where the settings name no channel, or not its secret."""
        channel_ids = LiffApps.of(settings).channel_ids
        if settings.line_login_secret is None or not channel_ids:
            return None
        callback_url = settings.public_url + callback_path
        return cls(channel_ids[0], settings.line_login_secret, callback_url, settings.line_api_url)

    def address(self, attempt: Attempt, *, auto_login: bool = True) -> str:
        query = {
            "response_type": "code",
            "client_id": self.channel_id,
            "redirect_uri": self.callback_url,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "scope": "openid profile",
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "ui_locales": "ja",
            "initial_amr_display": "lineqr",  # a coach's telephone is at hand, their LINE password is not
            **({} if auto_login else {"disable_auto_login": "true"}),
        }
        return f"{self.api_url or AUTHORIZE_HOST}{AUTHORIZE_PATH}?{urlencode(query)}"

    def identity(self, attempt: Attempt, code: str) -> Identity:
        """Whom LINE has let in. Raises LoginRefused, LineLoginUnavailable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "client_id": self.channel_id,
            "client_secret": self.secret.get_secret_value(),
            "code_verifier": attempt.verifier,
        }
        try:
            answer = httpx.post(
                (self.api_url or API_URL) + TOKEN_PATH, data=form, timeout=TIMEOUT_SECONDS, trust_env=False
            )
        except httpx.HTTPError as error:
            raise LineLoginUnavailable(type(error).__name__) from error
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise LineLoginUnavailable(f"LINE answers {answer.status_code}")
        if not answer.is_success:
            raise LoginRefused(f"LINE answers {answer.status_code}")
        return self._verified(attempt, _id_token(answer))

    def _verified(self, attempt: Attempt, id_token: str) -> Identity:
        """By the channel's secret (LINE docs: Get profile information from ID tokens). Raises LoginRefused."""
        try:
            claims = jwt.decode(
                id_token,
                self.secret.get_secret_value(),
                algorithms=["HS256"],
                audience=self.channel_id,
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": list(_CLAIMS)},
            )
        except jwt.PyJWTError as error:
            raise LoginRefused(type(error).__name__) from error
        if not hmac.compare_digest(str(claims["nonce"]).encode(), attempt.nonce.encode()):
            raise LoginRefused("the ID token is of another attempt")
        name = claims.get("name")
        return Identity(claims["sub"], name if isinstance(name, str) else None)


def _id_token(answer: httpx.Response) -> str:
    """Raises LoginRefused."""
    try:
        return str(answer.json()["id_token"])
    except (ValueError, KeyError, TypeError) as error:
        raise LoginRefused("LINE answers without an ID token") from error
