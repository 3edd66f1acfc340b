"""The consoles' switches: what the API tells of them, and what they do to webhooks."""

from simulator.line.client import Desk
from tests.simulator.line.harness import Bot, Receiver, until

ENDPOINT = "/v2/bot/channel/webhook/endpoint"


def test_bot_info_tells_whether_chat_is_on(bot: Bot, desk: Desk) -> None:
    off = bot.get("/v2/bot/info").json()
    desk.account(chat=True)
    on = bot.get("/v2/bot/info").json()

    assert (off["chatMode"], off["markAsReadMode"]) == ("bot", "auto")
    assert (on["chatMode"], on["markAsReadMode"]) == ("chat", "manual")


def test_a_channel_without_webhook_url_has_none_to_tell_or_test(
    bot: Bot, desk: Desk, receiver: Receiver
) -> None:
    desk.account(webhook_url="")

    for answer in (bot.get(ENDPOINT), bot.post("/v2/bot/channel/webhook/test", {})):
        assert answer.status_code == 404
        assert answer.json() == {"message": "Webhook endpoint not found"}
    other = bot.post("/v2/bot/channel/webhook/test", {"endpoint": receiver.url})
    assert other.json()["success"] is True


def test_webhooks_switched_off_are_not_sent_but_can_be_tested(
    bot: Bot, desk: Desk, receiver: Receiver
) -> None:
    learner = desk.learner()
    desk.account(webhook_active=False)
    learner.follow()
    assert bot.get(ENDPOINT).json() == {"endpoint": receiver.url, "active": False}
    assert bot.post("/v2/bot/channel/webhook/test", {}).json()["success"] is True

    desk.account(webhook_active=True)
    learner.text("もしもし")

    until(receiver.events, "the event after the switch")
    assert [event["type"] for event in receiver.events()] == ["message"]


def test_a_channels_switches_are_its_own(desk: Desk, bot: Bot) -> None:
    desk.account(webhook_active=False, channel="videos")

    assert bot.get(ENDPOINT).json()["active"] is True
