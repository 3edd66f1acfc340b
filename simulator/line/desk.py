"""The desk: what a learner does on the phone, as JSON. Each act becomes a bubble and a webhook, as on LINE."""

import mimetypes
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, StringConstraints

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line import identifiers
from simulator.line.checks import utf16_units
from simulator.line.content import media_facts, store
from simulator.line.group_events import tell
from simulator.line.groups import Group
from simulator.line.messages import TEXT_LIMIT
from simulator.line.requests import PlatformOf, WebhooksOf
from simulator.line.rich_menus import switch
from simulator.line.state import Channel, Json, Learner, Media, Platform, Thread, ThreadItem
from simulator.line.webhooks import Webhooks

router = APIRouter(prefix="/desk/learners")

_LINE_CONTENT_TYPES = {"video": "video/mp4", "audio": "audio/m4a", "image": "image/jpeg"}
_QUOTABLE_BY_BOT = frozenset({"text", "sticker", "image", "video"})  # LINE docs: Get quote tokens

NonEmptyText = Annotated[str, StringConstraints(min_length=1)]


class NewLearner(DeskBody):
    display_name: NonEmptyText | None = None


class TextMessage(DeskBody):
    type: Literal["text"]
    text: NonEmptyText
    quote_message_id: str | None = None


class StickerMessage(DeskBody):
    type: Literal["sticker"]
    package_id: NonEmptyText
    sticker_id: NonEmptyText
    quote_message_id: str | None = None


class LocationMessage(DeskBody):
    type: Literal["location"]
    title: str | None = None
    address: str | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Postback(DeskBody):
    data: NonEmptyText
    params: dict[str, str] | None = None
    display_text: str | None = None
    label: str | None = None


class MessageRef(DeskBody):
    message_id: str


class MediaQuery(DeskBody):
    """How the file is to arrive: see the desk's contract. Durations in ms, sizes in bytes."""

    channel: str | None = None
    group: str | None = None
    type: Literal["video", "audio", "image", "file"]
    file_name: str | None = None
    duration_ms: int | None = Field(None, ge=0)
    preparing: int = Field(0, ge=0)
    cut_at: int | None = Field(None, ge=0)
    slow_bytes_per_second: int | None = Field(None, gt=0)
    gone: bool = False
    missing: bool = False


class Chat:
    """One learner in one chat: a channel's, as the path and `?channel=` name them, or a group's, of `?group=`."""

    def __init__(
        self,
        uid: str,
        platform: PlatformOf,
        webhooks: WebhooksOf,
        channel: str | None = None,
        group: str | None = None,
    ) -> None:
        self.platform: Platform = platform
        self.webhooks: Webhooks = webhooks
        self.learner: Learner = platform.learner(uid)
        self.group: Group | None = platform.group(group) if group else None
        if self.group and uid not in self.group.members:
            raise DeskError(400, "the learner isn't in this group")
        self.channel: Channel = platform.channel(self.group.account if self.group else channel)
        self.thread: Thread = self.group.thread if self.group else platform.thread(self.channel, uid)

    def emit(self, specific: Json, *, replyable: bool = True) -> str | None:
        """The event's id; None in a group without an account."""
        uid = self.learner.user_id
        if self.group is None:
            source = {"type": "user", "userId": uid}
            return self.webhooks.emit(self.channel, uid, source, specific, replyable=replyable)
        # In a group LINE names the user in message events only, it says; its examples do so when one is unsent, too
        # (LINE docs: Source group chat, Unsend event).
        named = uid if specific["type"] in ("message", "unsend") else None
        return tell(self.webhooks, self.group, specific, user_id=named, replyable=replyable)

    def require_open(self) -> None:
        """Nothing goes out to an account one has blocked."""
        if self.thread.blocks_account:
            raise DeskError(400, "the learner has blocked this account")

    def say(
        self,
        message: Json,
        *,
        message_id: str | None = None,
        quoted_id: str | None = None,
        media: Media | None = None,
    ) -> ThreadItem:
        """Puts the learner's own bubble into the thread."""
        self.thread.last_contact_ms = self.platform.clock.now_ms()
        item = ThreadItem(
            id=message_id or identifiers.message_id(),
            seq=0,
            author="learner",
            at_ms=self.platform.clock.now_ms(),
            message=message,
            quote_token=identifiers.opaque_token() if message["type"] in _QUOTABLE_BY_BOT else None,
            quoted_id=quoted_id,
            media=media,
            user_id=self.learner.user_id,
        )
        return self.platform.add_item(self.thread, item)

    def send(self, item: ThreadItem, specific: Json) -> Json:
        """Sends the message webhook of a bubble; `specific` is its message beyond id, type and tokens."""
        token = identifiers.opaque_token()
        self.channel.mark_as_read_tokens[token] = item
        message: Json = {"type": item.message["type"], "id": item.id, "markAsReadToken": token, **specific}
        if item.quote_token:
            message["quoteToken"] = item.quote_token
        if item.quoted_id:
            message["quotedMessageId"] = item.quoted_id
        return {"message_id": item.id, "webhook_event_id": self.emit({"type": "message", "message": message})}


ChatOf = Annotated[Chat, Depends(Chat)]


def one_to_one(chat: ChatOf) -> Chat:
    if chat.group is not None:
        raise DeskError(400, "not in a group")
    return chat


OneToOne = Annotated[Chat, Depends(one_to_one)]


@router.get("")
async def learners(platform: PlatformOf) -> list[Json]:
    return [_view(platform, learner) for learner in platform.learners.values()]


@router.post("")
async def add_learner(platform: PlatformOf, body: NewLearner = NewLearner()) -> Json:
    return _view(platform, platform.add_learner(body.display_name))


@router.post("/{uid}/follow")
async def follow(chat: OneToOne) -> Json:
    """Adds the account as a friend; of a blocked one this is the unblocking."""
    is_unblocking = chat.thread.blocks_account
    chat.thread.friend, chat.thread.blocks_account = True, False
    chat.platform.changes.publish(chat.thread, "rich_menu")
    return {"webhook_event_id": chat.emit({"type": "follow", "follow": {"isUnblocked": is_unblocking}})}


@router.post("/{uid}/block")
async def block(chat: OneToOne) -> Json:
    chat.require_open()
    chat.thread.blocks_account = True
    chat.thread.loading_until_ms = None
    chat.platform.changes.publish(chat.thread, "rich_menu")
    return {"webhook_event_id": chat.emit({"type": "unfollow"}, replyable=False)}


@router.post("/{uid}/unblock")
async def unblock(chat: OneToOne) -> Json:
    if not chat.thread.blocks_account:
        raise DeskError(400, "the learner hasn't blocked this account")
    return await follow(chat)


@router.post("/{uid}/messages")
async def send_message(
    chat: ChatOf,
    body: Annotated[TextMessage | StickerMessage | LocationMessage, Field(discriminator="type")],
) -> Json:
    chat.require_open()
    if isinstance(body, LocationMessage):
        place = body.model_dump(exclude_none=True, exclude={"type"})
        return chat.send(chat.say({"type": "location", **place}), place)
    if body.quote_message_id and chat.thread.item(body.quote_message_id) is None:
        raise DeskError(404, "no such message to quote")
    if isinstance(body, TextMessage):
        if utf16_units(body.text) > TEXT_LIMIT:
            raise DeskError(400, f"a message has at most {TEXT_LIMIT} characters")
        content: Json = {"text": body.text}
    else:
        content = {
            "packageId": body.package_id,
            "stickerId": body.sticker_id,
            "stickerResourceType": "STATIC",
        }
    message = {"type": body.type, **content}
    return chat.send(chat.say(message, quoted_id=body.quote_message_id), content)


@router.post("/{uid}/media")
async def send_media(request: Request, chat: ChatOf, query: Annotated[MediaQuery, Query()]) -> Json:
    """The raw body is the file; it goes to disk as it comes."""
    chat.require_open()
    message_id = identifiers.message_id()
    name = PurePosixPath((query.file_name or "").replace("\\", "/")).name
    if query.type == "file" and not name:
        raise DeskError(400, "file_name is required for a file")
    suffix = PurePosixPath(name).suffix or {"video": ".mp4", "audio": ".m4a", "image": ".jpg"}.get(
        query.type, ""
    )
    path = chat.platform.config.media_dir / f"{message_id}{suffix}"
    size = await store(request, path)
    guess = mimetypes.guess_type(name)[0] or "application/octet-stream"
    media = Media(
        path=path,
        content_type=_LINE_CONTENT_TYPES.get(query.type, guess),
        size=size,
        file_name=name or None,
        kind=query.type,
        **query.model_dump(exclude={"channel", "group", "type", "file_name"}),
    )
    facts = media_facts(media)
    provider = {} if query.type == "file" else {"contentProvider": {"type": "line"}}
    item = chat.say({"type": query.type, **facts}, message_id=message_id, media=media)
    return chat.send(item, facts | provider)


@router.post("/{uid}/postback")
async def postback(chat: ChatOf, body: Postback) -> Json:
    """A tap; the action's displayText appears as the learner's words but is no message of theirs."""
    chat.require_open()
    if body.display_text:
        chat.say({"type": "text", "text": body.display_text}).quote_token = None
    fact: Json = {"data": body.data}
    if body.params is not None:
        fact["params"] = dict(body.params)
        alias = body.params.get("newRichMenuAliasId")
        if alias is not None:
            fact["params"]["status"] = switch(chat.platform, chat.channel, chat.thread, alias)
    return {"webhook_event_id": chat.emit({"type": "postback", "postback": fact})}


@router.post("/{uid}/unsend")
async def unsend(chat: ChatOf, body: MessageRef) -> Json:
    item = chat.thread.item(body.message_id)
    if item is None or item.user_id != chat.learner.user_id:
        raise DeskError(404, "the learner sent no such message")
    chat.thread.items.remove(item)
    if item.media:
        item.media.gone = True
        item.media.path.unlink(missing_ok=True)
    chat.thread.seq += 1
    chat.platform.changes.publish(chat.thread, "unsend")
    event = {"type": "unsend", "unsend": {"messageId": item.id}}
    return {"webhook_event_id": chat.emit(event, replyable=False)}


@router.post("/{uid}/video-complete")
async def video_complete(chat: OneToOne, body: MessageRef) -> Json:
    item = chat.thread.item(body.message_id)
    if item is None or item.author != "bot" or item.message["type"] != "video":
        raise DeskError(404, "the bot sent no such video")
    tracking_id = item.message.get("trackingId")
    if tracking_id is None:
        return {"webhook_event_id": None}
    event = {"type": "videoPlayComplete", "videoPlayComplete": {"trackingId": tracking_id}}
    return {"webhook_event_id": chat.emit(event)}


def _view(platform: Platform, learner: Learner) -> Json:
    return {
        "user_id": learner.user_id,
        "display_name": learner.display_name,
        "picture_color": learner.picture_color,
        "channels": {
            channel.name: {"friend": thread.friend, "blocked": thread.blocks_account}
            for channel, thread in platform.threads_of(learner.user_id)
        },
    }
