"""Signing in at our pages: what is exchanged, what it opens, and when it is over."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, delete, select

from models.base import database_now
from models.user import User
from models.web import SignInCode, WebSession
from services import onboarding, profile
from services.sign_in import CODE_LIFE, IDLE, LONGEST, MOST_SESSIONS
from simulator.line.client import Learner
from tests.liff.conftest import Site


def me(client: httpx.Client) -> httpx.Response:
    return client.get("/api/auth/me")


def code_of(client: httpx.Client) -> str:
    answer = client.post("/api/auth/codes", json={"page": "/liff/enter"})
    assert answer.status_code == 201
    return str(answer.json()["url"]).split("#")[1]


def test_an_id_token_is_exchanged_for_a_cookie_that_no_script_reads(site: Site, learner: Learner) -> None:
    with site.browser() as client:
        assert me(client).status_code == 401
        answer = client.post("/api/auth/session", json={"id_token": learner.liff_session().id_token})
        assert answer.json() == {"is_other": False}
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert me(client).json()["first_name"] == "ゆうこ"


def test_a_learner_who_comes_by_a_page_first_is_the_same_in_chat(site: Site, learner: Learner) -> None:
    with site.signed_in(learner) as client:
        user_id = me(client).json()["id"]
    with site.database.transaction() as db:
        assert db.get_one(User, user_id).line_user_id == learner.user_id


def test_the_id_token_itself_serves_as_bearer(site: Site, learner: Learner) -> None:
    headers = {"Authorization": f"Bearer {learner.liff_session().id_token}"}
    for _ in range(2):  # new, and known
        assert httpx.get(f"{site.url}/api/auth/me", headers=headers).json()["first_name"] == "ゆうこ"
    wrong = {"Authorization": "Bearer a.b.c"}
    refused = httpx.get(f"{site.url}/api/auth/me", headers=wrong)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:moment:problem:token_refused"


def test_a_slash_at_the_end_changes_nothing(client: httpx.Client) -> None:
    assert client.get("/api/auth/me/").json() == me(client).json()
    assert client.get("/liff/enter/").status_code == 200
    assert client.get("/api/").status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 204),
    ],
)
def test_what_another_site_makes_a_browser_send_is_refused(
    site: Site, learner: Learner, headers: dict[str, str], status: int
) -> None:
    with site.signed_in(learner) as client:
        del client.headers["Origin"]
        assert client.delete("/api/auth/session", headers=headers).status_code == status
        assert me(client).status_code == (401 if status == 204 else 200)


def test_a_session_ends_when_it_is_idle_or_old(site: Site, learner: Learner) -> None:
    for age in ({"seen_at": -IDLE - timedelta(minutes=1)}, {"ends_at": -timedelta(minutes=1)}):
        with site.signed_in(learner) as client:
            user_id = me(client).json()["id"]
            with site.database.transaction() as db:
                (session,) = db.exec(select(WebSession).where(WebSession.user_id == user_id))
                assert abs(session.ends_at - database_now(db) - LONGEST) < timedelta(minutes=1)
                for column, change in age.items():
                    setattr(session, column, database_now(db) + change)
            assert me(client).status_code == 401


def test_whoever_comes_often_stays(site: Site, client: httpx.Client) -> None:
    user_id = me(client).json()["id"]
    with site.database.transaction() as db:
        (session,) = db.exec(select(WebSession).where(WebSession.user_id == user_id))
        session.seen_at = database_now(db) - IDLE / 2
    assert me(client).status_code == 200
    with site.database.transaction() as db:
        (session,) = db.exec(select(WebSession).where(WebSession.user_id == user_id))
        assert database_now(db) - session.seen_at < timedelta(minutes=1)


def test_signing_in_again_ends_the_browsers_session_before(site: Site, learner: Learner) -> None:
    other = site.desk.learner("はな")
    with site.signed_in(learner) as client:
        first = client.cookies["moment_session"]
        answer = client.post("/api/auth/session", json={"id_token": other.liff_session().id_token})
        assert answer.json() == {"is_other": True}
        assert me(client).json()["first_name"] == "はな"
        stale = {"Cookie": f"moment_session={first}"}
        assert httpx.get(f"{site.url}/api/auth/me", headers=stale).status_code == 401


def test_a_code_carries_a_learner_into_another_browser_once(site: Site, client: httpx.Client) -> None:
    code = code_of(client)
    with site.browser() as elsewhere:
        page = elsewhere.get("/liff/enter?page=/liff/enter")
        assert page.status_code == 200, "looking at the page uses nothing up"
        assert elsewhere.post("/api/auth/session/code", json={"code": code}).status_code == 200
        assert me(elsewhere).json() == me(client).json()
        again = elsewhere.post("/api/auth/session/code", json={"code": code})
        assert (again.status_code, again.json()["type"]) == (401, "urn:moment:problem:code_over")


def test_a_code_lives_for_minutes(site: Site, client: httpx.Client) -> None:
    code, user_id = code_of(client), me(client).json()["id"]
    with site.database.transaction() as db:
        (row,) = db.exec(select(SignInCode).where(SignInCode.user_id == user_id))
        row.ends_at -= CODE_LIFE
    with site.browser() as elsewhere:
        assert elsewhere.post("/api/auth/session/code", json={"code": code}).status_code == 401


@pytest.mark.parametrize(
    "page",
    ["https://evil.example", "//evil.example", "/liff/../x", "/liff//x.example", "/api/auth", "/liffx"],
)
def test_a_code_leads_to_pages_of_ours_only(client: httpx.Client, page: str) -> None:
    assert client.post("/api/auth/codes", json={"page": page}).status_code == 422
    assert client.get("/liff/enter", params={"page": page}).status_code == 404


def test_a_page_may_load_no_script_but_ours_and_lines(client: httpx.Client, site: Site) -> None:
    headers = client.get("/liff/enter").headers
    policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert policy["script-src"] == f"'self' {site.settings.line_api_url}"
    assert policy["default-src"] == "'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_who_blocks_the_last_account_is_signed_in_nowhere(site: Site, learner: Learner) -> None:
    with site.signed_in(learner) as client, site.signed_in(learner) as elsewhere:
        code, user_id = code_of(client), me(client).json()["id"]
        with site.database.transaction() as db:
            profile.block(db, db.get_one(User, user_id), "moment", database_now(db))
        assert [me(each).status_code for each in (client, elsewhere)] == [401, 401]
        assert client.post("/api/auth/session/code", json={"code": code}).status_code == 401


def test_an_id_token_of_one_who_blocked_us_opens_nothing_until_they_follow_again(
    site: Site, learner: Learner
) -> None:
    token = learner.liff_session().id_token
    with site.signed_in(learner) as client, site.browser() as elsewhere:
        user_id = me(client).json()["id"]
        with site.database.transaction() as db:
            profile.block(db, db.get_one(User, user_id), "moment", database_now(db))
        bearer = {"Authorization": f"Bearer {token}"}
        for answer in (
            elsewhere.post("/api/auth/session", json={"id_token": token}),
            elsewhere.get("/api/auth/me", headers=bearer),
            elsewhere.post("/api/sessions", json={"dish_slug": "fried-rice"}, headers=bearer),
        ):
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:moment:problem:friend_no_more")
            assert "ブロック" in answer.json()["detail"]
            assert "set-cookie" not in answer.headers
        with site.database.transaction() as db:
            profile.note_friendship(db, db.get_one(User, user_id), "moment")
        assert elsewhere.post("/api/auth/session", json={"id_token": token}).status_code == 200
        assert me(elsewhere).json()["id"] == user_id


def test_a_deleted_learner_is_signed_in_nowhere(site: Site, learner: Learner) -> None:
    with site.signed_in(learner) as client:
        user_id = me(client).json()["id"]
        with site.database.transaction() as db:
            db.delete(db.get_one(User, user_id))
        assert me(client).status_code == 401


def test_one_learner_has_only_so_many_browsers(site: Site, learner: Learner) -> None:
    """An ID token may be sent again and again."""
    with site.signed_in(learner) as first:
        user_id = me(first).json()["id"]
        for _ in range(MOST_SESSIONS):
            with site.signed_in(learner) as client:
                assert me(client).status_code == 200
        assert me(first).status_code == 401, "the one that was not seen for longest gives way"
    with site.database.transaction() as db:
        assert len(db.exec(select(WebSession).where(WebSession.user_id == user_id)).all()) == MOST_SESSIONS


def test_who_is_deleted_while_a_request_is_done_is_signed_out(
    site: Site, learner: Learner, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = me(client).json()["id"]

    def delete_first(*_arguments: object) -> None:
        with site.database.transaction() as db:
            db.exec(delete(User).where(col(User.id) == user_id))

    monkeypatch.setattr("services.onboarding.save_answer", _after(delete_first, onboarding.save_answer))
    answer = client.put("/api/onboarding/answers/kitchen_heat", json={"value": "gas"})
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:moment:problem:sign_in_again")


def _after(first: Callable[..., None], then: Callable[..., object]) -> Callable[..., object]:
    def both(*arguments: object) -> object:
        first(*arguments)
        return then(*arguments)

    return both
