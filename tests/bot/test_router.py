"""Events find their handler, and handlers get what they name."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from pydantic import SecretStr
from sqlmodel import Session as DbSession

from bot.handlers import router as whole
from bot.router import Context, Router, action, asks, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import Steps
from line.events import LineEvent
from line.liff import LiffApps
from models.rules.next_step import Ask, NextStep
from models.user import User
from services.companion import Caps
from services.footage import FootageTerms
from services.plan.links import PlanLinks
from services.plan.shop import PlanShop
from services.thread import NOT_LINE
from storage.links import MediaLinks

TERMS = FootageTerms(timedelta(days=90), "https://moment.example/plan/privacy")
SHOP = PlanShop(PlanLinks("https://moment.example", [SecretStr("secret")]), 9_800, is_open=True)
LINKS = MediaLinks("https://moment.example", [SecretStr("secret")])
NOW = datetime(2026, 11, 22, tzinfo=UTC)

CAPS = Caps(timedelta(minutes=10), timedelta(hours=1))


class NoRows:
    """A database in which nothing is found: a filter may look for a coach who has the thread."""

    def exec(self, _statement: object) -> "NoRows":
        return self

    def first(self) -> None:
        return None


def context(kind: str = "message.text", *, ask: Ask = Ask.DISH, **event: Any) -> Context:
    user, db = User(line_user_id="U1", first_name="ゆうこ"), cast("DbSession", NoRows())
    return Context(
        event=LineEvent(inbox_event_id=1, kind=kind, user_id="U1", channel="moment", at=NOW, **event),
        origin=NOT_LINE,
        db=db,
        user=user,
        was_away=False,
        session=None,
        step=NextStep(ask),
        steps=Steps(db, user, NOW, timedelta(minutes=4), SHOP, LINKS, TERMS),
        now=NOW,
        apps=LiffApps(None, None, None, None),
        shop=SHOP,
        caps=CAPS,
    )


def test_a_handler_gets_what_it_names_and_what_its_filters_find() -> None:
    router = Router()

    @router.on("postback", where=[action("dish", slug=str)])
    def pick(slug: str, user: User) -> Say:
        return say(text_bubble(f"{user.first_name}:{slug}"))

    result = router.route(context("postback", data={"action": "dish", "slug": "pomodoro"}))
    assert result is not None
    name, answer = result
    assert name == "pick"
    assert isinstance(answer, Say)
    assert answer.text == "ゆうこ:pomodoro"


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
    assert asks(Ask.MEMO, Ask.RATING)(context(ask=Ask.MEMO)) is True
    assert asks(Ask.MEMO, Ask.RATING)(context(ask=Ask.DISH)) is False


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
    assert any(route.match(context(kind)) is not None for route in whole.routes)
