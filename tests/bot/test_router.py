"""Events find their handler, and handlers get what they name."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlmodel import Session as DbSession

from bot.events import LineEvent, read_event
from bot.handlers import router as whole
from bot.router import Context, Router, action, asked, says
from bot.say.bubbles import Say, say, text_bubble
from models.inbox import EventSource, InboxEvent
from models.rules.next_step import Ask, NextStep
from models.user import User

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def context(kind: str = "message.text", *, ask: Ask = Ask.DISH, **event: Any) -> Context:
    happened = LineEvent(kind=kind, user_id="U1", channel="moment", at=NOW, **event)
    user = User(line_user_id="U1", first_name="ゆうこ")
    return Context(happened, cast("DbSession", None), user, None, NextStep(ask), NOW)


def test_a_handler_is_given_what_it_names_and_what_its_filters_found() -> None:
    router = Router()

    @router.on("postback", where=[action("dish", slug=str)])
    def pick(slug: str, user: User) -> Say:
        return say(text_bubble(f"{user.first_name}:{slug}"))

    handled = router.route(context("postback", data={"action": "dish", "slug": "pomodoro"}))
    assert handled is not None
    assert handled[0] == "pick"
    assert handled[1] is not None
    assert handled[1].text == "ゆうこ:pomodoro"


def test_the_first_route_that_fits_is_taken_and_none_is_no_error() -> None:
    router = Router()

    @router.on("message.text", where=[says("はい")])
    def yes() -> None: ...

    @router.on("message.*")
    def other() -> None: ...

    assert router.route(context(text=" はい。 ")) == ("yes", None)
    assert router.route(context(text="いいえ")) == ("other", None)
    assert router.route(context("message.sticker")) == ("other", None)
    assert router.route(context("membership")) is None


@pytest.mark.parametrize(
    "data", [None, {}, {"action": "other"}, {"action": "rate"}, {"action": "rate", "value": "five"}]
)
def test_postback_data_that_does_not_fit_is_not_for_the_handler(data: dict[str, str] | None) -> None:
    assert action("rate", value=int)(context("postback", data=data)) is False


def test_a_filter_may_look_at_what_is_asked() -> None:
    assert asked(Ask.MEMO, Ask.RATING)(context(ask=Ask.MEMO)) is True
    assert asked(Ask.MEMO, Ask.RATING)(context(ask=Ask.DISH)) is False


@pytest.mark.parametrize(
    "kind",
    [
        "follow",
        "unfollow",
        "unsend",
        "videoPlayComplete",
        "postback",
        "message.text",
        "message.video",
        "message.audio",
        "message.file",
        "message.image",
        "message.sticker",
        "message.location",
        "message.unheard-of",
    ],
)
def test_every_kind_of_event_has_a_handler(kind: str) -> None:
    assert any(route.match(context(kind, file_name="x.mp4")) is not None for route in whole.routes)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": 5},
        {"type": "message"},
        {"type": "message", "message": []},
        {"type": "message", "message": {"type": None, "text": 3}},
        {"type": "postback", "postback": {"data": "&&=&=x"}},
        {"type": "follow", "follow": "yes", "replyToken": {}},
        {"source": "user", "mode": 1},
    ],
    ids=str,
)
def test_no_event_is_too_odd_to_be_read(body: dict[str, Any]) -> None:
    row = InboxEvent(source=EventSource.LINE, event_id="e", line_user_id="U1", timestamp_ms=0, body=body)
    event = read_event(row)
    assert event.user_id == "U1"
    assert event.reply_token is None
