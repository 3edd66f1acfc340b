"""What a learner sent, streamed from LINE in chunks (the SDK reads it whole into memory).

Statuses as in LINE's "Get content": 202 is not ready yet, 404 and 410 are final, all else is tried again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from errors import MomentError
from line.tokens import TokenRefused, TokenSource

LINE_DATA_API = "https://api-data.line.me"
CHUNK_BYTES = 64 * 1024
TIMEOUT = httpx.Timeout(30.0, connect=10.0)  # seconds, for each read, not for the whole body


class ContentError(MomentError):
    """LINE did not hand over the bytes."""


class ContentGone(ContentError):
    """Unsent by the learner, or past LINE's retention: it will not come back."""


class ContentTooLarge(ContentError):
    """More bytes than the ceiling; the download was broken off."""


class ContentUnavailable(ContentError):
    """LINE answered with an error, or not at all: another try may work."""

    retryable = True
    outage = True


class ContentNotReady(ContentUnavailable):
    """LINE still prepares it."""


def make_client(api_url: str | None) -> httpx.Client:
    """One a process: making it reads every certificate anew, which takes as long as a short video."""
    # No redirects: the bearer token must not travel to another host. Nor a proxy between us and the simulator.
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=api_url is None)


@dataclass(frozen=True)
class ContentReader:
    """One channel's. Thread-safe."""

    client: httpx.Client
    source: TokenSource
    api_url: str | None

    def stream(self, message_id: str, max_bytes: int) -> Iterator[bytes]:
        """Yields the content in chunks.

        Raises ContentGone, ContentTooLarge, ContentNotReady, ContentUnavailable.
        """
        url = f"{self.api_url or LINE_DATA_API}/v2/bot/message/{message_id}/content"
        try:
            yield from self._request(url, max_bytes)
        except (httpx.HTTPError, TokenRefused) as error:
            raise ContentUnavailable(f"content of {message_id}: {type(error).__name__}") from error

    def _request(self, url: str, max_bytes: int) -> Iterator[bytes]:
        headers = {"Authorization": f"Bearer {self.source.token()}"}
        with self.client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.ACCEPTED:
                raise ContentNotReady("LINE still prepares it")
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
