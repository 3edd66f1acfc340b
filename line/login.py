"""LINE Login's side of LIFF: whose ID token this is, by LINE's public keys (LINE docs: Verify ID token)."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import jwt

from errors import MomentError
from logs.logger import get_logger

log = get_logger(__name__)

ISSUER = "https://access.line.me"
API_URL = "https://api.line.me"
CERTS_PATH = "/oauth2/v2.1/certs"
TIMEOUT_SECONDS = 3.0
LEEWAY_SECONDS = 30  # by which a clock may be wrong
FRESH_SECONDS = 3600.0  # keys older than this are asked for again, and serve on while LINE is away
# Within this time of the last question none is asked: a new key is found soon, a false one costs LINE nothing.
ASK_EVERY_SECONDS = 5.0
_CLAIMS = ("exp", "iat", "sub", "aud", "iss")
_LONGEST_TOKEN = 8192  # characters; LINE's have about 800


class TokenInvalid(MomentError):
    """No ID token of LINE's for one of our channels, or it is over."""

    words = "web.token_refused"


class LineKeysUnavailable(MomentError):
    """LINE's public keys could not be read, and none are known."""

    retryable = True
    outage = True
    words = "web.line_away"


@dataclass(frozen=True)
class Identity:
    """`name` is LINE's display name; None where the scope `profile` was not granted."""

    line_user_id: str
    name: str | None


@dataclass
class LineKeys:
    """LINE's public keys by `kid`. Thread-safe; one a process. `api_url` instead of LINE's own host."""

    api_url: str | None = None
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _read_at: float = float("-inf")
    _asked_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, key_id: str) -> jwt.PyJWK:
        """Raises TokenInvalid where LINE has no such key, LineKeysUnavailable."""
        key = self._keys.get(key_id)
        if key is None or time.monotonic() - self._read_at > FRESH_SECONDS:
            self.read()
            key = self._keys.get(key_id)
        if key is not None:
            return key
        if not self._keys:
            raise LineKeysUnavailable("LINE's keys can't be read")
        raise TokenInvalid("signed with a key that LINE does not name")

    def read(self) -> bool:
        """Asks LINE, one at a time and seldom; whoever has keys waits for nobody. What fails leaves the keys as they are.
        Whether there are any."""
        if not self._lock.acquire(blocking=not self._keys):
            return True
        try:
            if time.monotonic() - self._asked_at >= ASK_EVERY_SECONDS:
                self._asked_at = time.monotonic()
                self._keys = self._ask()
                self._read_at = time.monotonic()
        except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
            log.warning(
                "LINE's keys not read", error=type(error).__name__
            )  # the caller tells what that means
        finally:
            self._lock.release()
        return bool(self._keys)

    def _ask(self) -> dict[str, jwt.PyJWK]:
        answer = httpx.get((self.api_url or API_URL) + CERTS_PATH, timeout=TIMEOUT_SECONDS)
        keys = jwt.PyJWKSet.from_dict(answer.raise_for_status().json()).keys
        return {key.key_id: key for key in keys if key.key_id}


@dataclass(frozen=True)
class LineLogin:
    """`channel_ids`: the LINE Login channels whose LIFF apps are ours."""

    keys: LineKeys
    channel_ids: Sequence[str]

    def identity(self, id_token: str) -> Identity:
        """Whose token it is: signed by LINE (ES256), for one of our channels, and of now.

        Raises TokenInvalid, LineKeysUnavailable.
        """
        if len(id_token) > _LONGEST_TOKEN:
            raise TokenInvalid("longer than any of LINE's")
        try:
            header = jwt.get_unverified_header(id_token)
            if header.get("alg") != "ES256" or not isinstance(header.get("kid"), str):
                raise TokenInvalid("not signed as LIFF signs")
            claims = jwt.decode(
                id_token,
                self.keys.key(header["kid"]),
                algorithms=["ES256"],
                audience=list(self.channel_ids),
                issuer=ISSUER,
                leeway=LEEWAY_SECONDS,
                options={"require": list(_CLAIMS)},
            )
        except jwt.PyJWTError as error:
            raise TokenInvalid(type(error).__name__) from error
        name = claims.get("name")
        return Identity(claims["sub"], name if isinstance(name, str) else None)
