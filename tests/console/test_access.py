"""Every route of the console, and who may ask it: a route that is not listed here fails."""

from collections.abc import Mapping
from enum import IntEnum

import httpx
import pytest
from fastapi.routing import APIRoute

from console.app import ROUTERS
from console.identity import COOKIE, csrf_of
from console.pages import desk
from models.coach import CoachRole
from services import coach_sign_in, profile
from tests.console.conftest import new_coach
from tests.liff.conftest import Site


class Who(IntEnum):
    ANYBODY = 0
    COACH = 1
    ADMIN = 2


# With {user_id} in its address a route is closed to a coach who may not see that learner, besides.
ACCESS: Mapping[tuple[str, str], Who] = {
    ("GET", "/sign-in"): Who.ANYBODY,
    ("GET", "/sign-in/line"): Who.ANYBODY,
    ("GET", "/callback"): Who.ANYBODY,
    ("GET", "/invitations/{token}"): Who.ANYBODY,
    ("GET", "/desk/{token}"): Who.ANYBODY,
    ("POST", "/sign-out"): Who.COACH,
    ("POST", "/sign-out-everywhere"): Who.COACH,
    ("GET", "/"): Who.COACH,
    ("GET", "/stream"): Who.COACH,
    ("GET", "/service"): Who.COACH,  # and no limited one: tests/console/test_service.py
    ("GET", "/threads"): Who.COACH,
    ("GET", "/threads/{user_id}"): Who.COACH,
    ("GET", "/threads/{user_id}/now"): Who.COACH,
    ("GET", "/threads/{user_id}/older"): Who.COACH,
    ("GET", "/threads/rows"): Who.COACH,
    ("POST", "/threads/{user_id}/presence"): Who.COACH,
    ("POST", "/threads/{user_id}/take"): Who.COACH,
    ("POST", "/threads/{user_id}/hand-back"): Who.COACH,
    ("POST", "/threads/{user_id}/say"): Who.COACH,
    ("POST", "/threads/{user_id}/note"): Who.COACH,
    ("POST", "/threads/{user_id}/done"): Who.COACH,
    ("POST", "/threads/{user_id}/unread"): Who.COACH,
    ("POST", "/threads/{user_id}/drafts/{message_id}/release"): Who.COACH,
    ("POST", "/threads/{user_id}/drafts/{message_id}/discard"): Who.COACH,
    ("POST", "/threads/{user_id}/messages/{message_id}/retry"): Who.COACH,
    ("POST", "/threads/{user_id}/messages/{message_id}/send-now"): Who.COACH,
    ("POST", "/threads/{user_id}/messages/{message_id}/stop"): Who.COACH,
    ("POST", "/threads/{user_id}/review"): Who.COACH,
    ("GET", "/threads/{user_id}/sessions/{session_id}/coaching"): Who.COACH,
    ("POST", "/threads/{user_id}/sessions/{session_id}/coaching"): Who.COACH,
    ("GET", "/threads/{user_id}/sessions/{session_id}/hand"): Who.COACH,
    ("POST", "/threads/{user_id}/sessions/{session_id}/hand"): Who.COACH,
    ("GET", "/threads/{user_id}/demonstrations/{demonstration_id}"): Who.COACH,
    ("POST", "/threads/{user_id}/demonstrations/{demonstration_id}/send"): Who.COACH,
    ("POST", "/threads/{user_id}/demonstrations/{demonstration_id}/discard"): Who.COACH,
    ("POST", "/threads/{user_id}/attachments"): Who.COACH,
    ("POST", "/review"): Who.ADMIN,
    ("GET", "/threads/{user_id}/sessions/{session_id}"): Who.COACH,
    ("POST", "/threads/{user_id}/sessions/{session_id}/verdict"): Who.COACH,
    ("POST", "/threads/{user_id}/sessions/{session_id}/retry"): Who.COACH,
    ("POST", "/threads/{user_id}/assign"): Who.COACH,
    ("GET", "/threads/{user_id}/learner"): Who.COACH,
    ("POST", "/threads/{user_id}/learner/name"): Who.COACH,
    ("POST", "/threads/{user_id}/learner/coaches"): Who.COACH,
    ("POST", "/threads/{user_id}/learner/coaches/{coach_id}/remove"): Who.ADMIN,
    ("POST", "/threads/{user_id}/learner/reminders/pause"): Who.COACH,
    ("POST", "/threads/{user_id}/learner/reminders/resume"): Who.COACH,
    ("POST", "/threads/{user_id}/learner/export"): Who.ADMIN,
    ("POST", "/threads/{user_id}/learner/export/download"): Who.ADMIN,
    ("GET", "/threads/{user_id}/learner/delete"): Who.ADMIN,
    ("POST", "/threads/{user_id}/learner/delete"): Who.ADMIN,
    ("POST", "/filters"): Who.COACH,
    ("POST", "/filters/{filter_id}/remove"): Who.COACH,
    ("GET", "/coaches"): Who.ADMIN,
    ("POST", "/coaches"): Who.ADMIN,
    ("GET", "/coaches/{coach_id}"): Who.ADMIN,
    ("POST", "/coaches/{coach_id}/invitation"): Who.ADMIN,
    ("POST", "/coaches/{coach_id}/remove"): Who.ADMIN,
    ("POST", "/coaches/{coach_id}/limit"): Who.ADMIN,
    ("POST", "/coaches/{coach_id}/assignments"): Who.ADMIN,
    ("POST", "/coaches/{coach_id}/assignments/{user_id}/remove"): Who.ADMIN,
}
CLOSED = [each for each, who in ACCESS.items() if who is not Who.ANYBODY]
NO_ID = 2**31 - 1


def test_every_route_is_listed() -> None:
    routes = [
        route for router in (*ROUTERS, desk.router) for route in router.routes if isinstance(route, APIRoute)
    ]
    assert {(method, route.path) for route in routes for method in route.methods or ()} == set(ACCESS)


def ask(client: httpx.Client, route: tuple[str, str], **data: str) -> httpx.Response:
    method, path = route
    ids = dict.fromkeys(
        (
            "coach_id",
            "user_id",
            "id",
            "draft_id",
            "message_id",
            "session_id",
            "demonstration_id",
            "filter_id",
        ),
        NO_ID,
    )
    path = path.format(token="x", **ids)
    with client.stream(method, f"/console{path}", data=data or None) as answer:  # which may have no end
        return answer


@pytest.mark.parametrize("route", CLOSED, ids=" ".join)
def test_nobody_gets_in_without_signing_in(site: Site, route: tuple[str, str]) -> None:
    with site.browser() as client:
        answer = ask(client, route)
        if route[0] == "GET":
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/console/sign-in?")
        else:
            assert answer.status_code == 401


@pytest.mark.parametrize("role", [CoachRole.COACH, CoachRole.ADMIN])
@pytest.mark.parametrize("route", CLOSED, ids=" ".join)
def test_a_coach_gets_as_far_as_their_role(site: Site, route: tuple[str, str], role: CoachRole) -> None:
    with site.database.transaction() as db:
        token = coach_sign_in.sign_in(db, new_coach(db, role=role))
    with site.browser() as client:
        client.cookies.set(COOKIE, token, path="/console")
        if route[0] != "GET":
            assert ask(client, route).status_code == 403, "without our pages' token"
        answer = ask(client, route, **({} if route[0] == "GET" else {"csrf": csrf_of(token)}))
        may = ACCESS[route] is Who.COACH or role is CoachRole.ADMIN
        assert (answer.status_code == 403) is not may
        assert answer.status_code not in (401, 500)


LEARNERS = [each for each, who in ACCESS.items() if who is Who.COACH and "{user_id}" in each[1]]


@pytest.mark.parametrize("route", LEARNERS, ids=" ".join)
def test_a_limited_coach_finds_no_learner_of_others(site: Site, route: tuple[str, str]) -> None:
    with site.database.transaction() as db:
        token = coach_sign_in.sign_in(db, new_coach(db, is_limited=True))
    with site.database.transaction() as db:
        user_id = profile.take_in(db, "U" + "9" * 32, "ゆうこ").id
    method, path = (
        route[0],
        route[1].format(user_id=user_id, id=1, draft_id=1, message_id=1, session_id=1, demonstration_id=1),
    )
    with site.browser() as client:
        client.cookies.set(COOKIE, token, path="/console")
        data = None if method == "GET" else {"csrf": csrf_of(token)}
        query = {"before": 1} if path.endswith("/older") else None
        assert client.request(method, f"/console{path}", data=data, params=query).status_code == 404
