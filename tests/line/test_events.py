"""LINE's events are read whatever they look like."""

from datetime import UTC, datetime
from typing import Any

import pytest

from line.events import read_event
from models.inbox import EventSource, InboxEvent

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": 5},
        {"type": "message"},
        {"type": "message", "message": []},
        {"type": "message", "message": {"type": None, "text": 3}},
        {"type": "postback", "postback": {"data": "&&=&=x"}},
        {"type": "follow", "follow": "yes", "replyToken": {}},
        {"source": "user", "mode": 1},
    ],
    ids=str,
)
def test_no_event_is_too_odd_to_be_read(body: dict[str, Any]) -> None:
    row = InboxEvent(source=EventSource.LINE, event_id="e", subject="U1", received_at=NOW, body=body)
    event = read_event(row)
    assert event.user_id == "U1"
    assert event.reply_token is None
