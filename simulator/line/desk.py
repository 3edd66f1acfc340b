"""The desk: what a learner does on the phone, as JSON. Each act becomes a bubble and a webhook, as on LINE."""

import mimetypes
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line import identifiers
from simulator.line.chats import ChatOf, OneToOne
from simulator.line.content import media_facts, store
from simulator.line.learner_messages import LearnerMessage, LocationMessage, NonEmptyText
from simulator.line.requests import PlatformOf
from simulator.line.rich_menus import switch
from simulator.line.state import Json, Learner, Media, Platform

router = APIRouter(prefix="/desk/learners")

_NOT_OF_THE_FILE = {"channel", "group", "type", "file_name", "image_set_id", "image_index", "image_total"}
_LINE_CONTENT_TYPES = {"video": "video/mp4", "audio": "audio/m4a", "image": "image/jpeg"}


class NewLearner(DeskBody):
    display_name: NonEmptyText | None = None
    shares_profile: bool = True


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
    transcoding_fails: bool = False
    image_set_id: str | None = None
    image_index: int | None = Field(None, ge=1)
    image_total: int | None = Field(None, ge=2)

    def image_set(self) -> Json:
        """What an image says of those sent with it; LINE for Android up to 11.15 tells their set only."""
        if self.image_set_id is None:
            return {}
        facts = {"id": self.image_set_id, "index": self.image_index, "total": self.image_total}
        return {"imageSet": {name: fact for name, fact in facts.items() if fact is not None}}


@router.get("")
async def learners(platform: PlatformOf) -> list[Json]:
    return [_view(platform, learner) for learner in platform.learners.values()]


@router.post("")
async def add_learner(platform: PlatformOf, body: NewLearner = NewLearner()) -> Json:
    return _view(platform, platform.add_learner(body.display_name, shares_profile=body.shares_profile))


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
    chat.thread.rich_menu_id = None  # LINE tells nothing of it: whoever relies on it is found out
    chat.platform.changes.publish(chat.thread, "rich_menu")
    return {"webhook_event_id": chat.emit({"type": "unfollow"}, replyable=False)}


@router.post("/{uid}/unblock")
async def unblock(chat: OneToOne) -> Json:
    if not chat.thread.blocks_account:
        raise DeskError(400, "the learner hasn't blocked this account")
    return await follow(chat)


@router.post("/{uid}/messages")
async def send_message(chat: ChatOf, body: LearnerMessage) -> Json:
    chat.require_open()
    quoted_id = None if isinstance(body, LocationMessage) else body.quote_message_id
    if quoted_id and chat.thread.item(quoted_id) is None:
        raise DeskError(404, "no such message to quote")
    content = chat.content(body)
    item = chat.say({"type": body.type, **content}, quoted_id=quoted_id)
    return chat.send(item, content)


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
        **query.model_dump(exclude=_NOT_OF_THE_FILE),
    )
    facts = media_facts(media)
    provider = {} if query.type == "file" else {"contentProvider": {"type": "line"}}
    item = chat.say({"type": query.type, **facts}, message_id=message_id, media=media)
    return chat.send(item, facts | provider | query.image_set())


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
