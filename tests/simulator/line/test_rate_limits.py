"""Each endpoint's own limit, as LINE documents it."""

from collections.abc import Callable

from fastapi.routing import APIRoute

from simulator.line import account, messaging, rich_menus
from simulator.line.client import Desk
from simulator.line.rate_limits import LIMITS, Endpoint
from tests.simulator.line.harness import SECOND_TOKEN, Bot

PATH = "/v2/bot/richmenu/richmenu-"


def status(bot: Bot, menu: object) -> int:
    return bot.http.delete(f"{PATH}{menu}").status_code


def test_over_its_limit_an_endpoint_refuses_until_time_gives_tokens_back(desk: Desk, bot: Bot) -> None:
    answers = [status(bot, number) for number in range(101)]
    assert 429 not in answers[:100]
    assert answers[100] == 429
    refusal = bot.http.delete(f"{PATH}x")
    assert refusal.json() == {"message": "The API rate limit has been exceeded. Try again later."}
    desk.advance_clock(80)  # of 36 seconds for each of a hundred an hour
    assert [status(bot, "x") == 429 for _ in range(3)] == [False, False, True]


def test_a_limit_is_of_one_channel_and_one_method(bot: Bot, bot_with: Callable[[str], Bot]) -> None:
    while status(bot, "x") != 429:
        pass
    assert bot.get(f"{PATH}x").status_code == 404
    assert status(bot_with(SECOND_TOKEN), "x") != 429


def test_every_limit_is_of_an_endpoint_that_is_served() -> None:
    routers = [account.router, messaging.router, rich_menus.router]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    served = {Endpoint(method, route.path) for route in routes for method in route.methods or ()}
    assert LIMITS.keys() <= served
