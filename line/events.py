"""LINE's events, read tolerantly: LINE adds types, fields and enum values without notice.

Nothing here raises on what LINE sends; what is missing is None. (The SDK's parser drops unknown fields and
loses a whole batch on an unknown enum, so events are stored raw and read here.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from models.inbox import InboxEvent

# A reply token lives one minute from the webhook (LINE docs: Send reply message); leave room for the call.
REPLY_TOKEN_LIFE = timedelta(seconds=50)


@dataclass(frozen=True)
class Group:
    """A chat of several."""

    kind: str  # "group" or "room"
    id: str


@dataclass(frozen=True)
class Album:
    """Pictures that were sent at once; their events come in any order. `total` is None where LINE does not tell it."""

    id: str
    total: int | None = None


@dataclass(frozen=True)
class LineEvent:
    inbox_event_id: int
    kind: str  # "follow", "postback", "message.video", …
    user_id: str
    channel: str
    at: datetime  # LINE's timestamp, UTC
    standby: bool = False
    group: Group | None = None
    reply_token: str | None = None
    reply_until: datetime | None = None
    message_id: str | None = None
    text: str = ""
    quote_token: str | None = None
    quoted_message_id: str | None = None
    album: Album | None = None
    external_content: bool = False  # not to be had from LINE: sent by liff.sendMessages
    data: Mapping[str, str] | None = None  # of a postback
    unsent_message_id: str | None = None
    tracking_id: str | None = None
    switches_menu: bool = False  # a tap that only changed the rich menu
    is_unblocked: bool = False


def read_event(row: InboxEvent) -> LineEvent:
    body = row.body
    message = _mapping(body, "message")
    kind = _text(body, "type") or "unknown"
    if kind == "message":
        kind = f"message.{_text(message, 'type') or 'unknown'}"
    data = _text(_mapping(body, "postback"), "data")
    return LineEvent(
        inbox_event_id=row.id,
        kind=kind,
        user_id=row.subject,
        channel=row.channel,
        at=datetime.fromtimestamp(row.timestamp_ms / 1000, UTC),
        standby=_text(body, "mode") == "standby",
        group=group_of(body),
        reply_token=_text(body, "replyToken") or None,
        reply_until=row.received_at + REPLY_TOKEN_LIFE,
        message_id=_text(message, "id") or None,
        text=_text(message, "text"),
        quote_token=_text(message, "quoteToken") or None,
        quoted_message_id=_text(message, "quotedMessageId") or None,
        album=_album(message),
        external_content=_text(_mapping(message, "contentProvider"), "type") == "external",
        data=dict(parse_qsl(data)) if data else None,
        unsent_message_id=_text(_mapping(body, "unsend"), "messageId") or None,
        tracking_id=_text(_mapping(body, "videoPlayComplete"), "trackingId") or None,
        switches_menu=bool(_text(_mapping(_mapping(body, "postback"), "params"), "newRichMenuAliasId")),
        is_unblocked=_mapping(body, "follow").get("isUnblocked") is True,
    )


def group_of(body: Mapping[str, Any]) -> Group | None:
    """Where the event happened, if not between one learner and us (LINE docs: Source group chat)."""
    source = _mapping(body, "source")
    kind = _text(source, "type")
    if kind not in ("group", "room"):
        return None
    return Group(kind, _text(source, f"{kind}Id"))


def _album(message: Mapping[str, Any]) -> Album | None:
    """LINE for Android up to 11.15 tells the id alone (LINE docs: Image)."""
    facts = _mapping(message, "imageSet")
    album_id, total = _text(facts, "id"), facts.get("total")
    is_count = isinstance(total, int) and not isinstance(total, bool) and total > 0
    return Album(album_id, total if is_count else None) if album_id else None


def _mapping(source: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = source.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) else ""
