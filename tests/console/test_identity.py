"""Who gets in at the console, and until when."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from console.identity import COOKIE, CSRF_HEADER, csrf_of
from models.coach import AuditEntry, ConsoleSession
from services import coaches
from services.coach_sign_in import IDLE, LONGEST
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site


def test_nobody_sees_a_page_without_signing_in_and_is_led_back_to_it(site: Site) -> None:
    with site.browser() as client:
        answer = client.get("/console/?filter=unread")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/sign-in?to=%2Fconsole%2F%3Ffilter%3Dunread"
        client.cookies.set(COOKIE, "x" * 43, path="/console")
        assert client.get("/console/").status_code == 303
        assert client.post("/console/sign-out").status_code == 401


def test_a_coach_sees_who_they_are(coach_client: SignedIn) -> None:
    page = coach_client.get("/console/")
    assert page.status_code == 200
    assert "佐藤" in page.text
    assert page.headers["cache-control"] == "no-store"
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_address_without_its_slash_leads_there(coach_client: SignedIn) -> None:
    assert coach_client.get("/console").headers["location"].endswith("/console/")


@pytest.mark.parametrize("over", ["idle", "ended"])
def test_a_session_is_over_by_idleness_and_by_age(site: Site, over: str) -> None:
    with signed_in(site) as browser:
        past = {
            "idle": {"seen_at": col(ConsoleSession.seen_at) - IDLE},
            "ended": {"ends_at": col(ConsoleSession.ends_at) - LONGEST},
        }[over]
        mine = update(ConsoleSession).where(col(ConsoleSession.coach_id) == browser.coach_id)
        with site.database.transaction() as db:
            db.exec(mine.values(past))
        assert browser.get("/console/").status_code == 303


def test_a_visit_puts_idleness_off(site: Site, coach_client: SignedIn) -> None:
    mine = col(ConsoleSession.coach_id) == coach_client.coach_id
    with site.database.transaction() as db:
        db.exec(
            update(ConsoleSession)
            .where(mine)
            .values(seen_at=col(ConsoleSession.seen_at) - IDLE + timedelta(hours=1))
        )
        before = db.exec(select(ConsoleSession.seen_at).where(mine)).one()
    assert coach_client.get("/console/").status_code == 200
    with site.database.transaction() as db:
        assert db.exec(select(ConsoleSession.seen_at).where(mine)).one() > before + timedelta(hours=10)


def test_who_is_removed_is_out_at_once(site: Site, coach_client: SignedIn) -> None:
    assert coach_client.get("/console/").status_code == 200
    with site.database.transaction() as db:
        coaches.remove(db, coach_client.coach_id, by=None)
    assert coach_client.get("/console/").status_code == 303


def test_signing_out_ends_this_browser_and_everywhere_ends_all(site: Site) -> None:
    with signed_in(site) as browser:
        answer = browser.post("/console/sign-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
        assert 'moment_console=""' in answer.headers["set-cookie"]
        browser.client.cookies.set(COOKIE, browser.token, path="/console")
        assert browser.get("/console/").status_code == 303
    with signed_in(site) as browser:
        assert browser.post("/console/sign-out-everywhere").status_code == 303
        with site.database.transaction() as db:
            mine = select(ConsoleSession).where(ConsoleSession.coach_id == browser.coach_id)
            assert db.exec(mine).first() is None
            acts = select(AuditEntry.act).where(AuditEntry.coach_id == browser.coach_id)
            assert list(db.exec(acts.order_by(col(AuditEntry.id)))) == ["sign_in", "sign_out_everywhere"]


def test_what_no_page_of_ours_sent_is_refused(coach_client: SignedIn) -> None:
    sign_out = "/console/sign-out"
    client = coach_client.client
    assert client.post(sign_out).status_code == 403
    assert client.post(sign_out, data={"csrf": "0" * 64}).status_code == 403
    assert client.post(sign_out, data={"csrf": "あ"}).status_code == 403
    assert client.post(sign_out, headers={CSRF_HEADER: "0" * 64}).status_code == 403
    elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    good = {"csrf": csrf_of(coach_client.token)}
    assert client.post(sign_out, data=good, headers=elsewhere).status_code == 403
    assert coach_client.get("/console/").status_code == 200
    assert client.post(sign_out, headers={CSRF_HEADER: good["csrf"]}).status_code == 303


def test_a_page_that_is_not_there_says_so(coach_client: SignedIn) -> None:
    page = coach_client.get("/console/nowhere")
    assert page.status_code == 404
    assert "見つかりませんでした" in page.text
