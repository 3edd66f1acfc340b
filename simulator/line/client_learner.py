"""Drives a learner's phone: what is said, sent and tapped there."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from simulator.http.client import wait_until
from simulator.line.bubbles import Bubble, Json, Thread
from simulator.line.client_groups import GroupChat
from simulator.line.client_liff import LiffPhone
from simulator.line.client_phone import SentMessage, without_none
from simulator.line.learner_messages import Emoji, Mention, StickerMessage, TextMessage

T = TypeVar("T")
MediaKind = Literal["video", "audio", "image", "file"]
BeaconKind = Literal["enter", "banner", "stay"]
MembershipKind = Literal["joined", "left", "renewed"]


class NoSuchLabelError(Exception):
    """Nothing with this label can be tapped; the message lists what can."""


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


@dataclass
class Learner(LiffPhone):
    """A learner's phone, open on one channel's chat or on a group's."""

    def within(self, group: GroupChat) -> "Learner":
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
        return self._act("messages", {**place, **without_none(title=title, address=address)})

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
        query = without_none(
            **self.chat,
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
            return SentMessage.of(self.desk.call("POST", f"{self.path}/media", params=query, content=body))

    def postback(
        self,
        data: str,
        *,
        params: dict[str, str] | None = None,
        display_text: str | None = None,
        label: str | None = None,
    ) -> SentMessage:
        return self._act(
            "postback", {"data": data, **without_none(params=params, display_text=display_text, label=label)}
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
        return self._act("beacon", {"hwid": hwid, "type": kind, **without_none(dm=device_message)})

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

    def thread(self) -> Thread:
        answer = self.desk.call("GET", f"{self.path}/thread", params=self.chat)
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

    def _act(self, what: str, body: Json | None = None) -> SentMessage:
        answer = self.desk.call("POST", f"{self.path}/{what}", json=body, params=self.chat)
        return SentMessage.of(answer)
