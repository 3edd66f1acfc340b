"""How often one learner may ask, counted in the broker for all web processes. While it is away nobody is refused."""

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
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
    """One a process, of its event loop, which closes it at its end."""

    broker_url: str
    reads: int = READS_A_MINUTE
    writes: int = WRITES_A_MINUTE
    _connections: ConnectionPool = field(init=False)
    _limiter: SlidingWindowCounterRateLimiter = field(init=False)
    _items: Mapping[bool, RateLimitItem] = field(init=False)
    _away_until: float = 0.0  # of the monotonic clock

    def __post_init__(self) -> None:
        self._connections = ConnectionPool.from_url(self.broker_url)
        broker = RedisStorage(
            f"async+{self.broker_url}",
            implementation="redispy",
            connection_pool=self._connections,  # type: ignore[arg-type]
        )
        self._limiter = SlidingWindowCounterRateLimiter(broker)
        self._items = {
            True: RateLimitItemPerMinute(self.reads, namespace="reads"),
            False: RateLimitItemPerMinute(self.writes, namespace="writes"),
        }

    async def count(self, learner_id: int, *, reads: bool) -> None:
        """Raises TooOften."""
        if time.monotonic() < self._away_until:
            return
        item = self._items[reads]
        try:
            async with asyncio.timeout(BROKER_SECONDS):
                if await self._limiter.hit(item, str(learner_id)):
                    return
                window = await self._limiter.get_window_stats(item, str(learner_id))
        except (RedisError, TimeoutError) as error:
            self._away_until = time.monotonic() + ASK_AGAIN_SECONDS
            log.warning("broker away, requests are not counted", error=type(error).__name__)
            return
        raise TooOften(learner_id, max(1, math.ceil(window.reset_time - time.time())))

    async def forget(self, learner_id: int) -> None:
        try:
            for item in self._items.values():
                await self._limiter.clear(item, str(learner_id))
        except RedisError as error:
            log.warning("broker away, counts are not cleared", error=type(error).__name__)

    async def close(self) -> None:
        await self._connections.aclose()


def forget_counts(broker_url: str, learner_id: int) -> None:
    """What was counted of one who has left, from a worker. While the broker is away it ends by itself, within two minutes."""

    async def forget() -> None:
        limits = RateLimits(broker_url)
        try:
            await limits.forget(learner_id)
        finally:
            await limits.close()

    asyncio.run(forget())
