"""Storing what arrives, before anything acts on it.

Commits, not Python, bound a webhook's rate: deliveries that arrive while one commit is under way share the
next, in one INSERT, and each is answered only after the commit that holds it.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from models.database import transaction
from models.inbox import EventSource, InboxEvent
from pipeline.queue import Job, nudge

Row = dict[str, Any]


def line_row(channel: str, event: Mapping[str, Any]) -> Row:
    """The event as it came, with what routing needs beside it. Tolerates any shape."""
    source = event.get("source")
    user_id = source.get("userId") if isinstance(source, Mapping) else None
    stamp = event.get("timestamp")
    event_id = event.get("webhookEventId")
    return {
        "source": EventSource.LINE,
        "event_id": event_id if isinstance(event_id, str) and event_id else _fingerprint(event),
        "channel": channel,
        "line_user_id": user_id[:64] if isinstance(user_id, str) else "",
        "event_type": str(event.get("type", ""))[:64],
        "timestamp_ms": stamp if isinstance(stamp, int) and 0 <= stamp < 2**53 else 0,
        "body": without_nul(event),
    }


def _fingerprint(event: Mapping[str, Any]) -> str:
    """An id for an event that has none: equal events are one."""
    return hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()


def without_nul(value: Any) -> Any:
    """JSONB holds no NUL character; nothing a learner means is lost with it."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, Mapping):
        return {without_nul(key): without_nul(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [without_nul(entry) for entry in value]
    return value


def store(rows: Sequence[Row]) -> None:
    """One statement, committed; a row that is there already changes nothing. Then wakes the learners' handlers."""
    with transaction() as db:
        statement = insert(InboxEvent).values(list(rows))
        stored = db.execute(
            statement.on_conflict_do_nothing(index_elements=["source", "event_id"]).returning(
                col(InboxEvent.source), col(InboxEvent.line_user_id)
            )
        ).all()
    for user_id in dict.fromkeys(row.line_user_id for row in stored if row.source == EventSource.LINE):
        nudge(Job.HANDLE_EVENTS, user_id)


@dataclass
class _Waiting:
    rows: list[Row]
    done: asyncio.Future[None]


@dataclass
class Inbox:
    """Shares commits between concurrent deliveries. One an event loop."""

    _waiting: list[_Waiting] = field(default_factory=list)
    _committing: asyncio.Task[None] | None = None

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
            try:
                await asyncio.to_thread(store, [row for waiting in batch for row in waiting.rows])
            except Exception as error:  # noqa: BLE001 - handed to every delivery that waits for it
                _settle(batch, error)
            else:
                _settle(batch, None)


def _settle(batch: Sequence[_Waiting], error: Exception | None) -> None:
    for waiting in batch:
        if waiting.done.done():  # its client hung up
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)
