"""What a learner sent, streamed from LINE in chunks (the SDK reads it whole into memory).

Statuses as in LINE's "Get content": 202 is not ready yet, 404 and 410 are final, all else is tried again.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import httpx

from errors import MomentError
from line.tokens import TokenRefused, TokenSource

LINE_DATA_API = "https://api-data.line.me"
CHUNK_BYTES = 64 * 1024
TIMEOUT = httpx.Timeout(30.0, connect=10.0)  # seconds, for each read, not for the whole body
POLL_SECONDS = (0.5, 1.0, 2.0, 5.0)  # then every 5 s


class ContentError(MomentError):
    """LINE did not hand over the bytes."""


class ContentGone(ContentError):
    """Unsent by the learner, or past LINE's retention: it will not come back."""


class ContentTooLarge(ContentError):
    """More bytes than the ceiling; the download was broken off."""


class ContentUnavailable(ContentError):
    """Not ready in time, or LINE answered with an error: another try may work."""

    retryable = True


def make_client(api_url: str | None) -> httpx.Client:
    """One a process: making it reads every certificate anew, which takes as long as a short video."""
    # No redirects: the bearer token must not travel to another host. Nor a proxy between us and the simulator.
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=api_url is None)


@dataclass(frozen=True)
class ContentReader:
    """One channel's. Thread-safe. `wait` is how long LINE may prepare a video (202)."""

    client: httpx.Client
    source: TokenSource
    api_url: str | None
    wait: timedelta

    def stream(self, message_id: str, max_bytes: int) -> Iterator[bytes]:
        """Yields the content in chunks, waiting while LINE still prepares it.

        Raises ContentGone, ContentTooLarge, ContentUnavailable.
        """
        deadline = time.monotonic() + self.wait.total_seconds()
        url = f"{self.api_url or LINE_DATA_API}/v2/bot/message/{message_id}/content"
        for attempt in count():
            try:
                is_ready = yield from self._request(url, max_bytes)
            except (httpx.HTTPError, TokenRefused) as error:
                raise ContentUnavailable(f"content of {message_id}: {type(error).__name__}") from error
            if is_ready:
                return
            if time.monotonic() > deadline:
                raise ContentUnavailable(f"content of {message_id} is still not ready")
            time.sleep(POLL_SECONDS[min(attempt, len(POLL_SECONDS) - 1)])

    def _request(self, url: str, max_bytes: int) -> Generator[bytes, None, bool]:
        """One request; returns whether the content was ready."""
        headers = {"Authorization": f"Bearer {self.source.token()}"}
        with self.client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.ACCEPTED:
                return False
            if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                raise ContentGone(f"LINE answered {response.status_code}")
            if response.status_code == httpx.codes.UNAUTHORIZED:
                self.source.forget()
            if response.status_code != httpx.codes.OK:
                raise ContentUnavailable(f"LINE answered {response.status_code}")
            total = 0
            for chunk in response.iter_bytes(CHUNK_BYTES):
                total += len(chunk)
                if total > max_bytes:
                    raise ContentTooLarge(f"more than {max_bytes} bytes")
                yield chunk
            return True
