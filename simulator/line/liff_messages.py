"""What liff.sendMessages() sends, and the webhook it makes (LINE docs: LIFF API reference, liff.sendMessages()).

LINE doesn't say which error code refuses a message that it can't send; here the desk refuses it with its own words.
"""

from simulator.http.errors import DeskError
from simulator.line.bubbles import actions_in
from simulator.line.messages import check_messages
from simulator.line.state import Json

CARDS = frozenset({"template", "flex"})  # these cause no webhook
_SENDABLE = CARDS | {"text", "sticker", "image", "video", "audio", "location"}
_NOT_AVAILABLE = {"text": {"emojis", "quoteToken"}, "sticker": {"quoteToken"}, "video": {"trackingId"}}


def check_liff_messages(messages: list[Json]) -> list[Json]:
    """One to five. Raises DeskError or LineError 400."""
    for message in check_messages({"messages": messages}):
        kind = message["type"]
        if kind not in _SENDABLE:
            raise DeskError(400, f"liff.sendMessages can't send a {kind} message")
        for name in sorted(_NOT_AVAILABLE.get(kind, set()) & message.keys()):
            raise DeskError(400, f"liff.sendMessages can't send a {kind} message with {name}")
        if kind in CARDS and any(action.get("type") != "uri" for action in actions_in(message)):
            raise DeskError(400, f"liff.sendMessages can send a {kind} message with uri actions only")
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
