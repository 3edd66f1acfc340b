"""How often each endpoint may be called (LINE docs: Rate limits, How rate limits work).

A token bucket for each channel and endpoint, by the platform's clock. How many tokens a bucket holds LINE doesn't say:
here what the limit grants in its time, so that a burst of so many passes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulator.line.errors import LineError

HOUR, MINUTE, SECOND = 3600, 60, 1


@dataclass(frozen=True)
class Limit:
    requests: int
    seconds: int


@dataclass(frozen=True)
class Endpoint:
    """`path` as the route names it: what stands for its parameters makes no difference, the method does."""

    method: str
    path: str


OTHERS = Limit(2000, SECOND)
LIMITS: Mapping[Endpoint, Limit] = {
    Endpoint("POST", "/v2/bot/channel/webhook/test"): Limit(60, HOUR),
    Endpoint("PUT", "/v2/bot/channel/webhook/endpoint"): Limit(1000, MINUTE),
    Endpoint("GET", "/v2/bot/channel/webhook/endpoint"): Limit(1000, MINUTE),
    Endpoint("POST", "/v2/bot/richmenu"): Limit(100, HOUR),
    Endpoint("DELETE", "/v2/bot/richmenu/{menu_id}"): Limit(100, HOUR),
    Endpoint("DELETE", "/v2/bot/richmenu/alias/{alias}"): Limit(100, HOUR),
    Endpoint("GET", "/v2/bot/richmenu/list"): Limit(10, SECOND),
    Endpoint("POST", "/v2/bot/message/multicast"): Limit(200, SECOND),
    Endpoint("POST", "/v2/bot/chat/loading/start"): Limit(100, SECOND),
}


@dataclass
class _Bucket:
    tokens: float
    at_ms: int


@dataclass
class RateLimits:
    _buckets: dict[tuple[str, Endpoint], _Bucket] = field(default_factory=dict)

    def spend(self, channel: str, endpoint: Endpoint, now_ms: int) -> None:
        """One request. Raises LineError 429."""
        limit = LIMITS.get(endpoint, OTHERS)
        bucket = self._buckets.setdefault((channel, endpoint), _Bucket(limit.requests, now_ms))
        refill = (now_ms - bucket.at_ms) / 1000 * limit.requests / limit.seconds
        bucket.tokens, bucket.at_ms = min(bucket.tokens + refill, limit.requests), now_ms
        if bucket.tokens < 1:
            raise LineError(429, "The API rate limit has been exceeded. Try again later.")
        bucket.tokens -= 1
