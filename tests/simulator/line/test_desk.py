import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.line.client import Desk, DeskCallError, Learner, NoSuchLabelError
from simulator.line.config import LineConfig
from tests.simulator.line.harness import Bot, Receiver, text


def quick_replies(*labels: str) -> dict[str, Any]:
    return {
        "items": [
            {
                "type": "action",
                "action": {
                    "type": "postback",
                    "label": label,
                    "data": f"d={label}",
                    "displayText": f"{label}!",
                },
            }
            for label in labels
        ]
    }


def card(*actions: dict[str, Any]) -> dict[str, Any]:
    contents = [{"type": "text", "text": "肉じゃが"}, *({"type": "button", "action": a} for a in actions)]
    body = {"type": "box", "layout": "vertical", "contents": contents}
    return {"type": "flex", "altText": "今日の料理", "contents": {"type": "bubble", "body": body}}


def test_a_learner_is_the_same_in_every_channel(desk: Desk, friend: Learner) -> None:
    view = desk.call("GET", "/learners")[0]
    assert view["user_id"] == friend.user_id
    assert view["channels"] == {
        "coaching": {"friend": True, "blocked": False},
        "videos": {"friend": False, "blocked": False},
    }
    friend.on("videos").text("動画の部屋")
    assert friend.thread().bubbles == []
    assert [b.text for b in friend.on("videos").thread().bubbles] == ["動画の部屋"]


def test_tapping_a_quick_reply_posts_back_and_shows_its_words(
    bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    bot.push(friend.user_id, text("辛さは？", quickReply=quick_replies("はい", "いいえ")))
    assert friend.thread().labels() == ["はい", "いいえ"]
    tap = friend.tap("いいえ")
    assert tap.type == "postback"
    assert receiver.wait_for("postback")["postback"] == {"data": "d=いいえ"}
    last = friend.thread().last
    assert last is not None
    assert (last.author, last.text) == ("learner", "いいえ!")


def test_quick_replies_vanish_with_a_newer_bubble(bot: Bot, friend: Learner) -> None:
    bot.push(friend.user_id, text("?", quickReply=quick_replies("はい")))
    bot.push(friend.user_id, text("もうひとつ"))
    assert friend.thread().labels() == []
    with pytest.raises(NoSuchLabelError, match="もうひとつ"):
        friend.tap("はい")


def test_tapping_card_buttons(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    bot.push(
        friend.user_id,
        card(
            {"type": "message", "label": "作る", "text": "作ります"},
            {"type": "uri", "label": "見る", "uri": "https://media.example/"},
            {"type": "datetimepicker", "label": "日を選ぶ", "data": "day", "mode": "date"},
        ),
    )
    bubble = friend.thread().from_bot[0]
    assert (bubble.text, bubble.alt_text) == ("肉じゃが", "今日の料理")
    assert bubble.labels() == ["作る", "見る", "日を選ぶ"]
    friend.tap("作る")
    assert receiver.wait_for("message")["message"]["text"] == "作ります"
    assert friend.tap("見る").uri == "https://media.example/"
    friend.tap("日を選ぶ", params={"date": "2026-11-23"})
    assert receiver.wait_for("postback")["postback"] == {"data": "day", "params": {"date": "2026-11-23"}}


def test_the_newest_of_two_equal_labels_is_tapped(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    for number in (1, 2):
        bot.push(friend.user_id, card({"type": "postback", "label": "選ぶ", "data": f"n={number}"}))
    friend.tap("選ぶ")
    assert receiver.wait_for("postback")["postback"]["data"] == "n=2"


def test_a_watched_video_reports_its_tracking_id(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    urls = {"originalContentUrl": "https://m.example/v.mp4", "previewImageUrl": "https://m.example/p.jpg"}
    bot.push(friend.user_id, {"type": "video", **urls})
    assert friend.video_complete().webhook_event_id is None
    bot.push(friend.user_id, {"type": "video", "trackingId": "session-7", **urls})
    friend.video_complete()
    event = receiver.wait_for("videoPlayComplete")
    assert event["videoPlayComplete"] == {"trackingId": "session-7"}
    assert bot.reply(event["replyToken"], text("おつかれさま")).status_code == 200


def test_stickers_and_places_arrive(friend: Learner, receiver: Receiver) -> None:
    friend.sticker("446", "1988")
    friend.location(35.68, 139.76, title="台所")
    sticker, place = (e["message"] for e in receiver.wait(3)[1:])
    assert (sticker["packageId"], sticker["stickerId"]) == ("446", "1988")
    assert (place["title"], place["latitude"]) == ("台所", 35.68)
    assert "address" not in place


def test_senders_are_shown(bot: Bot, friend: Learner) -> None:
    bot.push(friend.user_id, text(sender={"name": "コーチ"}))
    assert friend.thread().from_bot[0].sender_name == "コーチ"


def test_a_blocked_account_takes_no_messages(friend: Learner) -> None:
    friend.block()
    with pytest.raises(DeskCallError, match="blocked"):
        friend.text("もしもし")


def test_waiting_in_vain_shows_what_the_learner_sees(bot: Bot, friend: Learner) -> None:
    bot.push(friend.user_id, text("まだです"))
    with pytest.raises(TimeoutError, match="まだです"):
        friend.wait_for_text("できました", timeout=0.1)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/learners/U0/follow", None, 404),
        ("/redeliver", {"webhook_event_id": "x"}, 404),
        ("/clock", {"advance_seconds": -1}, 400),
        ("/quota", {"type": "plenty"}, 400),
        ("/nothing", {}, 404),
    ],
)
def test_wrong_calls_are_told_as_json(desk: Desk, path: str, body: Any, status: int) -> None:
    answer = httpx.post(desk.base_url + "/desk" + path, json=body)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


def test_changes_are_streamed_as_they_happen(desk: Desk, bot: Bot, friend: Learner) -> None:
    with httpx.stream("GET", f"{desk.base_url}/desk/learners/{friend.user_id}/events", timeout=10) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": open"
        bot.post("/v2/bot/chat/loading/start", {"chatId": friend.user_id, "loadingSeconds": 5})
        bot.push(friend.user_id, text())
        message = friend.text("はい")
        friend.unsend(str(message.message_id))
        changes = []
        for line in lines:
            if line.startswith("data: "):
                changes.append(json.loads(line.removeprefix("data: ")))
            if len(changes) == 4:
                break
    assert [c["kind"] for c in changes] == ["loading", "message", "message", "unsend"]
    assert {c["channel"] for c in changes} == {"coaching"}
    assert [c["seq"] for c in changes] == sorted(c["seq"] for c in changes)


def test_the_process_starts_and_ends_promptly_with_an_open_stream(config: LineConfig, tmp_path: Path) -> None:
    file = tmp_path / "simulator.json"
    file.write_text(config.model_dump_json())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "simulator.line", "--port", str(port), "--config", str(file)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        with Desk(f"http://127.0.0.1:{port}") as desk:
            desk.wait_until_ready(30)
            learner = desk.learner()
            events = f"{desk.base_url}/desk/learners/{learner.user_id}/events"
            with httpx.stream("GET", events, timeout=10) as stream:
                lines = stream.iter_lines()  # kept: a dropped iterator would close the stream
                assert next(lines) == ": open"
                start = time.monotonic()
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate(timeout=10)
        assert time.monotonic() - start < 2
        assert errors == b""
    finally:
        process.kill()
        process.wait()
