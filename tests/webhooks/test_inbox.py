"""Deliveries that share a commit do not share each other's fate."""

import asyncio

from sqlalchemy.exc import DataError
from sqlmodel import select

from jobs.inbox import Row
from models.inbox import InboxEvent
from moment.resources import Resources
from webhooks.inbox import InboxWriter
from webhooks.line import line_row


def row(event_id: str) -> Row:
    return line_row("moment", {"type": "message", "webhookEventId": event_id, "timestamp": 1})


def test_a_row_postgres_cannot_hold_fails_only_its_own_delivery(resources: Resources) -> None:
    wrong = row("wrong") | {"event_id": "x" * 500}

    async def deliver() -> list[BaseException | None]:
        inbox = InboxWriter(resources.database, resources.queue)
        batch = [inbox.add([each]) for each in (row("a"), wrong, row("b"))]
        return await asyncio.gather(*batch, return_exceptions=True)

    first, second, third = asyncio.run(deliver())
    assert first is None
    assert isinstance(second, DataError)
    assert third is None
    with resources.database.transaction() as db:
        assert {event.event_id for event in db.exec(select(InboxEvent))} == {"a", "b"}


def test_what_postgres_cannot_hold_is_taken_out_of_an_event() -> None:
    row = line_row(
        "moment", {"type": "te\0xt", "webhookEventId": "i" * 200, "message": {"text": "half \ud83d pair"}}
    )
    assert row["event_type"] == "text"
    assert len(row["event_id"]) == 64
    assert "\ud83d" not in row["body"]["message"]["text"]
