"""The desk: what can be seen — channels, a learner's thread and its changes, files."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response, StreamingResponse

from simulator.http.errors import DeskError
from simulator.line.chats import ChatOf
from simulator.line.content import media_facts
from simulator.line.previews import preview_of
from simulator.line.requests import PlatformOf
from simulator.line.rich_menus import menu_of
from simulator.line.state import Channel, Json, Media, Platform, Thread, ThreadItem

KEEP_ALIVE_SECONDS = 15.0

router = APIRouter(prefix="/desk")


@router.get("/channels")
async def channels(platform: PlatformOf) -> list[Json]:
    return [
        {"name": c.name, "display_name": c.config.display_name, "bot_user_id": c.config.bot_user_id}
        for c in platform.channels.values()
    ]


@router.get("/learners/{uid}/thread")
async def thread(chat: ChatOf) -> Json:
    items = item_views(chat.thread)
    now, until = chat.platform.clock.now_ms(), chat.thread.loading_until_ms
    return {
        "items": items,
        "loading_until": chat.platform.clock.wall_ms(until) if until and until > now else None,
        "rich_menu": None if chat.group else _menu_view(chat.channel, chat.thread),
        "quick_reply": items[-1]["quick_reply"] if items else None,
    }


@router.get("/learners/{uid}/events")
async def events(uid: str, platform: PlatformOf) -> StreamingResponse:
    platform.learner(uid)
    return StreamingResponse(
        _event_stream(platform, uid), media_type="text/event-stream", headers={"cache-control": "no-store"}
    )


@router.get("/content/{message_id}")
async def learner_file(message_id: str, platform: PlatformOf) -> FileResponse:
    media = _media_of(platform, message_id)
    return FileResponse(
        media.path, media_type=media.content_type, filename=media.file_name, content_disposition_type="inline"
    )


@router.get("/content/{message_id}/preview")
async def learner_preview(message_id: str, platform: PlatformOf) -> Response:
    image = await asyncio.to_thread(preview_of, _media_of(platform, message_id))
    if image is None:
        raise DeskError(404, "no preview of this file")
    return Response(image, media_type="image/jpeg", headers={"cache-control": "max-age=3600"})


@router.get("/rich-menus/{channel_name}/{menu_id}/image")
async def rich_menu_image(channel_name: str, menu_id: str, platform: PlatformOf) -> Response:
    menu = platform.channel(channel_name).rich_menus.get(menu_id)
    if menu is None or menu.image is None:
        raise DeskError(404, "no such rich menu image")
    return Response(menu.image, media_type=menu.image_type)


def item_views(thread: Thread) -> list[Json]:
    """The bubbles; quick replies show on the newest only."""
    views = [_item_view(thread, item) for item in thread.items]
    if views:
        views[-1]["quick_reply"] = thread.items[-1].message.get("quickReply")
    return views


async def _event_stream(platform: Platform, uid: str) -> AsyncIterator[str]:
    yield ": open\n\n"
    async for change in platform.changes.watch(uid, KEEP_ALIVE_SECONDS):
        if change is None:
            yield ": still here\n\n"
        else:
            yield f"event: change\ndata: {json.dumps(asdict(change))}\n\n"


def _media_of(platform: Platform, message_id: str) -> Media:
    item = platform.items.get(message_id)
    if item is None or item.media is None or not item.media.path.exists():
        raise DeskError(404, "no such file")
    return item.media


def _item_view(thread: Thread, item: ThreadItem) -> Json:
    view: Json = {
        "id": item.id,
        "seq": item.seq,
        "from": item.author,
        "user_id": item.user_id,
        "at": item.at_ms,
        "message": _message_view(item),
        "sender": item.message.get("sender") or {},
        "quick_reply": None,
        "via": item.via,
        "read": item.author == "learner" and _is_read(thread, item),
    }
    if item.quoted_id:
        original = thread.item(item.quoted_id)
        view["quoted"] = {"id": item.quoted_id, "text": _summary(original.message) if original else None}
    return view


def _message_view(item: ThreadItem) -> Json:
    if item.media is None:
        return item.message
    url = f"/desk/content/{item.id}"
    view = {"type": item.media.kind, "id": item.id, **media_facts(item.media), "content_url": url}
    if item.media.kind in ("image", "video"):
        view["preview_url"] = f"{url}/preview"
    return view


def _is_read(thread: Thread, item: ThreadItem) -> bool:
    """markAsRead reaches up to its message; ids rise with time, and the message itself may be unsent by now."""
    return thread.read_up_to is not None and int(item.id) <= int(thread.read_up_to)


def _summary(message: dict[str, Any]) -> str:
    words = message.get("text") or message.get("altText") or message.get("fileName")
    names = {
        "video": "動画",
        "audio": "ボイスメッセージ",
        "image": "写真",
        "sticker": "スタンプ",
        "location": "位置情報",
    }
    return str(words or names.get(message["type"], message["type"]))


def _menu_view(channel: Channel, thread: Thread) -> Json | None:
    menu = menu_of(channel, thread)
    if menu is None:
        return None
    image_url = f"/desk/rich-menus/{channel.name}/{menu.id}/image"
    return {"richMenuId": menu.id, **menu.definition, "image_url": image_url}
