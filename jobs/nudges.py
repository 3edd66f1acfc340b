"""One live nudge a row: what waits in a queue already is not put there again, however often its row is found due.

A long queue would otherwise fill with nudges to work that was done before their turn came.
"""

from collections.abc import Sequence

from dramatiq import Broker, MessageProxy
from dramatiq.middleware import Middleware
from redis import Redis
from redis.exceptions import RedisError

from logs.logger import get_logger

log = get_logger(__name__)

# A nudge that was lost and is still taken for live costs no more than this.
LIFE_SECONDS = 300


def is_live(client: Redis, job: str, args: Sequence[int | str]) -> bool:
    """Whether the same nudge waits for a worker: it will find whatever its row owes by then."""
    return bool(client.exists(_key(job, args)))


def note(client: Redis, job: str, args: Sequence[int | str]) -> None:
    """It waits now. After it was put: noted before, one that was never put would keep others away."""
    client.set(_key(job, args), 1, ex=LIFE_SECONDS)


class LiveNudges(Middleware):
    """A nudge is followed from the moment its job begins, before that has looked at its row: from then on another may
    be needed."""

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        client: Redis = broker.client  # type: ignore[attr-defined]
        try:
            client.delete(_key(message.actor_name, message.args))
        except RedisError as error:
            log.warning("broker away", error=type(error).__name__)


def _key(job: str, args: Sequence[int | str]) -> str:
    return ":".join(["moment:nudged", job, *map(str, args)])
