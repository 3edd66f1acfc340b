"""What liff.sendMessages() sends, and the webhook it makes (LINE docs: LIFF API reference, liff.sendMessages()).

LINE doesn't say which words refuse a message that it can't send; here they are the desk's own.
"""

from typing import Any

from simulator.line.bubbles import actions_in
from simulator.line.errors import LineError
from simulator.line.messages import check_messages
from simulator.line.state import Json

CARDS = frozenset({"template", "flex"})  # these cause no webhook
_SENDABLE = CARDS | {"text", "sticker", "image", "video", "audio", "location"}
_NOT_AVAILABLE = {"text": {"emojis", "quoteToken"}, "sticker": {"quoteToken"}, "video": {"trackingId"}}


def check_liff_messages(body: dict[str, Any]) -> list[Json]:
    """The one to five of a request. Raises LineError 400."""
    messages = check_messages(body)
    for message in messages:
        kind = message["type"]
        if kind not in _SENDABLE:
            raise LineError(400, f"liff.sendMessages can't send a {kind} message")
        for name in sorted(_NOT_AVAILABLE.get(kind, set()) & message.keys()):
            raise LineError(400, f"liff.sendMessages can't send a {kind} message with {name}")
        if kind in CARDS and any(action.get("type") != "uri" for action in actions_in(message)):
            raise LineError(400, f"liff.sendMessages can send a {kind} message with uri actions only")
    return messages


def webhook_message(message: Json) -> Json:
    """The message object of the webhook, beyond id, type and tokens: media stay where they are."""
    kind = message["type"]
    if kind in ("image", "video", "audio"):
        urls = {k: message[k] for k in ("originalContentUrl", "previewImageUrl") if k in message}
        duration = {"duration": message["duration"]} if "duration" in message else {}
        return {"contentProvider": {"type": "external", **urls}, **duration}
    if kind == "sticker":
        return {k: message[k] for k in ("packageId", "stickerId")} | {"stickerResourceType": "STATIC"}
    return {k: v for k, v in message.items() if k in ("text", "title", "address", "latitude", "longitude")}
