"""Deliveries that arrive while one commit is under way share the next.

Commits, not Python, bound a webhook's rate: each delivery is answered only after the commit that holds it.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import DataError

from jobs.inbox import Row, store_events
from jobs.queue import Job, JobQueue
from models.database import Database


@dataclass
class _Delivery:
    rows: list[Row]
    done: asyncio.Future[None]


@dataclass
class InboxWriter:
    """Shares commits between concurrent deliveries. One an event loop.

    The subjects' handlers are woken beside the next commit: no delivery waits for the broker.
    """

    database: Database
    queue: JobQueue
    _waiting: list[_Delivery] = field(default_factory=list)
    _asleep: dict[int, None] = field(default_factory=dict)  # subjects with a stored event, in order
    _committing: asyncio.Task[None] | None = None
    _waking: asyncio.Task[None] | None = None

    async def add(self, rows: list[Row]) -> None:
        """Returns once the rows are committed; raises what the commit raised."""
        delivery = _Delivery(rows, asyncio.get_running_loop().create_future())
        self._waiting.append(delivery)
        if self._committing is None or self._committing.done():
            self._committing = _start(self._commit_all())
        await delivery.done

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._commit(batch)

    async def _commit(self, batch: Sequence[_Delivery]) -> None:
        rows = [row for delivery in batch for row in delivery.rows]
        try:
            subjects = await asyncio.to_thread(store_events, self.database, rows)
        except DataError as error:
            if len(batch) == 1:
                _settle(batch, error)
                return
            for delivery in batch:  # one of them holds what Postgres can't; the others must not fail with it
                await self._commit([delivery])
        except Exception as error:  # noqa: BLE001 - handed to every delivery that waits for it
            _settle(batch, error)
        else:
            _settle(batch, None)
            self._wake(subjects)

    def _wake(self, subjects: Iterable[int]) -> None:
        self._asleep |= dict.fromkeys(subjects)
        if self._waking is None or self._waking.done():
            self._waking = _start(self._wake_all())

    async def _wake_all(self) -> None:
        while self._asleep:
            subjects, self._asleep = self._asleep, {}
            await asyncio.to_thread(self.queue.nudge, Job.HANDLE_EVENTS, *subjects)


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """In a context of its own: it serves many requests, and must not log the ids of the first."""
    return asyncio.create_task(work, context=Context())


def _settle(batch: Sequence[_Delivery], error: Exception | None) -> None:
    for delivery in batch:
        if delivery.done.done():  # its client hung up
            continue
        if error is None:
            delivery.done.set_result(None)
        else:
            delivery.done.set_exception(error)
