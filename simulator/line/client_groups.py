"""Drives a group chat or a multi-person chat."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.line.bubbles import Bubble, Thread
from simulator.line.client_phone import Phone, SentMessage, without_none
from simulator.line.groups import GroupKind

if TYPE_CHECKING:
    from simulator.line.client import Desk


@dataclass
class GroupChat:
    """A group or room as all its members see it. Each act returns the event that it causes, if an account is in."""

    desk: "Desk"
    group_id: str
    kind: GroupKind
    name: str

    def invite(self, channel: str | None = None) -> SentMessage:
        """The account joins; a room tells of this with its next event only."""
        return self._act("invite", params=without_none(channel=channel))

    def remove_account(self) -> SentMessage:
        return self._act("remove-account")

    def join(self, *members: Phone) -> SentMessage:
        return self._act("join", json={"members": [member.user_id for member in members]})

    def leave(self, *members: Phone) -> SentMessage:
        return self._act("leave", json={"members": [member.user_id for member in members]})

    def account(self) -> str | None:
        """The channel whose account is in."""
        account: str | None = self.desk.call("GET", f"/groups/{self.group_id}")["account"]
        return account

    def thread(self) -> Thread:
        answer = self.desk.call("GET", f"/groups/{self.group_id}/thread")
        return Thread([Bubble.of(item) for item in answer["items"]], None, None)

    def _act(self, what: str, **arguments: Any) -> SentMessage:
        answer = self.desk.call("POST", f"/groups/{self.group_id}/{what}", **arguments)
        return SentMessage.of(answer)
