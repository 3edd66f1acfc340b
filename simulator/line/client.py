"""Drives a learner's phone from a test or the demo: a typed, synchronous client of the desk's API.

desk = Desk("http://127.0.0.1:8765")
hana = desk.learner("はな")
hana.follow()
hana.wait_for(lambda thread: thread.find("ようこそ"))
hana.tap("はじめる")
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from simulator.http.client import DeskCallError, DeskClient, wait_until
from simulator.line.behaviour import Order
from simulator.line.bubbles import Bubble, Json, Thread
from simulator.line.faults import Endpoint, Fault
from simulator.line.groups import GroupKind
from simulator.line.learner_messages import Emoji, Mention, StickerMessage, TextMessage
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
    "LiffSession",
    "Mention",
    "NoSuchLabelError",
    "SentMessage",
    "Tap",
    "Thread",
]

T = TypeVar("T")
MediaKind = Literal["video", "audio", "image", "file"]
BeaconKind = Literal["enter", "banner", "stay"]
MembershipKind = Literal["joined", "left", "renewed"]


class NoSuchLabelError(Exception):
    """Nothing with this label can be tapped; the message lists what can."""


@dataclass(frozen=True)
class SentMessage:
    """What the desk made of a learner's act. `message_id` is None for what is no message."""

    webhook_event_id: str | None
    message_id: str | None = None


@dataclass(frozen=True)
class Tap:
    """An action that was carried out; a uri is not opened but handed back."""

    action: Json
    message: SentMessage | None = None

    @property
    def type(self) -> str:
        return str(self.action["type"])

    @property
    def uri(self) -> str | None:
        return self.action.get("uri")


@dataclass(frozen=True)
class LiffSession:
    """`expires_in` in seconds."""

    id_token: str
    access_token: str
    expires_in: int


@dataclass(frozen=True)
class Delivery:
    """How a webhook POST went. `status` is None when none came in time."""

    status: int | None
    duration_ms: float
    error: str | None


class Desk(DeskClient[Crossing]):
    """The platform's side of the desk: learners, faults, quota, clock, webhooks, log."""

    PREFIX = "/desk"

    def channels(self) -> list[str]:
        return [str(channel["name"]) for channel in self.call("GET", "/channels")]

    def learner(
        self, display_name: str | None = None, *, channel: str | None = None, shares_profile: bool = True
    ) -> "Learner":
        """A new learner, not yet a friend. Without `channel`, in the first one.

        Who doesn't share the profile is named in no event.
        """
        body = {"display_name": display_name, "shares_profile": shares_profile}
        answer = self.call("POST", "/learners", json=body)
        return Learner(self, answer["user_id"], answer["display_name"], channel or self.channels()[0])

    def learners(self, *, channel: str | None = None) -> list["Learner"]:
        name = channel or self.channels()[0]
        return [Learner(self, m["user_id"], m["display_name"], name) for m in self.call("GET", "/learners")]

    def group(self, *members: "Learner", name: str = "料理の会", kind: GroupKind = "group") -> "GroupChat":
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
        self.call("POST", "/quota", json=body, params=_without_none(channel=channel))

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
        body = _without_none(
            webhook_url=webhook_url, webhook_active=webhook_active, chat=chat, joins_groups=joins_groups
        )
        self.call("POST", "/account", json=body, params=_without_none(channel=channel))

    def webhook_behaviour(self, *, redelivery: bool | None = None, duplicates: int | None = None) -> None:
        """What isn't named stays as it is."""
        self.call(
            "POST", "/webhook-behaviour", json=_without_none(redelivery=redelivery, duplicates=duplicates)
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
        answer = self.call("POST", "/event", json={"event": event}, params=_without_none(channel=channel))
        return SentMessage(answer["webhook_event_id"])

    def webhooks(self, events: list[Json], *, channel: str | None = None) -> Delivery:
        """Posts exactly these events, signed, in one body."""
        answer = self.call(
            "POST", "/webhooks", json={"events": events}, params=_without_none(channel=channel)
        )
        return Delivery(**answer)


@dataclass
class Learner:
    """A learner's phone, open on one channel's chat or on a group's."""

    desk: Desk
    user_id: str
    display_name: str
    channel: str
    group_id: str | None = None

    def within(self, group: "GroupChat") -> "Learner":
        """The same learner in a group's chat: what is said, sent, tapped and unsent from here happens there."""
        return Learner(self.desk, self.user_id, self.display_name, self.channel, group.group_id)

    def on(self, channel: str) -> "Learner":
        """The same learner in another channel's chat."""
        return Learner(self.desk, self.user_id, self.display_name, channel)

    def follow(self) -> SentMessage:
        return self._act("follow")

    def block(self) -> SentMessage:
        return self._act("block")

    def unblock(self) -> SentMessage:
        return self._act("unblock")

    def text(
        self,
        text: str,
        *,
        quote: str | None = None,
        emojis: Sequence[Emoji] = (),
        mentions: Sequence[Mention] = (),
    ) -> SentMessage:
        """`quote` is the id of the message quoted; emojis and mentions in the order in which they stand in the text."""
        message = TextMessage(
            type="text", text=text, quote_message_id=quote, emojis=list(emojis), mentions=list(mentions)
        )
        return self._act("messages", message.model_dump())

    def sticker(
        self,
        package_id: str = "446",
        sticker_id: str = "1988",
        *,
        resource_type: str = "STATIC",
        keywords: Sequence[str] = (),
        text: str | None = None,
        quote: str | None = None,
    ) -> SentMessage:
        """Only a sticker of the resource type MESSAGE has a text."""
        message = StickerMessage(
            type="sticker",
            package_id=package_id,
            sticker_id=sticker_id,
            resource_type=resource_type,
            keywords=list(keywords),
            text=text,
            quote_message_id=quote,
        )
        return self._act("messages", message.model_dump())

    def location(
        self, latitude: float, longitude: float, *, title: str | None = None, address: str | None = None
    ) -> SentMessage:
        place = {"type": "location", "latitude": latitude, "longitude": longitude}
        return self._act("messages", {**place, **_without_none(title=title, address=address)})

    def video(self, path: Path | str, **how: Any) -> SentMessage:
        """Options as of `media`."""
        return self.media("video", path, **how)

    def audio(self, path: Path | str, **how: Any) -> SentMessage:
        return self.media("audio", path, **how)

    def image(self, path: Path | str, **how: Any) -> SentMessage:
        return self.media("image", path, **how)

    def images(self, paths: Sequence[Path | str], *, old_android: bool = False) -> list[SentMessage]:
        """Several at once, which their events tell; LINE sends these in any order (see `Desk.hold`).

        An old Android tells neither their order nor their number.
        """
        set_id = secrets.token_hex(32).upper()
        total = None if old_android else len(paths)
        numbers = [None if old_android else number for number in range(1, len(paths) + 1)]
        return [
            self.image(path, image_set_id=set_id, image_index=number, image_total=total)
            for number, path in zip(numbers, paths, strict=True)
        ]

    def file(self, path: Path | str, **how: Any) -> SentMessage:
        return self.media("file", path, **how)

    def media(
        self,
        kind: MediaKind,
        path: Path | str,
        *,
        file_name: str | None = None,
        duration_ms: int | None = None,
        preparing: int = 0,
        cut_at: int | None = None,
        slow_bytes_per_second: int | None = None,
        gone: bool = False,
        missing: bool = False,
        transcoding_fails: bool = False,
        image_set_id: str | None = None,
        image_index: int | None = None,
        image_total: int | None = None,
    ) -> SentMessage:
        """Sends a file of any size. `preparing` counts the 202s before the content, `cut_at` is in bytes."""
        path = Path(path)
        query = _without_none(
            **self._chat,
            type=kind,
            file_name=file_name or path.name,
            duration_ms=duration_ms,
            preparing=preparing,
            cut_at=cut_at,
            slow_bytes_per_second=slow_bytes_per_second,
            gone=gone,
            missing=missing,
            transcoding_fails=transcoding_fails,
            image_set_id=image_set_id,
            image_index=image_index,
            image_total=image_total,
        )
        with path.open("rb") as body:
            return self._message(self.desk.call("POST", f"{self._path}/media", params=query, content=body))

    def postback(
        self,
        data: str,
        *,
        params: dict[str, str] | None = None,
        display_text: str | None = None,
        label: str | None = None,
    ) -> SentMessage:
        return self._act(
            "postback", {"data": data, **_without_none(params=params, display_text=display_text, label=label)}
        )

    def tap(self, label: str, *, params: dict[str, str] | None = None) -> Tap:
        """Carries out the nearest action with this label: quick replies, then cards upwards, then the rich menu.

        `params` is what a date picker would yield. Raises NoSuchLabelError when there is none.
        """
        thread = self.thread()
        action = next((a for a in thread.tappable() if a.get("label") == label), None)
        if action is None:
            raise NoSuchLabelError(f"no {label!r} to tap; there are {thread.labels()}\n{thread}")
        if action["type"] == "message":
            return Tap(action, self.text(action["text"]))
        if action["type"] in ("postback", "datetimepicker", "richmenuswitch"):
            if action["type"] == "richmenuswitch":
                params = {"newRichMenuAliasId": action["richMenuAliasId"]}
            words = action.get("displayText") or action.get("text")
            return Tap(action, self.postback(action["data"], params=params, display_text=words, label=label))
        return Tap(action)

    def unsend(self, message_id: str) -> SentMessage:
        return self._act("unsend", {"message_id": message_id})

    def edit(self, message_id: str, text: str) -> SentMessage:
        """A text of the learner's in a group gets other words."""
        return self._act("edit", {"message_id": message_id, "text": text})

    def beacon(
        self, hwid: str = "d41d8cd98f", kind: BeaconKind = "enter", *, device_message: str | None = None
    ) -> SentMessage:
        return self._act("beacon", {"hwid": hwid, "type": kind, **_without_none(dm=device_message)})

    def link_account(self, nonce: str, *, succeeds: bool = True) -> SentMessage:
        return self._act("account-link", {"nonce": nonce, "result": "ok" if succeeds else "failed"})

    def membership(self, kind: MembershipKind, membership_id: int) -> SentMessage:
        return self._act("membership", {"type": kind, "membership_id": membership_id})

    def event(self, event: Json, *, replyable: bool = False) -> SentMessage:
        """Any other event of the learner's: its type and what it has of its own; the rest is added."""
        return self._act("event", {"event": event, "replyable": replyable})

    def video_complete(self, message_id: str | None = None) -> SentMessage:
        """The bot's video was watched to its end; without an id, its newest one."""
        if message_id is None:
            message_id = self.thread().of_type("video")[-1].id
        return self._act("video-complete", {"message_id": message_id})

    def liff_session(self) -> LiffSession:
        return LiffSession(**self.desk.call("POST", f"{self._path}/liff-session"))

    def liff_messages(self, messages: list[Json]) -> list[SentMessage]:
        """liff.sendMessages: LINE message objects in the learner's name."""
        path = f"{self._path}/liff-messages"
        answers = self.desk.call("POST", path, json={"messages": messages}, params=self._chat)
        return [self._message(answer) for answer in answers]

    def thread(self) -> Thread:
        answer = self.desk.call("GET", f"{self._path}/thread", params=self._chat)
        bubbles = [Bubble.of(item) for item in answer["items"]]
        return Thread(bubbles, answer["loading_until"], answer["rich_menu"])

    def wait_for(
        self, predicate: Callable[[Thread], T], timeout: float = 10, *, what: str = "the thread"
    ) -> T:
        """The first truthy result of `predicate`. Raises TimeoutError, showing the last bubbles, after seconds."""
        return wait_until(
            self.thread, predicate, timeout, lambda thread: f"{what}; {self.display_name} sees\n{thread}"
        )

    def wait_for_text(self, words: str, timeout: float = 10) -> Bubble:
        """The bot's newest bubble with these words."""
        bubble = self.wait_for(lambda thread: thread.find(words), timeout, what=repr(words))
        assert bubble is not None  # noqa: S101 - wait_for returns truthy results only
        return bubble

    @property
    def _path(self) -> str:
        return f"/learners/{self.user_id}"

    @property
    def _chat(self) -> dict[str, Any]:
        return _without_none(channel=self.channel, group=self.group_id)

    def _act(self, what: str, body: Json | None = None) -> SentMessage:
        answer = self.desk.call("POST", f"{self._path}/{what}", json=body, params=self._chat)
        return self._message(answer)

    @staticmethod
    def _message(answer: Json) -> SentMessage:
        return SentMessage(answer["webhook_event_id"], answer.get("message_id"))


@dataclass
class GroupChat:
    """A group or room as all its members see it. Each act returns the event that it causes, if an account is in."""

    desk: Desk
    group_id: str
    kind: GroupKind
    name: str

    def invite(self, channel: str | None = None) -> SentMessage:
        """The account joins; a room tells of this with its next event only."""
        return self._act("invite", params=_without_none(channel=channel))

    def remove_account(self) -> SentMessage:
        return self._act("remove-account")

    def join(self, *members: Learner) -> SentMessage:
        return self._act("join", json={"members": [member.user_id for member in members]})

    def leave(self, *members: Learner) -> SentMessage:
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
        return SentMessage(answer["webhook_event_id"])


def _without_none(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
