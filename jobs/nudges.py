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

# Whoever is about to put a nudge may die of it.
PUT_SECONDS = 5
# A nudge that was lost and is still taken for live costs no more than this.
LIFE_SECONDS = 300


def announce(client: Redis, job: str, args: Sequence[int | str]) -> bool:
    """Before a nudge is put. False where the same one waits for a worker: it will find whatever its row owes by then."""
    return bool(client.set(_key(job, args), 1, nx=True, ex=PUT_SECONDS))


def note(client: Redis, job: str, args: Sequence[int | str]) -> None:
    """After it was put; not where it has been followed since: it would keep others away."""
    client.set(_key(job, args), 1, xx=True, ex=LIFE_SECONDS)


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
