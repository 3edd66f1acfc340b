"""A coach's first visits as they see them: invitation, LINE's page, sign-in gone wrong, the admins' page."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select, update

from desk.simulated_line import COACH_ID, COACH_NAME
from models.base import database_now
from models.coach import Coach, CoachInvitation, CoachRole
from services import coaches
from tests.browser.test_session_page import check, look_in_the_dark, problems_of, visited
from tests.liff.conftest import Site

LAPTOP = 1280


@contextmanager
def laptop(browser: Browser) -> Iterator[Page]:
    with visited(browser) as page:
        page.set_viewport_size({"width": LAPTOP, "height": 800})
        yield page


@pytest.fixture
def invitation(site: Site) -> Iterator[str]:
    """Of an admin, who has not come yet; afterwards nobody signs in with the simulator's account."""
    with site.database.transaction() as db:
        token = coaches.invite(db, "佐藤", by=None, is_admin=True).token
    yield f"{site.url}/console/invitations/{token}"
    with site.database.transaction() as db:
        for coach in db.exec(select(Coach).where(Coach.name == "佐藤")).all():
            if coach.left_at is None:
                coaches.remove(db, coach.id, by=None)


def come_in(page: Page, invitation: str) -> None:
    page.goto(invitation)
    page.get_by_role("link", name="LINEで入る").click()
    page.get_by_role("link", name=COACH_NAME).click()
    expect(page.get_by_role("heading", name="スレッド")).to_be_visible()


def test_a_coach_comes_in_by_an_invitation_and_later_without(
    site: Site, browser: Browser, invitation: str
) -> None:
    with laptop(browser) as page:
        page.goto(invitation)
        expect(page.get_by_role("heading", name="佐藤さん")).to_be_visible()
        check(page, "console_invitation")
        come_in(page, invitation)
        check(page, "console_first")
        page.get_by_text("佐藤", exact=True).click()
        page.get_by_role("button", name="ログアウト", exact=True).click()
        expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
        check(page, "console_sign_in")
        look_in_the_dark(page, width=320)
        check(page, "console_sign_in_dark")

        page.goto(f"{site.url}/console/coaches")  # which is shown after the sign-in
        page.get_by_role("link", name="LINEでログイン").click()
        page.get_by_role("link", name=COACH_NAME).click()
        expect(page.get_by_role("heading", name="コーチ", exact=True)).to_be_visible()

        page.goto(invitation)
        expect(page.get_by_role("alert")).to_contain_text("この招待リンクは使えません")
        problems_of(page).clear()  # the browser tells of the status 410
        check(page, "console_error_dark")
        problems_of(page).clear()
    with site.database.transaction() as db:
        assert db.exec(select(Coach.role).where(Coach.line_user_id == COACH_ID)).one() is CoachRole.ADMIN


def test_lines_auto_login_fails_once_and_the_coach_hardly_notices(
    site: Site, browser: Browser, invitation: str
) -> None:
    site.desk.fail_auto_logins()
    with laptop(browser) as page:
        come_in(page, invitation)


def test_who_cancels_is_told_so_and_comes_in_after_all(browser: Browser, invitation: str) -> None:
    with laptop(browser) as page:
        page.goto(invitation)
        page.get_by_role("link", name="LINEで入る").click()
        page.get_by_role("link", name="キャンセル").click()
        expect(page.get_by_role("alert")).to_contain_text("キャンセルされました")
        problems_of(page).clear()  # the browser tells of the status 401
        page.get_by_role("link", name="もう一度LINEでログイン").click()
        page.get_by_role("link", name=COACH_NAME).click()
        expect(page.get_by_role("heading", name="スレッド")).to_be_visible()


def test_who_is_no_coach_stays_outside(site: Site, browser: Browser) -> None:
    learner = site.desk.learner("りょう")
    with laptop(browser) as page:
        page.goto(f"{site.url}/console/")
        page.get_by_role("link", name="LINEでログイン").click()
        page.get_by_role("link", name=learner.display_name).click()
        expect(page.get_by_role("alert")).to_contain_text("登録されていません")
        problems_of(page).clear()  # the browser tells of the status 403


def test_what_was_used_is_over_or_was_never_asked_opens_nothing(
    site: Site, browser: Browser, invitation: str
) -> None:
    with laptop(browser) as page:
        visits: list[str] = []
        page.on("request", lambda request: visits.append(request.url))
        come_in(page, invitation)
        used = next(url for url in visits if "/console/callback?" in url)
        page.context.clear_cookies()
        for address in (used, f"{site.url}/console/callback?code=c0de&state=another"):
            page.goto(address)
            expect(page.get_by_role("alert")).to_contain_text("確認できませんでした")
        page.get_by_role("link", name="もう一度LINEでログイン").click()
        page.goto(f"{site.url}/console/callback?code=c0de&state=another")  # while one is under way
        expect(page.get_by_role("alert")).to_contain_text("確認できませんでした")
        page.goto(f"{site.url}/console/")
        expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
        problems_of(page).clear()  # the browser tells of the status 401


def test_an_invitation_that_is_over_leads_nowhere(site: Site, browser: Browser, invitation: str) -> None:
    with site.database.transaction() as db:
        db.exec(update(CoachInvitation).values(ends_at=database_now(db)))
    with laptop(browser) as page:
        page.goto(invitation)
        expect(page.get_by_role("alert")).to_contain_text("期限が切れています")
        problems_of(page).clear()  # the browser tells of the status 410


def test_a_removed_coach_is_out_with_the_next_click(site: Site, browser: Browser, invitation: str) -> None:
    with laptop(browser) as page:
        come_in(page, invitation)
        page.get_by_role("link", name="コーチ", exact=True).click()
        expect(page.get_by_role("heading", name="コーチ", exact=True)).to_be_visible()
        with (
            site.database.transaction() as db
        ):  # on a page that does not listen: the list would leave by itself
            coaches.remove(db, coaches.coach_named(db, "佐藤").id, by=None)
        page.get_by_role("link", name="スレッド", exact=True).click()
        expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
        page.get_by_role("link", name="LINEでログイン").click()
        page.get_by_role("link", name=COACH_NAME).click()
        expect(page.get_by_role("alert")).to_contain_text("登録されていません")
        problems_of(page).clear()  # the browser tells of the status 403


def test_an_admin_invites_limits_and_removes_a_coach(site: Site, browser: Browser, invitation: str) -> None:
    site_learner = site.desk.learner("はなこ")
    with site.signed_in(site_learner):
        pass
    with laptop(browser) as page:
        come_in(page, invitation)
        page.get_by_role("link", name="コーチ", exact=True).click()
        page.get_by_label("名前").fill("<b>鈴木</b>")
        page.get_by_label("担当の生徒のみ").check()
        page.get_by_role("button", name="招待リンクを作る").click()
        link = page.get_by_label("招待リンク", exact=True)
        assert link.input_value().startswith(f"{site.url}/console/invitations/")
        expect(page.get_by_role("link", name="<b>鈴木</b>")).to_be_visible()
        check(page, "console_coaches")
        look_in_the_dark(page, width=320)
        check(page, "console_coaches_dark")

        page.get_by_role("link", name="<b>鈴木</b>").click()
        page.get_by_role("searchbox").fill("はなこ")
        page.get_by_role("button", name="探す").click()
        page.get_by_role("button", name="はなこさんを担当にする").click()
        expect(page.get_by_role("button", name="はなこさんを担当から外す")).to_be_visible()
        check(page, "console_coach_dark")
        page.get_by_text("コーチから外す").click()
        page.get_by_role("button", name="<b>鈴木</b>さんを外す").click()
        expect(page.get_by_role("link", name="<b>鈴木</b>")).to_have_count(0)
