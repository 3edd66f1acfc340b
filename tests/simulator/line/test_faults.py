import time
import uuid

import httpx
import pytest

from simulator.line.client import Desk, DeskCallError, Learner
from tests.simulator.line.harness import Bot, Receiver, text, wait_for_drop


def test_a_fault_can_speak_and_be_cleared(desk: Desk, bot: Bot, friend: Learner) -> None:
    desk.fault("profile", status=403, message="Access to this API is not available for your account")
    path = f"/v2/bot/profile/{friend.user_id}"
    answer = bot.get(path)
    assert answer.status_code == 403
    assert answer.json() == {"message": "Access to this API is not available for your account"}
    assert answer.headers["x-line-request-id"]
    desk.clear_faults()
    assert bot.get(path).status_code == 200


def test_a_rate_limit_speaks_as_line_does(desk: Desk, bot: Bot, friend: Learner) -> None:
    desk.fault("reply", status=429, times=1)
    answer = bot.reply("x", text())
    assert answer.json() == {"message": "The API rate limit has been exceeded. Try again later."}


def test_an_accepted_push_that_times_out_is_sent_once(desk: Desk, bot: Bot, friend: Learner) -> None:
    desk.fault("push", accept=True, drop=True, times=1)
    key = str(uuid.uuid4())
    with pytest.raises(httpx.RemoteProtocolError):
        bot.push(friend.user_id, text("一度だけ"), x_line_retry_key=key)
    again = bot.push(friend.user_id, text("一度だけ"), x_line_retry_key=key)
    assert again.status_code == 409
    assert [b.id for b in friend.thread().from_bot] == [again.json()["sentMessages"][0]["id"]]


def test_an_accepted_reply_with_an_error_has_used_its_token(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    desk.fault("reply", accept=True, status=500, times=1)
    token = receiver.wait_for("follow")["replyToken"]
    assert bot.reply(token, text("着いた")).status_code == 500
    assert bot.reply(token, text("着いた")).json() == {"message": "Invalid reply token"}
    assert len(friend.thread().from_bot) == 1


def test_a_dropped_connection_without_acceptance_does_nothing(desk: Desk, bot: Bot, friend: Learner) -> None:
    desk.fault("push", drop=True, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        bot.push(friend.user_id, text())
    assert friend.thread().from_bot == []
    wait_for_drop(desk, "/push")


def test_a_delay_alone_only_slows_the_true_answer(desk: Desk, bot: Bot) -> None:
    desk.fault("quota", delay_seconds=0.2, times=1)
    start = time.monotonic()
    assert bot.get("/v2/bot/message/quota").json() == {"type": "none"}
    assert time.monotonic() - start >= 0.2


def test_a_slow_accepted_push_is_there_before_its_answer(desk: Desk, bot: Bot, friend: Learner) -> None:
    desk.fault("push", accept=True, delay_seconds=30)
    with pytest.raises(httpx.ReadTimeout):
        bot.http.post(
            "/v2/bot/message/push", json={"to": friend.user_id, "messages": [text("先に")]}, timeout=0.3
        )
    friend.wait_for_text("先に")


def test_a_fault_can_strike_one_learner_only(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    other = desk.learner("たろう")
    other.follow()
    token = receiver.wait(2)[1]["replyToken"]
    desk.fault("push", status=500, user_id=other.user_id)
    desk.fault("reply", status=500, user_id=other.user_id)
    assert bot.push(friend.user_id, text()).status_code == 200
    assert bot.push(other.user_id, text()).status_code == 500
    assert bot.reply(token, text()).status_code == 500


@pytest.mark.parametrize(
    ("endpoint", "method", "path"),
    [
        ("certs", "GET", "/oauth2/v2.1/certs"),
        ("verify", "POST", "/oauth2/v2.1/verify"),
        ("token", "POST", "/oauth2/v3/token"),
        ("content", "GET", "/v2/bot/message/1/content"),
        ("transcoding", "GET", "/v2/bot/message/1/content/transcoding"),
        ("preview", "GET", "/v2/bot/message/1/content/preview"),
        ("loading", "POST", "/v2/bot/chat/loading/start"),
        ("mark_as_read", "POST", "/v2/bot/chat/markAsRead"),
        ("consumption", "GET", "/v2/bot/message/quota/consumption"),
        ("rich_menu", "GET", "/v2/bot/richmenu/list"),
        ("rich_menu", "GET", "/v2/bot/user/all/richmenu"),
        ("validate", "POST", "/v2/bot/message/validate/push"),
        ("multicast", "POST", "/v2/bot/message/multicast"),
    ],
)
def test_every_endpoint_can_fail(desk: Desk, bot: Bot, endpoint: str, method: str, path: str) -> None:
    desk.call("POST", "/faults", json={"endpoint": endpoint, "status": 503, "times": 1})
    assert bot.http.request(method, path).status_code == 503
    assert bot.http.request(method, path).status_code != 503


@pytest.mark.parametrize(
    "body", [{"endpoint": "nothing"}, {"endpoint": "push", "status": 200}, {"endpoint": "push", "often": 2}]
)
def test_a_fault_that_makes_no_sense_is_refused(desk: Desk, body: dict[str, object]) -> None:
    with pytest.raises(DeskCallError, match="400"):
        desk.call("POST", "/faults", json=body)


def test_a_push_on_a_forgotten_connection_is_reset_and_never_taken(
    desk: Desk, bot: Bot, friend: Learner
) -> None:
    assert bot.push(friend.user_id, text("ひとつ目")).status_code == 200
    desk.reset_idle_connections(after_seconds=350)
    desk.advance_clock(351)
    with pytest.raises(httpx.ReadError):
        bot.push(friend.user_id, text("ふたつ目"))
    assert [bubble.text for bubble in friend.thread().from_bot] == ["ひとつ目"]
    desk.wait_for_log(lambda log: any("/push" in c.path and c.error == "connection reset" for c in log))
