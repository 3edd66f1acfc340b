import asyncio
import json
import re
import threading
from pathlib import Path

import httpx
import pytest

from simulator.line import webhooks
from simulator.line.client import Desk, Learner
from simulator.line.config import LineConfig
from simulator.line.state import Platform
from simulator.line.webhooks import Webhooks, sign
from tests.simulator.line.harness import LOGIN_SECRET, TOKEN, Bot, Receiver, channel, text, until
from tests.system import SHIPPED_BUDGET

JSON = dict[str, object]


def test_signature_matches_lines_published_vector() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert sign("8c570fa6dd201bb328f1c1eac23a96d8", body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_every_delivery_is_signed_over_its_raw_bytes(friend: Learner, receiver: Receiver) -> None:
    friend.text("玉ねぎを炒めました🍳")
    receiver.wait(2)
    assert receiver.verifies()
    assert "玉ねぎ".encode() in receiver.bodies[1], "text isn't escaped, so a bot must check the raw bytes"


def test_follow_event_has_the_common_properties(friend: Learner, receiver: Receiver) -> None:
    body = json.loads(receiver.bodies[0])
    event = body["events"][0]
    assert body["destination"] == "U" + "1" * 32
    assert event["type"] == "follow"
    assert event["follow"] == {"isUnblocked": False}
    assert event["mode"] == "active"
    assert event["source"] == {"type": "user", "userId": friend.user_id}
    assert event["deliveryContext"] == {"isRedelivery": False}
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", event["webhookEventId"])
    assert event["replyToken"]


def test_unfollow_and_unsend_carry_no_reply_token(friend: Learner, receiver: Receiver) -> None:
    message = friend.text("まちがえた")
    friend.unsend(str(message.message_id))
    friend.block()
    unsend, unfollow = receiver.wait_for("unsend"), receiver.wait_for("unfollow")
    assert unsend["unsend"] == {"messageId": message.message_id}
    assert "replyToken" not in unsend
    assert "replyToken" not in unfollow


def test_unblocking_is_a_follow_that_says_so(friend: Learner, receiver: Receiver) -> None:
    friend.block()
    friend.unblock()
    assert receiver.wait(3)[2]["follow"] == {"isUnblocked": True}


def test_one_learners_events_arrive_in_order(friend: Learner, receiver: Receiver) -> None:
    for number in range(10):
        friend.text(str(number))
    words = [e["message"]["text"] for e in receiver.wait(11)[1:]]
    assert words == [str(number) for number in range(10)]


def test_a_slow_bot_holds_up_one_learners_next_event_only(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    receiver.block = threading.Event()
    friend.text("ひとつ目")
    friend.text("ふたつ目")
    desk.learner("たろう").text("ほかの人")
    words = {e["message"]["text"] for e in receiver.wait(3)[1:]}
    assert words == {"ひとつ目", "ほかの人"}
    receiver.block.set()
    assert receiver.wait(4)[3]["message"]["text"] == "ふたつ目"


def test_an_answer_after_two_seconds_counts_as_failed(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "TIME_BUDGET_SECONDS", SHIPPED_BUDGET)
    receiver.block = threading.Event()
    delivery = desk.webhooks([])
    assert delivery.status is None
    assert delivery.error == "request_timeout"
    assert delivery.duration_ms >= 1990, "the event loop's timer may be a little early"


def test_failed_deliveries_come_again_unchanged_when_redelivery_is_on(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    desk.webhook_behaviour(redelivery=True)
    receiver.statuses = [500, 503]
    friend.text("もう一度")
    first, second, third = receiver.wait(4)[1:]
    assert not first["deliveryContext"]["isRedelivery"]
    assert second["deliveryContext"]["isRedelivery"]
    for again in (second, third):
        assert {**again, "deliveryContext": None} == {**first, "deliveryContext": None}


def test_failed_deliveries_are_lost_when_redelivery_is_off(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    friend.text("消える")
    friend.text("とどく")
    receiver.wait(3)
    assert [e["message"]["text"] for e in receiver.events()[1:]] == ["消える", "とどく"]
    failures = [c for c in desk.log(direction="LINE→bot") if c.status == 500]
    assert len(failures) == 1


def test_duplicates_are_the_same_event_again(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    desk.webhook_behaviour(duplicates=2)
    friend.text("さんかい")
    events = receiver.wait(4)[1:]
    assert events[0] == events[1] == events[2]


def test_held_webhooks_are_released_in_reverse(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    desk.hold()
    for word in "あいう":
        friend.text(word)
    assert len(receiver.events()) == 1
    assert desk.release("reverse") == 3
    assert [e["message"]["text"] for e in receiver.wait(4)[1:]] == ["う", "い", "あ"]


def test_a_batch_holds_several_learners_in_one_body(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    desk.hold()
    other = desk.learner("たろう")
    friend.text("はな")
    other.text("たろう")
    desk.release("batch")
    receiver.wait(3)
    events = json.loads(receiver.bodies[1])["events"]
    assert [e["source"]["userId"] for e in events] == [friend.user_id, other.user_id]


def test_redelivering_by_hand_keeps_token_and_timestamp(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    message = friend.text("どうぞ")
    receiver.wait(2)
    deliveries = desk.redeliver(str(message.webhook_event_id), times=2)
    assert [d.status for d in deliveries] == [200, 200]
    first, *again = receiver.events()[1:]
    assert [e["deliveryContext"]["isRedelivery"] for e in again] == [True, True]
    assert {e["replyToken"] for e in again} == {first["replyToken"]}


def test_a_redelivery_gives_an_unused_reply_token_a_new_minute(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    message = friend.text("おそい")
    token = receiver.wait(2)[1]["replyToken"]
    desk.advance_clock(120)
    assert bot.reply(token, text()).status_code == 400
    desk.redeliver(str(message.webhook_event_id))
    assert bot.reply(token, text()).status_code == 200


def test_a_redelivery_after_twenty_minutes_revives_no_token(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    message = friend.text("おそすぎ")
    token = receiver.wait(2)[1]["replyToken"]
    desk.advance_clock(21 * 60)
    desk.redeliver(str(message.webhook_event_id))
    assert bot.reply(token, text()).json() == {"message": "Invalid reply token"}


def test_exactly_these_events_are_posted(desk: Desk, receiver: Receiver) -> None:
    event: JSON = {"type": "brandNew", "surprise": True}
    delivery = desk.webhooks([event], channel="videos")
    assert delivery.status == 200
    assert json.loads(receiver.bodies[0]) == {"destination": "U" + "2" * 32, "events": [event]}


def test_webhook_endpoint_can_be_tested_read_and_moved(bot: Bot, receiver: Receiver) -> None:
    answer = bot.post("/v2/bot/channel/webhook/test", {})
    assert answer.json()["success"] is True
    assert answer.json()["statusCode"] == 200
    assert json.loads(receiver.bodies[0])["events"] == []
    nowhere = "http://127.0.0.1:1/hook"
    answer = bot.http.put("/v2/bot/channel/webhook/endpoint", json={"endpoint": nowhere})
    assert answer.status_code == 200
    assert bot.get("/v2/bot/channel/webhook/endpoint").json() == {"endpoint": nowhere, "active": True}
    outcome = bot.post("/v2/bot/channel/webhook/test").json()
    assert (outcome["success"], outcome["reason"]) == (False, "COULD_NOT_CONNECT")


@pytest.mark.parametrize("endpoint", ["http://example.com/hook", "ftp://127.0.0.1/", "", None])
def test_webhook_endpoint_must_be_https_beyond_this_machine(bot: Bot, endpoint: str | None) -> None:
    answer = bot.http.put("/v2/bot/channel/webhook/endpoint", json={"endpoint": endpoint})
    assert answer.status_code == 400


def test_the_log_shows_deliveries_in_order_with_their_outcome(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    friend.text("ログ")
    receiver.wait(2)
    crossings = until(
        lambda: [c for c in desk.log(direction="LINE→bot") if c.status == 200 and c.seq == 2], "the delivery"
    )
    assert crossings[0].request["events"][0]["message"]["text"] == "ログ"
    assert crossings[0].headers["x-line-signature"]


def test_a_delivery_that_the_event_loop_breaks_off_counts_as_failed(tmp_path: Path) -> None:
    # What a bot that dies in the middle of a kept connection looks like under uvloop, on and off.
    def break_off(_: httpx.Request) -> httpx.Response:
        raise RuntimeError("unable to perform operation; the handler is closed")

    config = LineConfig(
        channels=[channel("one", "http://127.0.0.1:1/webhooks/line", TOKEN, 1)],
        login_channel_id="2000000099",
        login_channel_secret=LOGIN_SECRET,
        media_dir=tmp_path,
    )
    platform = Platform(config)
    client = httpx.AsyncClient(transport=httpx.MockTransport(break_off))
    webhooks = Webhooks(platform, client)
    outcome = asyncio.run(webhooks.post(platform.channel("one"), []))
    assert (outcome.ok, outcome.error) == (False, "unclassified")
