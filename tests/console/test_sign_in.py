"""Coming in by LINE Login: every way in which it must not work, and the one in which it does."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlmodel import col, select, update

from console import attempts
from console.identity import COOKIE
from desk.simulated_line import COACH_ID, COACH_NAME
from models.base import database_now
from models.coach import Coach, CoachInvitation, ConsoleSession
from services import coaches
from simulator.line.client import Learner
from tests.console.conftest import new_coach
from tests.liff.conftest import Site

START = "/console/sign-in/line"


def invite(site: Site, name: str) -> str:
    """The token of a link."""
    with site.database.transaction() as db:
        return coaches.invite(db, name, by=None).token


def to_line(client: httpx.Client, path: str = START, **query: str) -> str:
    """The address at LINE to which the browser is sent."""
    answer = client.get(path, params=query or None)
    assert answer.status_code == 303
    return answer.headers["location"]


def back_as(address: str, name: str) -> str:
    """Where LINE sends the browser of whoever picked this name."""
    page = httpx.get(address).text
    link = re.search(rf'href="([^"]+)">{name}<', page)
    assert link, page
    host = f"{urlsplit(address).scheme}://{urlsplit(address).netloc}"
    return httpx.get(host + unescape(link[1])).headers["location"]


def come_in(client: httpx.Client, name: str, **query: str) -> httpx.Response:
    return client.get(back_as(to_line(client, **query), name))


def is_in(client: httpx.Client) -> bool:
    return client.get("/console/").status_code == 200


@pytest.fixture
def learner(site: Site) -> Learner:
    """Of a name that nobody else has, for it is picked at LINE."""
    return site.desk.learner()


def test_an_invitation_binds_the_coach_to_their_account_and_is_used_up(site: Site, learner: Learner) -> None:
    token = invite(site, "鈴木")
    name = learner.display_name
    with site.browser() as client:
        page = client.get(f"/console/invitations/{token}")
        assert "鈴木さん" in page.text
        link = re.search(r'href="(/console/sign-in/line[^"]+)"', page.text)
        assert link
        answer = client.get(back_as(to_line(client, unescape(link[1])), name))
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "鈴木" in client.get("/console/").text
        assert client.get(f"/console/invitations/{token}").status_code == 410
    with site.browser() as client:  # from now on without it
        answer = come_in(client, name, to="/console/?q=1")
        assert answer.headers["location"] == "/console/?q=1"
        assert is_in(client)
    with site.browser() as client:
        assert come_in(client, COACH_NAME, invitation=token).status_code == 410
        assert not is_in(client)
    with site.database.transaction() as db:
        coach = db.exec(select(Coach).where(Coach.line_user_id == learner.user_id)).one()
        assert coach.name == "鈴木"


def test_an_invitation_lasts_a_week(site: Site) -> None:
    token = invite(site, "高橋")
    with site.database.transaction() as db:
        mine = col(CoachInvitation.token_hash) == coaches.hash_of(token)
        db.exec(update(CoachInvitation).where(mine).values(ends_at=database_now(db)))
    with site.browser() as client:
        assert client.get(f"/console/invitations/{token}").status_code == 410
        assert come_in(client, COACH_NAME, invitation=token).status_code == 410


def test_a_newer_invitation_ends_the_one_before(site: Site) -> None:
    older, newer = invite(site, "田中"), invite(site, "田中")
    with site.browser() as client:
        assert client.get(f"/console/invitations/{older}").status_code == 410
        assert client.get(f"/console/invitations/{newer}").status_code == 200


def test_an_account_is_one_coachs(site: Site, learner: Learner) -> None:
    with site.browser() as client:
        come_in(client, learner.display_name, invitation=invite(site, "伊藤"))
    second = invite(site, "渡辺")
    with site.browser() as client:
        answer = come_in(client, learner.display_name, invitation=second)
        assert answer.status_code == 409
        assert "別のコーチ" in answer.text
        assert client.get(f"/console/invitations/{second}").status_code == 200  # good for its own coach


def test_another_account_takes_over_and_ends_the_first_ones_browsers(site: Site, learner: Learner) -> None:
    with site.browser() as first, site.browser() as second:
        come_in(first, learner.display_name, invitation=invite(site, "中村"))
        assert is_in(first)
        with site.database.transaction() as db:
            coach = db.exec(select(Coach).where(Coach.name == "中村")).one()
            token = coaches.new_invitation(db, coach.id, by=None)
        other = site.desk.learner(f"{learner.display_name}の新しい電話")
        come_in(second, other.display_name, invitation=token)
        assert is_in(second)
        assert not is_in(first)
        assert come_in(first, learner.display_name).status_code == 403


def test_who_is_no_coach_stays_outside(site: Site, learner: Learner) -> None:
    with site.browser() as client:
        answer = come_in(client, learner.display_name)
        assert answer.status_code == 403
        assert "登録されていません" in answer.text
        assert COOKIE not in client.cookies


def test_auto_login_that_fails_is_tried_once_more_without_it(site: Site) -> None:
    with site.database.transaction() as db:
        new_coach(db, "小林").line_user_id = "U" + "a" * 32
    with site.browser() as client:
        site.desk.fail_auto_logins()
        lost = httpx.get(to_line(client)).headers["location"]
        again = client.get(lost)
        assert again.status_code == 303
        query = parse_qs(urlsplit(again.headers["location"]).query)
        assert query["disable_auto_login"] == ["true"]
        answer = client.get(lost)  # a second time, which nobody waits for
        assert answer.status_code == 401
        assert "auto_login=false" in answer.text


def test_a_wrong_state_never_gets_in(site: Site, learner: Learner) -> None:
    token = invite(site, "加藤")
    with site.browser() as client, site.browser() as other:
        come_in(client, learner.display_name, invitation=token)
        attacker = back_as(to_line(client), learner.display_name)
        # Another's code and state in a browser that began nothing, or something of its own.
        assert other.get(attacker).status_code == 401
        to_line(other, auto_login="false")
        assert other.get(attacker).status_code == 401
        assert not is_in(other)


def test_a_code_that_comes_again_opens_nothing(site: Site, learner: Learner) -> None:
    token = invite(site, "吉田")
    with site.browser() as client:
        back = back_as(to_line(client, invitation=token), learner.display_name)
        kept = client.cookies[attempts.COOKIE]
        assert client.get(back).status_code == 303
        client.cookies.clear()
        assert client.get(back).status_code == 401  # this browser has ended that attempt
        client.cookies.set(attempts.COOKIE, kept, path="/console")
        assert client.get(back).status_code == 401  # and LINE gives nothing for the code again
        assert not is_in(client)


def test_who_cancels_at_line_is_told_so_and_may_try_again(site: Site) -> None:
    with site.browser() as client:
        address = to_line(client, to="/console/?q=2")
        cancel = re.search(r'href="([^"]+)">キャンセル<', httpx.get(address).text)
        assert cancel
        answer = client.get(unescape(cancel[1]))
        assert answer.status_code == 401
        assert "キャンセルされました" in answer.text
        assert "to=%2Fconsole%2F%3Fq%3D2" in answer.text


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
def test_lines_absence_is_told(site: Site, fault: dict[str, int | bool]) -> None:
    with site.browser() as client:
        back = back_as(to_line(client), COACH_NAME)
        site.desk.fault("login", times=1, **fault)  # type: ignore[arg-type]
        answer = client.get(back)
        assert answer.status_code == 503
        assert "LINEに確認できません" in answer.text


def test_nobody_is_led_elsewhere(site: Site) -> None:
    with site.browser() as client:
        for to in ("https://evil.example/", "//evil.example/console/", "/liff/", ""):
            page = client.get("/console/sign-in", params={"to": to})
            assert "to=%2Fconsole%2F" in page.text
            assert "evil" not in page.text


def test_a_forged_attempt_is_none(site: Site) -> None:
    with site.browser() as client:
        client.cookies.set(attempts.COOKIE, "eyJmb3JnZWQiOjF9.aaaa.bbbb", path="/console")
        assert client.get("/console/callback?state=&code=1").status_code == 401


def test_the_tables_keep_no_secret(site: Site, learner: Learner) -> None:
    token = invite(site, "山田")
    with site.browser() as client:
        come_in(client, learner.display_name, invitation=token)
        cookie = client.cookies[COOKIE].encode()
    with site.database.transaction() as db:
        assert cookie not in db.exec(select(ConsoleSession.token_hash)).all()
        assert token.encode() not in db.exec(select(CoachInvitation.token_hash)).all()
        assert db.exec(select(Coach.line_user_id).where(Coach.line_user_id == COACH_ID)).first() is None
