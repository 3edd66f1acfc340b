"""One learner's phone as the desk names it, and what comes of an act on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.line.bubbles import Json

if TYPE_CHECKING:
    from simulator.line.client import Desk


def without_none(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True)
class SentMessage:
    """What the desk made of a learner's act. `message_id` is None for what is no message."""

    webhook_event_id: str | None
    message_id: str | None = None

    @classmethod
    def of(cls, answer: Json) -> "SentMessage":
        return cls(answer["webhook_event_id"], answer.get("message_id"))


@dataclass
class Phone:
    """Open on one channel's chat or on a group's."""

    desk: "Desk"
    user_id: str
    display_name: str
    channel: str
    group_id: str | None = None

    @property
    def path(self) -> str:
        return f"/learners/{self.user_id}"

    @property
    def chat(self) -> dict[str, Any]:
        return without_none(channel=self.channel, group=self.group_id)
