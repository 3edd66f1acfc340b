"""Channel access tokens: the configured long-lived one, or stateless ones issued and cached."""

import threading
import time
from dataclasses import dataclass, field

import urllib3

from errors import MomentError
from settings import LineChannel

# A stateless token lives 15 minutes (LINE docs: Channel access tokens); leave room for a long download.
STATELESS_SECONDS = 10 * 60
TIMEOUT = (3.0, 10.0)  # seconds to connect, to read


class TokenRefused(MomentError):
    """LINE issued no token: the channel's id or secret is wrong, or LINE is away."""

    retryable = True
    fix = "see that MOMENT_LINE_CHANNELS has the channel's own id and secret (`moment doctor` tells)"


@dataclass
class TokenSource:
    """The token of one channel. Thread-safe; `api_url` instead of LINE's own hosts."""

    channel: LineChannel
    api_url: str | None
    _token: str = ""
    _fresh_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self) -> str:
        """Raises TokenRefused."""
        if self.channel.access_token is not None:
            return self.channel.access_token.get_secret_value()
        with self._lock:
            if time.monotonic() >= self._fresh_until:
                self._token = self._issue()
                self._fresh_until = time.monotonic() + STATELESS_SECONDS
            return self._token

    def forget(self) -> None:
        """After a 401: the next call issues a new one."""
        self._fresh_until = 0.0

    def _issue(self) -> str:
        from linebot.v3 import oauth

        try:
            with oauth.ApiClient(oauth.Configuration(host=self.api_url)) as client:
                answer = oauth.ChannelAccessToken(client).issue_stateless_channel_token_by_client_secret(
                    client_id=self.channel.channel_id,
                    client_secret=self.channel.channel_secret.get_secret_value(),
                    _request_timeout=TIMEOUT,
                )
        except (oauth.ApiException, urllib3.exceptions.HTTPError) as error:
            raise TokenRefused(f"channel '{self.channel.name}': {type(error).__name__}") from error
        token: str = answer.access_token
        return token
