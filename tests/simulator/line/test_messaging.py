import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from simulator.line.client import Desk, Learner
from tests.simulator.line.harness import SECOND_TOKEN, SECRET, TOKEN, Bot, Receiver, text, until

UNKNOWN = "U" + "f" * 32


def test_a_reply_reaches_the_thread_free_of_charge(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    token = receiver.wait_for("follow")["replyToken"]
    answer = bot.reply(token, text("ようこそ"), text("はじめましょう"))
    assert answer.status_code == 200
    messages = answer.json()["sentMessages"]
    bubbles = friend.thread().bubbles
    assert [b.id for b in bubbles] == [m["id"] for m in messages]
    assert all(m["id"].isdigit() and m["quoteToken"] for m in messages)
    assert [(b.text, b.via) for b in bubbles] == [("ようこそ", "reply"), ("はじめましょう", "reply")]
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 0}


def test_a_reply_token_works_once(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    token = receiver.wait_for("follow")["replyToken"]
    assert bot.reply(token, text()).status_code == 200
    again = bot.reply(token, text())
    assert (again.status_code, again.json()) == (400, {"message": "Invalid reply token"})


def test_a_reply_token_lives_a_minute(desk: Desk, bot: Bot, friend: Learner, receiver: Receiver) -> None:
    first = receiver.wait_for("follow")["replyToken"]
    desk.advance_clock(58)
    assert bot.reply(first, text()).status_code == 200
    friend.text("つぎ")
    second = receiver.wait(2)[1]["replyToken"]
    desk.advance_clock(61)
    assert bot.reply(second, text()).json() == {"message": "Invalid reply token"}


def test_a_refused_reply_leaves_the_token_alive(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    token = receiver.wait_for("follow")["replyToken"]
    assert bot.reply(token, text("")).status_code == 400
    assert bot.reply(token, text()).status_code == 200


def test_a_reply_token_belongs_to_its_channel(
    bot_with: Callable[[str], Bot], friend: Learner, receiver: Receiver
) -> None:
    token = receiver.wait_for("follow")["replyToken"]
    assert bot_with(SECOND_TOKEN).reply(token, text()).json() == {"message": "Invalid reply token"}


def test_a_retry_key_on_a_reply_is_refused(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    token = receiver.wait_for("follow")["replyToken"]
    assert bot.reply(token, text(), x_line_retry_key=str(uuid.uuid4())).status_code == 400
    assert bot.reply(token, text()).status_code == 200


def test_a_push_counts_one_whatever_its_objects(bot: Bot, friend: Learner) -> None:
    answer = bot.push(friend.user_id, *[text(str(n)) for n in range(5)])
    assert len(answer.json()["sentMessages"]) == 5
    assert friend.thread().from_bot[-1].via == "push"
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 1}


def test_the_same_retry_key_sends_once(bot: Bot, friend: Learner) -> None:
    key = str(uuid.uuid4())
    first = bot.push(friend.user_id, text(), x_line_retry_key=key)
    again = bot.push(friend.user_id, text(), x_line_retry_key=key.upper())
    assert again.status_code == 409
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert again.json() == {
        "message": "The retry key is already accepted",
        "sentMessages": first.json()["sentMessages"],
    }
    assert len(friend.thread().from_bot) == 1
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 1}


def test_a_retry_key_is_forgotten_after_a_day(desk: Desk, bot: Bot, friend: Learner) -> None:
    key = str(uuid.uuid4())
    bot.push(friend.user_id, text(), x_line_retry_key=key)
    desk.advance_clock(24 * 3600 - 30)
    assert bot.push(friend.user_id, text(), x_line_retry_key=key).status_code == 409
    desk.advance_clock(60)
    assert bot.push(friend.user_id, text(), x_line_retry_key=key).status_code == 200
    assert len(friend.thread().from_bot) == 2


def test_a_refused_push_does_not_take_the_retry_key(bot: Bot, friend: Learner) -> None:
    key = str(uuid.uuid4())
    assert bot.push(friend.user_id, text(""), x_line_retry_key=key).status_code == 400
    assert bot.push(friend.user_id, text(), x_line_retry_key=key).status_code == 200


def test_a_retry_key_must_be_a_uuid(bot: Bot, friend: Learner) -> None:
    assert bot.push(friend.user_id, text(), x_line_retry_key="again").status_code == 400


def test_the_monthly_limit_is_terminal_and_spares_replies(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    desk.quota(200, usage=199)
    assert bot.push(friend.user_id, text()).status_code == 200
    refusal = bot.push(friend.user_id, text())
    assert refusal.status_code == 429
    assert refusal.json() == {"message": "You have reached your monthly limit."}
    assert bot.get("/v2/bot/message/quota").json() == {"type": "limited", "value": 200}
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 200}
    assert bot.reply(receiver.wait_for("follow")["replyToken"], text()).status_code == 200
    desk.quota(None)
    assert bot.get("/v2/bot/message/quota").json() == {"type": "none"}
    assert bot.push(friend.user_id, text()).status_code == 200


def test_a_push_to_who_blocked_the_account_is_accepted_unseen_and_uncounted(
    bot: Bot, friend: Learner
) -> None:
    friend.block()
    answer = bot.push(friend.user_id, text())
    assert answer.status_code == 200
    assert answer.json()["sentMessages"][0]["id"]
    assert friend.thread().bubbles == []
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 0}


def test_a_stranger_is_reached_for_seven_days_after_writing(desk: Desk, bot: Bot) -> None:
    stranger = desk.learner("とおりすがり")
    bot.push(stranger.user_id, text("届かない"))
    assert stranger.thread().from_bot == []
    stranger.text("こんにちは")
    bot.push(stranger.user_id, text("届く"))
    desk.advance_clock(7 * 24 * 3600 + 60)
    bot.push(stranger.user_id, text("もう届かない"))
    assert [b.text for b in stranger.thread().from_bot] == ["届く"]


def test_addresses_are_checked(bot: Bot) -> None:
    answer = bot.push("hana", text())
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The property, 'to', in the request body is invalid")
    assert bot.push(UNKNOWN, text()).json() == {"message": "Failed to send messages"}


def test_multicast_reaches_all_and_counts_each(desk: Desk, bot: Bot, friend: Learner) -> None:
    other = desk.learner("たろう")
    other.follow()
    key = str(uuid.uuid4())
    body = {"to": [friend.user_id, other.user_id, UNKNOWN], "messages": [text("みなさん")]}
    answer = bot.post("/v2/bot/message/multicast", body, x_line_retry_key=key)
    assert (answer.status_code, answer.json()) == (200, {})
    assert [b.text for b in other.thread().from_bot] == ["みなさん"]
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 2}
    again = bot.post("/v2/bot/message/multicast", body, x_line_retry_key=key)
    assert (again.status_code, again.json()) == (409, {"message": "The retry key is already accepted"})
    too_many = bot.post("/v2/bot/message/multicast", {"to": [UNKNOWN] * 501, "messages": [text()]})
    assert too_many.status_code == 400
    wrong = bot.post("/v2/bot/message/multicast", {"to": [friend.user_id, "x"], "messages": [text()]})
    assert "to[1]" in wrong.json()["message"]


def test_deliveries_are_counted_by_japanese_day(bot: Bot, friend: Learner) -> None:
    bot.push(friend.user_id, text())
    today = (datetime.now(UTC) + timedelta(hours=9)).strftime("%Y%m%d")
    answer = bot.get("/v2/bot/message/delivery/push", params={"date": today}).json()
    assert answer == {"status": "ready", "success": 1}
    assert bot.get("/v2/bot/message/delivery/push", params={"date": "today"}).status_code == 400


def test_the_bot_quotes_a_learners_message(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    question = friend.text("これでいい？")
    quote = receiver.wait(2)[1]["message"]["quoteToken"]
    assert bot.push(friend.user_id, text("はい", quoteToken=quote)).status_code == 200
    assert friend.thread().from_bot[0].quoted_id == question.message_id


def test_a_quote_token_works_in_its_own_chat_only(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    friend.text("ひみつ")
    quote = receiver.wait(2)[1]["message"]["quoteToken"]
    other = desk.learner("たろう")
    other.follow()
    refusal = bot.push(other.user_id, text("x", quoteToken=quote))
    assert refusal.status_code == 400
    assert refusal.json()["details"][0]["property"] == "messages[0].quoteToken"


def test_a_learner_quotes_the_bots_video(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    urls = {"originalContentUrl": "https://e.example/v.mp4", "previewImageUrl": "https://e.example/p.jpg"}
    video = bot.push(friend.user_id, {"type": "video", **urls}).json()["sentMessages"][0]
    friend.text("1:20のところ", quote=video["id"])
    message = receiver.wait(2)[1]["message"]
    assert message["quotedMessageId"] == video["id"]


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", "Basic " + TOKEN])
def test_a_wrong_token_is_401_in_lines_shape(bot: Bot, authorization: str | None) -> None:
    del bot.http.headers["authorization"]
    headers = {"authorization": authorization} if authorization else {}
    answer = bot.get("/v2/bot/info", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("Authentication failed due to the following reason: ")


def test_stateless_tokens_live_fifteen_minutes(desk: Desk, bot: Bot, bot_with: Callable[[str], Bot]) -> None:
    form = {"grant_type": "client_credentials", "client_id": "2000000001", "client_secret": SECRET}
    token = bot.http.post("/oauth2/v3/token", data=form).json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
    fresh = bot_with(token["access_token"])
    assert fresh.get("/v2/bot/info").json()["displayName"] == "Moment coaching"
    desk.advance_clock(901)
    assert fresh.get("/v2/bot/info").status_code == 401


def test_token_errors_have_the_oauth_shape(bot: Bot) -> None:
    form = {"grant_type": "client_credentials", "client_id": "2000000001", "client_secret": "wrong"}
    answer = bot.http.post("/oauth2/v3/token", data=form)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}


def test_the_profile_is_gone_when_blocked_or_unknown(desk: Desk, bot: Bot, friend: Learner) -> None:
    path = f"/v2/bot/profile/{friend.user_id}"
    assert bot.get(path).json() == {
        "userId": friend.user_id,
        "displayName": "はな",
        "language": "ja",
    }
    friend.block()
    assert (bot.get(path).status_code, bot.get(path).json()) == (404, {"message": "Not found"})
    assert bot.get(f"/v2/bot/profile/{UNKNOWN}").status_code == 404
    assert bot.get("/v2/bot/profile/hana").status_code == 400
    stranger = desk.learner()
    assert bot.get(f"/v2/bot/profile/{stranger.user_id}").status_code == 404
    stranger.text("はじめまして")
    assert bot.get(f"/v2/bot/profile/{stranger.user_id}").status_code == 200


def test_the_loading_animation_ends_with_the_next_message(bot: Bot, friend: Learner) -> None:
    body = {"chatId": friend.user_id, "loadingSeconds": 60}
    answer = bot.post("/v2/bot/chat/loading/start", body)
    assert (answer.status_code, answer.json()) == (202, {})
    assert friend.thread().loading_until_ms
    bot.push(friend.user_id, text())
    assert friend.thread().loading_until_ms is None


def test_the_loading_animation_ends_with_its_time(desk: Desk, bot: Bot, friend: Learner) -> None:
    bot.post("/v2/bot/chat/loading/start", {"chatId": friend.user_id, "loadingSeconds": 5})
    desk.advance_clock(6)
    assert friend.thread().loading_until_ms is None


@pytest.mark.parametrize("seconds", [0, 4, 7, 65, "20", True, 5.0])
def test_loading_seconds_are_multiples_of_five_up_to_sixty(
    bot: Bot, friend: Learner, seconds: object
) -> None:
    answer = bot.post("/v2/bot/chat/loading/start", {"chatId": friend.user_id, "loadingSeconds": seconds})
    assert answer.status_code == 400
    assert answer.json()["details"][0]["property"] == "loadingSeconds"


def test_mark_as_read_reaches_up_to_its_message(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    for words in ("いち", "に", "さん"):
        friend.text(words)
    token = receiver.wait(4)[2]["message"]["markAsReadToken"]
    assert bot.post("/v2/bot/chat/markAsRead", {"markAsReadToken": token}).status_code == 200
    assert [b.read for b in friend.thread().bubbles] == [True, True, False]
    refusal = bot.post("/v2/bot/chat/markAsRead", {"markAsReadToken": "nothing"})
    assert refusal.status_code == 400


def test_a_body_over_two_megabytes_is_413(bot: Bot, friend: Learner) -> None:
    assert bot.push(friend.user_id, text("あ" * 1_000_000)).status_code == 413


def test_bodies_that_are_not_json_are_named(bot: Bot) -> None:
    path = "/v2/bot/message/push"
    answer = bot.http.post(path, content=b'{"to":', headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The request body could not be parsed as JSON (line: 1")
    form = bot.http.post(path, data={"to": "x"})
    assert form.status_code == 415


def test_every_answer_has_a_request_id_of_its_own(bot: Bot) -> None:
    answers = [bot.get("/v2/bot/info"), bot.get("/v2/bot/nothing"), bot.post("/v2/bot/message/push", {})]
    assert [a.status_code for a in answers] == [200, 404, 400]
    assert len({a.headers["x-line-request-id"] for a in answers}) == 3
    assert answers[1].json() == {"message": "Not found"}


def test_the_log_keeps_calls_in_order_and_no_secret(desk: Desk, bot: Bot, friend: Learner) -> None:
    key = str(uuid.uuid4())
    bot.push(friend.user_id, text("やあ"), x_line_retry_key=key)
    form = {"grant_type": "client_credentials", "client_id": "2000000001", "client_secret": SECRET}
    fresh_token = bot.http.post("/oauth2/v3/token", data=form).json()["access_token"]
    calls = until(lambda: [c for c in desk.log(direction="bot→LINE") if c.status], "the calls")
    assert [c.path for c in calls] == ["/v2/bot/message/push", "/oauth2/v3/token"]
    assert calls[0].headers["x-line-retry-key"] == key
    assert calls[0].request["messages"] == [text("やあ")]
    assert calls[0].response["sentMessages"]
    assert calls[0].channel == "coaching"
    raw = desk.call("GET", "/log")
    assert all(secret not in str(raw) for secret in (TOKEN, SECRET, fresh_token))
