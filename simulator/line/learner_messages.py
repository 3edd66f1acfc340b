"""What a learner can say, and the message object of its webhook (LINE docs: Message event)."""

import random
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line.checks import utf16_units
from simulator.line.messages import TEXT_LIMIT

MENTIONS = 20
KEYWORDS = 15
STICKER_TEXT_LIMIT = 100
_STICKERS_WITH_TEXT = frozenset({"MESSAGE", "PER_STICKER_TEXT"})

NonEmptyText = Annotated[str, StringConstraints(min_length=1)]


class Emoji(DeskBody):
    """A LINE emoji; `words` are its place in the text, like `(love)`."""

    words: NonEmptyText
    product_id: NonEmptyText
    emoji_id: NonEmptyText


class Mention(DeskBody):
    """`words` are its place in the text, like `@はな`; without `user_id` it means all of the group."""

    words: NonEmptyText
    user_id: str | None = None


class TextMessage(DeskBody):
    type: Literal["text"]
    text: NonEmptyText
    emojis: list[Emoji] = Field([])
    mentions: list[Mention] = Field([], max_length=MENTIONS)
    quote_message_id: str | None = None

    def content(self) -> dict[str, Any]:
        """Without its mentions, as who may be named in them depends on the chat. Raises DeskError 400."""
        if utf16_units(self.text) > TEXT_LIMIT:
            raise DeskError(400, f"a message has at most {TEXT_LIMIT} characters")
        content: dict[str, Any] = {"text": self.text}
        if self.emojis:
            places = _places(self.text, [emoji.words for emoji in self.emojis])
            content["emojis"] = [
                {**place, "productId": emoji.product_id, "emojiId": emoji.emoji_id}
                for place, emoji in zip(places, self.emojis, strict=True)
            ]
        return content

    def mention_places(self) -> list[dict[str, Any]]:
        return _places(self.text, [mention.words for mention in self.mentions])


class StickerMessage(DeskBody):
    type: Literal["sticker"]
    package_id: NonEmptyText
    sticker_id: NonEmptyText
    resource_type: NonEmptyText = "STATIC"  # LINE adds new ones without notice
    keywords: list[NonEmptyText] = Field([])
    text: str | None = Field(None, max_length=STICKER_TEXT_LIMIT)
    quote_message_id: str | None = None

    def content(self) -> dict[str, Any]:
        """Of many keywords LINE tells some. Raises DeskError 400."""
        content: dict[str, Any] = {
            "packageId": self.package_id,
            "stickerId": self.sticker_id,
            "stickerResourceType": self.resource_type,
        }
        if self.keywords:
            many = len(self.keywords) > KEYWORDS
            content["keywords"] = random.sample(self.keywords, KEYWORDS) if many else self.keywords
        if self.text is not None:
            if self.resource_type not in _STICKERS_WITH_TEXT:
                raise DeskError(400, "only message stickers tell their text")
            content["text"] = self.text
        return content


class LocationMessage(DeskBody):
    type: Literal["location"]
    title: str | None = None
    address: str | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)

    def content(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True, exclude={"type"})


LearnerMessage = Annotated[TextMessage | StickerMessage | LocationMessage, Field(discriminator="type")]


def _places(text: str, pieces: list[str]) -> list[dict[str, Any]]:
    """Where the pieces stand one after another, in UTF-16 units. Raises DeskError 400 for one that isn't there."""
    places, start = [], 0
    for words in pieces:
        at = text.find(words, start)
        if at < 0:
            raise DeskError(400, f"{words!r} isn't in the text, or not in this order")
        start = at + len(words)
        places.append({"index": utf16_units(text[:at]), "length": utf16_units(words)})
    return places
