"""Storing what arrives, before anything acts on it.

Commits, not Python, bound a webhook's rate: deliveries that arrive while one commit is under way share the
next, in one INSERT, and each is answered only after the commit that holds it.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DataError

from models.database import engine
from models.inbox import EventSource
from pipeline.queue import Job, nudge

Row = dict[str, Any]


def line_row(channel: str, event: Mapping[str, Any]) -> Row:
    """The event as it came, with what routing needs beside it. Tolerates any shape."""
    event = storable(event)
    source = event.get("source")
    user_id = source.get("userId") if isinstance(source, Mapping) else None
    stamp = event.get("timestamp")
    event_id = event.get("webhookEventId")
    return {
        "source": EventSource.LINE,
        "event_id": event_id
        if isinstance(event_id, str) and 0 < len(event_id) <= 128
        else _fingerprint(event),
        "channel": channel,
        "line_user_id": user_id[:64] if isinstance(user_id, str) else "",
        "event_type": str(event.get("type", ""))[:64],
        "timestamp_ms": stamp if isinstance(stamp, int) and 0 <= stamp < 2**53 else 0,
        "body": event,
    }


def _fingerprint(event: Mapping[str, Any]) -> str:
    """An id for an event that has none: equal events are one."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def storable(value: Any) -> Any:
    """Postgres holds neither NUL nor half a surrogate pair; nothing a learner means is lost with them."""
    if isinstance(value, str):
        if value.isascii():
            return value.replace("\0", "")
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {storable(key): storable(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [storable(entry) for entry in value]
    return value


# One constant statement whatever the number of rows: built row by row, it would cost more than its commit.
_STORE = text(
    """
    INSERT INTO inbox_event (source, event_id, channel, line_user_id, event_type, timestamp_ms, body,
                             attempts, outcome, error, received_at)
    SELECT source, event_id, channel, line_user_id, event_type, timestamp_ms, body, 0, '', '', now()
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given(
           source text, event_id text, channel text, line_user_id text, event_type text,
           timestamp_ms bigint, body jsonb)
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING source, line_user_id
    """
)


def store(rows: Sequence[Row]) -> list[str]:
    """One statement, committed; a row that is there already changes nothing. Returns the learners to wake."""
    # A statement alone is a transaction: without BEGIN and COMMIT around it, deliveries wait for one round trip.
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        stored = connection.execute(_STORE, {"rows": json.dumps(rows)}).all()
    return list(dict.fromkeys(row.line_user_id for row in stored if row.source == EventSource.LINE))


@dataclass
class _Waiting:
    rows: list[Row]
    done: asyncio.Future[None]


@dataclass
class Inbox:
    """Shares commits between concurrent deliveries. One an event loop.

    The learners' handlers are woken beside the next commit: no delivery waits for the broker.
    """

    _waiting: list[_Waiting] = field(default_factory=list)
    _asleep: dict[str, None] = field(default_factory=dict)  # learners with a stored event, in order
    _committing: asyncio.Task[None] | None = None
    _waking: asyncio.Task[None] | None = None

    async def add(self, rows: list[Row]) -> None:
        """Returns once the rows are committed; raises what the commit raised."""
        waiting = _Waiting(rows, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_all())
        await waiting.done

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._commit(batch)

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            stored = await asyncio.to_thread(store, [row for waiting in batch for row in waiting.rows])
        except DataError as error:
            if len(batch) == 1:
                _settle(batch, error)
                return
            for waiting in batch:  # one of them holds what Postgres can't; the others must not fail with it
                await self._commit([waiting])
        except Exception as error:  # noqa: BLE001 - handed to every delivery that waits for it
            _settle(batch, error)
        else:
            _settle(batch, None)
            self._wake(stored)

    def _wake(self, line_user_ids: Iterable[str]) -> None:
        self._asleep |= dict.fromkeys(line_user_ids)
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._wake_all())

    async def _wake_all(self) -> None:
        while self._asleep:
            line_user_ids, self._asleep = self._asleep, {}
            await asyncio.to_thread(nudge, Job.HANDLE_EVENTS, *line_user_ids)


def _settle(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.done.done():  # its client hung up
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)
