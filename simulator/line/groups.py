"""Chats of several learners, as they are on their phones: who is in, and which official account.

LINE docs: Group chats and multi-person chats. LINE calls a multi-person chat a "room" wherever it has an id.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from simulator.line.state import Thread

GroupKind = Literal["group", "room"]


@dataclass
class Group:
    """Its thread's channel is the account that is in, "" while none is: there is never more than one."""

    id: str
    kind: GroupKind
    name: str
    members: list[str]  # userIds, in the order in which they came
    thread: "Thread"
    owes_join: bool = False  # a room tells of the account's joining with its next event only

    @property
    def account(self) -> str | None:
        return self.thread.channel or None

    def source(self, user_id: str | None = None) -> dict[str, Any]:
        """The `source` of an event. `user_id` None where LINE doesn't tell who caused it."""
        source: dict[str, Any] = {"type": self.kind, f"{self.kind}Id": self.id}
        return source if user_id is None else {**source, "userId": user_id}
