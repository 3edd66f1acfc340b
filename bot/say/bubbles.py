"""LINE message objects, always within LINE's limits (LINE docs: Message objects).

Text bubbles are plain `text`, not `textV2`, so braces in a model's or a person's words mean nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from knowledge_base import phrasebook
from line.client import LineObject
from line.limits import (
    MAX_ALT_TEXT,
    MAX_DATA,
    MAX_LABEL,
    MAX_OBJECTS,
    MAX_QUICK_REPLIES,
    MAX_SENDER_NAME,
    MAX_TEXT,
    fit,
)
from models.chat import RoomType, Topic


@dataclass(frozen=True)
class Say:
    """What a handler answers: one to five bubbles in one room, with the newest one's quick replies."""

    bubbles: tuple[LineObject, ...]
    room: RoomType = RoomType.COACHING
    topic: Topic | None = None  # kept with the message, where it is looked up later

    @property
    def text(self) -> str:
        """The words, for the thread's record."""
        return "\n".join(bubble.get("text") or bubble.get("altText") or "" for bubble in self.bubbles)

    @property
    def has_room(self) -> bool:
        """For one bubble more."""
        return len(self.bubbles) < MAX_OBJECTS

    def and_then(self, bubble: LineObject) -> "Say":
        """With one bubble more, which takes over the quick replies."""
        *others, last = self.bubbles
        taps = {key: last[key] for key in ("quickReply",) if key in last}
        plain = {key: value for key, value in last.items() if key != "quickReply"}
        return replace(self, bubbles=(*others, plain, bubble | taps))


def say(
    *bubbles: LineObject,
    quick: Sequence[LineObject] = (),
    room: RoomType = RoomType.COACHING,
    topic: Topic | None = None,
) -> Say:
    """Only the last bubble's quick replies are shown by LINE, so they always hang there."""
    last = dict(bubbles[-1])
    if quick:
        last["quickReply"] = {"items": list(quick[:MAX_QUICK_REPLIES])}
    return Say((*bubbles[:-1], last)[:MAX_OBJECTS], room, topic)


def text_bubble(words: str, quote_token: str | None = None) -> LineObject:
    bubble: LineObject = {"type": "text", "text": fit(words.strip() or "…", MAX_TEXT)}
    if quote_token:
        bubble["quoteToken"] = quote_token
    return bubble


def video_bubble(url: str, preview_url: str, tracking_id: str = "") -> LineObject:
    """`tracking_id` comes back with videoPlayComplete; no underscore or slash may be in it. Without one nothing comes."""
    bubble = {"type": "video", "originalContentUrl": url, "previewImageUrl": preview_url}
    return bubble | ({"trackingId": tracking_id} if tracking_id else {})


def image_bubble(url: str) -> LineObject:
    """One of ours is small enough to be its own preview."""
    return {"type": "image", "originalContentUrl": url, "previewImageUrl": url}


def audio_bubble(url: str, seconds: float) -> LineObject:
    return {"type": "audio", "originalContentUrl": url, "duration": max(1, round(seconds * 1000))}


def flex_bubble(alt_text: str, contents: LineObject) -> LineObject:
    return {"type": "flex", "altText": fit(alt_text, MAX_ALT_TEXT), "contents": contents}


def postback(label: str, display: str | None = None, **data: str | int) -> LineObject:
    """A tap that comes back as data; `display` appears as the learner's own bubble."""
    return {
        "type": "postback",
        "label": fit(label, MAX_LABEL),
        "data": fit(urlencode(data), MAX_DATA),
        "displayText": fit(display or label, MAX_DATA),
    }


def message_action(words: str) -> LineObject:
    """A tap that says the words for the learner."""
    return {"type": "message", "label": fit(words, MAX_LABEL), "text": fit(words, MAX_DATA)}


def link_action(label: str, url: str) -> LineObject:
    return {"type": "uri", "label": fit(label, MAX_LABEL), "uri": url}


def voice_action() -> LineObject:
    """Opens LINE's voice input (LINE 12.6 and later; elsewhere the tap is a mere postback)."""
    return {**postback(phrasebook.MEMO_VOICE_LABEL, action="voice"), "inputOption": "openVoice"}


def quick(action: LineObject) -> LineObject:
    return {"type": "action", "action": action}


def with_sender(bubble: LineObject, name: str, icon_url: str) -> LineObject:
    return {**bubble, "sender": {"name": fit(name, MAX_SENDER_NAME), "iconUrl": icon_url}}
