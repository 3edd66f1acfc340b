"""A thread as the learner sees it: bubbles, the words in them and what can be tapped."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Self

Json = dict[str, Any]

LAST_BUBBLES = 8


@dataclass(frozen=True)
class Bubble:
    """One bubble of the thread. `at_ms` in ms of the platform's clock, `user_id` the learner's who sent it."""

    id: str
    seq: int
    author: Literal["learner", "bot"]
    at_ms: int
    message: Json
    sender_name: str | None
    via: Literal["reply", "push"] | None
    quick_reply: Json | None
    quoted_id: str | None
    read: bool
    user_id: str | None = None

    @classmethod
    def of(cls, item: Json) -> Self:
        """From an item of the desk's thread."""
        return cls(
            id=item["id"],
            seq=item["seq"],
            author=item["from"],
            at_ms=item["at"],
            message=item["message"],
            sender_name=item["sender"].get("name"),
            via=item["via"],
            quick_reply=item["quick_reply"],
            quoted_id=(item.get("quoted") or {}).get("id"),
            read=item["read"],
            user_id=item["user_id"],
        )

    @property
    def type(self) -> str:
        return str(self.message["type"])

    @property
    def text(self) -> str:
        """The words a reader sees: of a text, or all texts of a card in their order."""
        if isinstance(self.message.get("text"), str):
            return str(self.message["text"])
        card = self.message.get("contents") or self.message.get("template")
        return "\n".join(_texts(card)) if card else ""

    @property
    def alt_text(self) -> str | None:
        return self.message.get("altText")

    @property
    def url(self) -> str | None:
        """Where the media of an image, video or audio message lies."""
        return self.message.get("originalContentUrl") or self.message.get("content_url")

    def actions(self) -> list[Json]:
        """Everything tappable in this bubble: its own actions, then the quick replies while they show."""
        actions = list(actions_in({k: v for k, v in self.message.items() if k != "quickReply"}))
        return actions + list(actions_in(self.quick_reply))

    def labels(self) -> list[str]:
        return [str(action["label"]) for action in self.actions() if action.get("label")]

    def __str__(self) -> str:
        who = self.author if self.via is None else f"{self.author}/{self.via}"
        words = self.text or self.alt_text or self.url or ""
        labels = f" {self.labels()}" if self.labels() else ""
        return f"[{who}] {self.type}: {words[:200]!r}{labels}"


@dataclass(frozen=True)
class Thread:
    """A chat as the learner sees it now."""

    bubbles: list[Bubble]
    loading_until_ms: int | None
    rich_menu: Json | None

    @property
    def from_bot(self) -> list[Bubble]:
        return [bubble for bubble in self.bubbles if bubble.author == "bot"]

    @property
    def last(self) -> Bubble | None:
        return self.bubbles[-1] if self.bubbles else None

    def of_type(self, kind: str) -> list[Bubble]:
        """The bot's bubbles of one message type."""
        return [bubble for bubble in self.from_bot if bubble.type == kind]

    def find(self, words: str) -> Bubble | None:
        """The bot's newest bubble with these words in its text or alt text."""
        return next(
            (b for b in reversed(self.from_bot) if words in b.text or words in (b.alt_text or "")), None
        )

    def labels(self) -> list[str]:
        """All that can be tapped by its label, nearest first: newest bubble upwards, then the rich menu."""
        return [str(action["label"]) for action in self.tappable() if action.get("label")]

    def tappable(self) -> list[Json]:
        actions: list[Json] = []
        if self.last is not None:
            actions += actions_in(self.last.quick_reply)
        for bubble in reversed(self.from_bot):
            actions += actions_in({k: v for k, v in bubble.message.items() if k != "quickReply"})
        return actions + list(actions_in(self.rich_menu))

    def __str__(self) -> str:
        last = self.bubbles[-LAST_BUBBLES:]
        return "\n".join(map(str, last)) or "(nothing in the thread yet)"


def actions_in(value: Any) -> Iterator[Json]:
    """Every action object below `value`, in the order in which they stand."""
    if isinstance(value, list):
        for entry in value:
            yield from actions_in(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in ("action", "defaultAction") and isinstance(entry, dict):
                yield entry
            elif key == "actions" and isinstance(entry, list):
                yield from (action for action in entry if isinstance(action, dict))
            else:
                yield from actions_in(entry)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        if value.get("type") == "text" and value.get("contents"):
            yield "".join(str(span.get("text", "")) for span in value["contents"])
            return
        for key in ("title", "text"):
            if isinstance(value.get(key), str):
                yield value[key]
        for key, entry in value.items():
            if key not in ("action", "actions", "defaultAction", "altContent"):
                yield from _texts(entry)
