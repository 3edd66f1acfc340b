"""Consumers that are woken by what is enqueued, instead of looking for it many times a second.

Dramatiq's consumers poll. A poll so frequent that no learner's tap waits for it costs a sixth of a core for each queue,
with nothing to do; here a message in Valkey's publish/subscribe says that there is something to fetch. It is a
nudge to a nudge: should it be lost, the consumer looks by itself a second later.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Collection
from math import inf
from typing import Any

from dramatiq import Consumer, Message, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from redis.exceptions import RedisError

from jobs.sign_of_life import SignOfLife
from logs.logger import get_logger

log = get_logger(__name__)

CHANNEL = "moment:enqueued"
# Between two looks of a consumer that nobody wakes; each is also the worker's sign of life.
LOOK_SECONDS = 1.0
_AT_ONCE_MS = 1


class WakingBroker(RedisBroker):
    """A process that consumes listens with one thread, which ends with `close`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._wakes: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self._looks: dict[str, SignOfLife] = {}  # by queue: a consumer that breaks is followed by another
        self._closed = threading.Event()
        self._listener: threading.Thread | None = None
        self._lock = threading.Lock()

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        message = self.put(message, delay=delay)
        self.wake({message.queue_name})
        return message

    def put(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """As `enqueue`, for a caller that wakes the consumers once it has put all it has."""
        return super().enqueue(message, delay=delay)

    def wake(self, queue_names: Collection[str]) -> None:
        for queue_name in queue_names:
            self.client.publish(CHANNEL, queue_name)

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """`timeout` in milliseconds: how soon a consumer notices that it shall stop, or that a delay is over."""
        with self._lock:
            if self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="nudges", daemon=True)
                self._listener.start()
            look = self._looks.setdefault(queue_name, SignOfLife())
        consumer = super().consume(queue_name, prefetch, _AT_ONCE_MS)
        return _WakingConsumer(consumer, self._wakes[queue_name], timeout / 1000, look)

    def silence(self) -> float:
        """Seconds since each consumer of this process has looked for work; infinite before there is one."""
        with self._lock:
            looks = list(self._looks.values())
        return max((look.silence() for look in looks), default=inf)

    def close(self) -> None:
        self._closed.set()
        super().close()
        # Dramatiq leaves them to the garbage collector. The listener ends its own at its next look.
        self.client.connection_pool.disconnect(inuse_connections=False)

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                self._wake_whom_messages_name()
            except RedisError as error:
                if not self._closed.is_set():
                    log.warning("broker away", error=type(error).__name__)
            except ValueError:  # what redis-py says of a connection that `close` has taken away
                if not self._closed.is_set():
                    raise
            self._closed.wait(LOOK_SECONDS)

    def _wake_whom_messages_name(self) -> None:
        with self.client.pubsub() as messages:
            messages.subscribe(CHANNEL)
            while not self._closed.is_set():
                message = messages.get_message(timeout=LOOK_SECONDS)
                if message is None:
                    continue
                if message["type"] == "message":
                    self._wakes[message["data"].decode()].set()
                else:  # we hear from now on, again after a break: what came before nobody has told us
                    for wake in list(self._wakes.values()):
                        wake.set()


class _WakingConsumer(Consumer):
    def __init__(self, consumer: Consumer, wake: threading.Event, timeout: float, look: SignOfLife) -> None:
        self._consumer = consumer
        self._wake = wake
        self._timeout = timeout
        self._look = look
        self._look_at = 0.0

    def __next__(self) -> MessageProxy | None:
        if self._wake.is_set() or time.monotonic() >= self._look_at:
            self._wake.clear()
            message: MessageProxy | None = next(self._consumer)
            self._look.note()
            if message is not None:
                self._wake.set()  # there may be more
                return message
            self._look_at = time.monotonic() + LOOK_SECONDS
        self._wake.wait(self._timeout)
        return None

    def ack(self, message: MessageProxy) -> None:
        self._consumer.ack(message)
        self._wake.set()  # there is room for one more

    def nack(self, message: MessageProxy) -> None:
        self._consumer.nack(message)
        self._wake.set()

    def requeue(self, messages: Any) -> None:
        self._consumer.requeue(messages)

    def close(self) -> None:
        self._consumer.close()
