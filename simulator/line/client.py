"""Drives a learner's phone from a test or the demo: a typed, synchronous client of the desk's API.

desk = Desk("http://127.0.0.1:8765")
hana = desk.learner("はな")
hana.follow()
hana.wait_for(lambda thread: thread.find("ようこそ"))
hana.tap("はじめる")
"""

from dataclasses import dataclass

from simulator.http.client import DeskCallError, DeskClient
from simulator.line.behaviour import Order
from simulator.line.bubbles import Bubble, Json, Thread
from simulator.line.client_groups import GroupChat
from simulator.line.client_learner import Learner, NoSuchLabelError, Tap
from simulator.line.client_liff import LiffDesk, LiffPage, LiffSession
from simulator.line.client_phone import SentMessage, without_none
from simulator.line.faults import Endpoint, Fault
from simulator.line.groups import GroupKind
from simulator.line.learner_messages import Emoji, Mention
from simulator.line.log import Crossing

__all__ = [
    "Bubble",
    "Crossing",
    "Delivery",
    "Desk",
    "DeskCallError",
    "Emoji",
    "GroupChat",
    "Learner",
    "LiffPage",
    "LiffSession",
    "Mention",
    "NoSuchLabelError",
    "SentMessage",
    "Tap",
    "Thread",
]


@dataclass(frozen=True)
class Delivery:
    """How a webhook POST went. `status` is None when none came in time."""

    status: int | None
    duration_ms: float
    error: str | None


class Desk(LiffDesk, DeskClient[Crossing]):
    """The platform's side of the desk: learners, faults, quota, clock, webhooks, log."""

    PREFIX = "/desk"

    def channels(self) -> list[str]:
        return [str(channel["name"]) for channel in self.call("GET", "/channels")]

    def learner(
        self, display_name: str | None = None, *, channel: str | None = None, shares_profile: bool = True
    ) -> Learner:
        """A new learner, not yet a friend. Without `channel`, in the first one.

        Who doesn't share the profile is named in no event.
        """
        body = {"display_name": display_name, "shares_profile": shares_profile}
        answer = self.call("POST", "/learners", json=body)
        return Learner(self, answer["user_id"], answer["display_name"], channel or self.channels()[0])

    def learners(self, *, channel: str | None = None) -> list[Learner]:
        name = channel or self.channels()[0]
        return [Learner(self, m["user_id"], m["display_name"], name) for m in self.call("GET", "/learners")]

    def group(self, *members: Learner, name: str = "料理の会", kind: GroupKind = "group") -> GroupChat:
        """A new group chat, or with kind `room` a multi-person one, of these learners and no account yet."""
        body = {"kind": kind, "name": name, "members": [member.user_id for member in members]}
        answer = self.call("POST", "/groups", json=body)
        return GroupChat(self, answer["group_id"], kind, name)

    def log(self, *, after: int = 0, direction: str | None = None, path: str | None = None) -> list[Crossing]:
        """What crossed the border after entry `after`, perhaps of one direction or with a part of a path."""
        crossings = [Crossing(**entry) for entry in self.call("GET", "/log", params={"after": after})]
        return [
            c
            for c in crossings
            if (not direction or c.direction == direction) and (not path or path in c.path)
        ]

    def fault(
        self,
        endpoint: Endpoint,
        *,
        status: int | None = None,
        message: str | None = None,
        delay_seconds: float = 0,
        accept: bool = False,
        drop: bool = False,
        times: int | None = None,
        user_id: str | None = None,
    ) -> str:
        """Sets a fault (see simulator.line.faults.Fault) and returns its id."""
        fault = Fault(
            endpoint=endpoint,
            status=status,
            message=message,
            delay_seconds=delay_seconds,
            accept=accept,
            drop=drop,
            times=times,
            user_id=user_id,
        )
        return self.add_fault(fault)

    def quota(self, limit: int | None, *, usage: int = 0, channel: str | None = None) -> None:
        """The month's pushes; `limit` None means unlimited."""
        body = {"type": "none" if limit is None else "limited", "value": limit or 0, "used": usage}
        self.call("POST", "/quota", json=body, params=without_none(channel=channel))

    def account(
        self,
        *,
        webhook_url: str | None = None,
        webhook_active: bool | None = None,
        chat: bool | None = None,
        joins_groups: bool | None = None,
        channel: str | None = None,
    ) -> None:
        """The consoles' switches; what isn't named stays as it is, and a `webhook_url` of "" unsets it."""
        body = without_none(
            webhook_url=webhook_url, webhook_active=webhook_active, chat=chat, joins_groups=joins_groups
        )
        self.call("POST", "/account", json=body, params=without_none(channel=channel))

    def reissue_secret(self, *, channel: str | None = None) -> str:
        """The channel's new secret: LINE signs with it from now on, and issues tokens for it alone."""
        answer = self.call("POST", "/channel-secret", params=without_none(channel=channel))
        return str(answer["channel_secret"])

    def webhook_behaviour(self, *, redelivery: bool | None = None, duplicates: int | None = None) -> None:
        """What isn't named stays as it is."""
        self.call(
            "POST", "/webhook-behaviour", json=without_none(redelivery=redelivery, duplicates=duplicates)
        )

    def hold(self) -> None:
        """Webhooks are collected from now on, until `release`."""
        self.call("POST", "/webhook-behaviour", json={"hold": True})

    def release(self, order: Order = "fifo") -> int:
        """Ends the holding and sends what was collected in this order; returns how many events."""
        self.call("POST", "/webhook-behaviour", json={"hold": False})
        return int(self.call("POST", "/release", json={"order": order})["released"])

    def redeliver(self, webhook_event_id: str, times: int = 1) -> list[Delivery]:
        answer = self.call("POST", "/redeliver", json={"webhook_event_id": webhook_event_id, "times": times})
        return [Delivery(**result) for result in answer["results"]]

    def event(self, event: Json, *, channel: str | None = None) -> SentMessage:
        """An event without a source: its type and what it has of its own; the rest is added."""
        answer = self.call("POST", "/event", json={"event": event}, params=without_none(channel=channel))
        return SentMessage.of(answer)

    def webhooks(self, events: list[Json], *, channel: str | None = None) -> Delivery:
        """Posts exactly these events, signed, in one body."""
        answer = self.call("POST", "/webhooks", json={"events": events}, params=without_none(channel=channel))
        return Delivery(**answer)
