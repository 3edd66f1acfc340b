"""LINE's own SDK takes the simulator for the platform: what it sends is taken, what it gets it understands."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    FlexContainer,
    FlexMessage,
    PushMessageRequest,
    ReplyMessageRequest,
    RichMenuRequest,
    ShowLoadingAnimationRequest,
    TextMessage,
    VideoMessage,
)
from linebot.v3.models import UnknownEvent
from linebot.v3.webhook import WebhookParser
from PIL import Image

from simulator.line.client import Desk, Learner
from tests.simulator.line.harness import SECRET, TOKEN, Bot, Receiver, text

T = TypeVar("T")
BUBBLE = {
    "type": "bubble",
    "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "肉じゃが"}]},
}


def with_sdk(desk: Desk, act: Callable[[AsyncApiClient], Awaitable[T]]) -> T:
    async def run() -> T:
        async with AsyncApiClient(Configuration(access_token=TOKEN, host=desk.base_url)) as client:
            return await act(client)

    return asyncio.run(run())


def test_sending_with_the_sdk(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    token = receiver.wait_for("follow")["replyToken"]
    key = str(uuid4())
    messages = [
        TextMessage(text="こんにちは"),
        FlexMessage(altText="料理", contents=FlexContainer.from_dict(BUBBLE)),
        VideoMessage(
            originalContentUrl="https://m.example/v.mp4",
            previewImageUrl="https://m.example/p.jpg",
            trackingId="s-1",
        ),
    ]

    async def act(client: AsyncApiClient) -> ApiException:
        api = AsyncMessagingApi(client)
        await api.reply_message(ReplyMessageRequest(replyToken=token, messages=messages[:1]))
        request = PushMessageRequest(to=friend.user_id, messages=messages)
        answer = await api.push_message(request, x_line_retry_key=key)
        assert len(answer.sent_messages) == 3
        await api.show_loading_animation(ShowLoadingAnimationRequest(chatId=friend.user_id, loadingSeconds=5))
        assert (await api.get_profile(friend.user_id)).display_name == "はな"
        assert (await api.get_message_quota_consumption()).total_usage == 1
        assert (await api.get_bot_info()).display_name == "Moment coaching"
        with pytest.raises(ApiException) as refusal:
            await api.push_message(request, x_line_retry_key=key)
        return refusal.value

    refusal = with_sdk(desk, act)
    assert refusal.status == 409
    assert len(json.loads(refusal.body)["sentMessages"]) == 3
    assert [b.type for b in friend.thread().from_bot] == ["text", "text", "flex", "video"]


def test_a_rich_menu_with_the_sdk(desk: Desk, friend: Learner) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (2500, 843), "white").save(picture, "PNG")
    definition = {
        "size": {"width": 2500, "height": 843},
        "selected": False,
        "name": "m",
        "chatBarText": "メニュー",
        "areas": [
            {
                "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
                "action": {"type": "uri", "label": "撮る", "uri": "https://line.me/R/nv/camera/"},
            }
        ],
    }

    async def act(client: AsyncApiClient) -> None:
        api = AsyncMessagingApi(client)
        menu = await api.create_rich_menu(RichMenuRequest.from_dict(definition))
        await AsyncMessagingApiBlob(client).set_rich_menu_image(
            menu.rich_menu_id, body=picture.getvalue(), _headers={"Content-Type": "image/png"}
        )
        await api.set_default_rich_menu(menu.rich_menu_id)

    with_sdk(desk, act)
    assert friend.tap("撮る").uri == "https://line.me/R/nv/camera/"


def test_the_sdk_knows_every_event(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"clip")
    friend.text("はい")
    friend.sticker()
    friend.location(35.0, 139.0)
    for send in (friend.video, friend.audio, friend.image, friend.file):
        send(path)
    friend.liff_messages([text("LIFFから")])
    friend.postback("d", params={"date": "2026-11-22"})
    urls = {"originalContentUrl": "https://m.example/v.mp4", "previewImageUrl": "https://m.example/p.jpg"}
    bot.push(friend.user_id, {"type": "video", "trackingId": "t", **urls})
    friend.video_complete()
    friend.unsend(friend.thread().bubbles[0].id)
    friend.block()
    receiver.wait(13)
    parser = WebhookParser(SECRET)
    events = [
        event
        for body, signature in zip(receiver.bodies, receiver.signatures, strict=True)
        for event in parser.parse(body.decode(), signature)
    ]
    assert len(events) == 13
    assert not [e for e in events if isinstance(e, UnknownEvent)]
