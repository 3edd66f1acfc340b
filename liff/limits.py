"""How often one learner may ask, counted in the broker for all web processes. While it is away nobody is refused."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from liff.problems import TooOften
from logs.logger import get_logger

log = get_logger(__name__)

READS_A_MINUTE = 600
WRITES_A_MINUTE = 120
BROKER_SECONDS = 0.2  # a request waits no longer to be counted
ASK_AGAIN_SECONDS = 5.0  # a broker that was away


@dataclass
class RateLimits:
    """One a process. Thread-safe."""

    broker_url: str
    reads: int = READS_A_MINUTE
    writes: int = WRITES_A_MINUTE
    _limiter: SlidingWindowCounterRateLimiter = field(init=False)
    _items: Mapping[bool, RateLimitItem] = field(init=False)
    _away_until: float = 0.0  # of the monotonic clock

    def __post_init__(self) -> None:
        broker = RedisStorage(
            self.broker_url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        )
        self._limiter = SlidingWindowCounterRateLimiter(broker)
        self._items = {
            True: RateLimitItemPerMinute(self.reads, namespace="reads"),
            False: RateLimitItemPerMinute(self.writes, namespace="writes"),
        }

    def count(self, learner_id: int, *, reads: bool) -> None:
        """Raises TooOften."""
        if time.monotonic() < self._away_until:
            return
        item = self._items[reads]
        try:
            if self._limiter.hit(item, str(learner_id)):
                return
            reset_at = self._limiter.get_window_stats(item, str(learner_id)).reset_time
        except RedisError as error:
            self._away_until = time.monotonic() + ASK_AGAIN_SECONDS
            log.warning("broker away, requests are not counted", error=type(error).__name__)
            return
        raise TooOften(learner_id, max(1, math.ceil(reset_at - time.time())))

    def forget(self, learner_id: int) -> None:
        """What was counted of one who has left. While the broker is away it ends by itself, within two minutes."""
        try:
            for item in self._items.values():
                self._limiter.clear(item, str(learner_id))
        except RedisError as error:
            log.warning("broker away, counts are not cleared", error=type(error).__name__)
