"""A learner's page in a browser: read in both colour schemes and on a phone, and acted on by a coach and by an admin."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from models.base import JAPAN, utc_now
from models.coach import CoachRole
from models.dish import Dish
from models.learner import LearnerState
from models.plan import Plan
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from services.outbox import queue_coaching_text
from simulator.http.client import wait_until
from simulator.line.client import Learner
from tests.browser.test_console_threads import (
    EVIL,
    LAPTOP,
    PATIENCE,
    PHONE,
    Scheme,
    console,
    looks_well,
    open_thread,
    system,
    user_of,
)
from tests.liff.kitchen import ANALYSIS, COACHING
from tests.system import WAIT, System

__all__ = ["system"]

RATINGS = (
    {"appearance": 2, "taste": 3, "texture": 2, "aroma": 3},
    {"appearance": 3, "taste": 4, "texture": 2, "aroma": 4},
    {"appearance": 5, "taste": 4, "texture": 4},
)


def with_a_past(system: System, learner: Learner, **changes: Any) -> User:
    """Three cooks of fried rice, the egg set too early in two of them; a profile, a plan."""
    user_id = user_of(system, learner).id
    with system.database.transaction() as db:
        user = db.get_one(User, user_id)
        user.sqlmodel_update({"subscription_status": SubscriptionStatus.ACTIVE, "months_paid": 2} | changes)
        user.learner_profile = {
            "goals": ["cook_without_recipes", "impress_family"],
            "kitchen_heat": "ih",
            "dietary": ["shellfish"],
            "dream_dish": "だし巻き卵",
            "cooking_experience_years": 3,
            "heat_confidence": 2,
            **changes.get("learner_profile", {}),
        }
        db.add(Plan(user_id=user_id, customer_id=f"cus_{user_id}", period_end=utc_now() + timedelta(days=9)))
        dish = db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
        db.add(
            LearnerState(
                user_id=user_id,
                skills_acquired=dish.principles[:1],
                skills_developing=dish.principles[1:],
                next_focus="卵がとろりとしているうちに、ご飯を入れる",
            )
        )
        for number, ratings in enumerate(RATINGS, start=1):
            fault = "egg_set_early" if number < 3 else None
            cook = CookingSession(
                user_id=user_id,
                dish_id=dish.id,
                session_number=number,
                status=SessionStatus.COMPLETED,
                self_ratings=ratings,
                coaching_text=COACHING.model_dump(mode="json"),
                video_analysis=ANALYSIS.model_copy(update={"fault": fault}).model_dump(mode="json"),
            )
            db.add(cook)
            db.flush()
            queue_coaching_text(db, cook)
    return user_of(system, learner)


@contextmanager
def learners_page(
    browser: Browser, system: System, user: User, name: str, role: CoachRole = CoachRole.COACH, **look: Any
) -> Iterator[Page]:
    with console(browser, system, name, role, **look) as page:
        page.goto(f"{system.web_url}/console/threads/{user.id}/learner")
        yield page


@pytest.mark.parametrize(
    ("size", "scheme"), [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
)
def test_it_is_read_on_a_laptop_and_a_phone_by_day_and_by_night(
    browser: Browser, system: System, size: tuple[int, int], scheme: Scheme
) -> None:
    where = f"{'phone' if size == PHONE else 'laptop'}-{scheme}"
    user = with_a_past(system, system.learner("はなこ"))
    with learners_page(
        browser, system, user, f"係{where}"[:16], CoachRole.ADMIN, size=size, scheme=scheme
    ) as page:
        expect(page.locator("section", has_text="くり返している失敗").locator("h3")).to_contain_text("2回")
        page.get_by_text("数字で見る").click()
        page.get_by_text("ほかの答え（").click()
        looks_well(page, f"console-learner-{where}", is_whole=True)
        page.get_by_role("link", name="データをすべて削除する").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("すべて削除しますか")
        looks_well(page, f"console-learner-delete-{where}")


def test_a_mistake_leads_to_where_it_was_told(browser: Browser, system: System) -> None:
    user = with_a_past(system, system.learner("たどる"))
    with learners_page(browser, system, user, "案内") as page:
        page.locator("#mistakes ~ ul a").first.click()
        expect(page.locator(".entry.ai:target")).to_be_visible()
        expect(page.locator(".entry.ai")).to_have_count(1)
        page.get_by_role("link", name="いまの会話にもどる").click()
        expect(page.locator("html")).to_have_attribute("data-live", "on", timeout=PATIENCE)
        expect(page.locator(".entry.ai")).not_to_have_count(1)


def test_a_coach_takes_a_learner_names_them_and_leaves_them_in_peace(
    browser: Browser, system: System
) -> None:
    user = with_a_past(system, system.learner("Hanako"))
    with learners_page(browser, system, user, "大野") as page:
        page.get_by_role("button", name="自分の担当にする").click()
        expect(page.locator("section", has=page.locator("#coaches"))).to_contain_text("大野さん")
        page.get_by_text("呼び名を直す").click()
        page.get_by_label("呼び名（空なら").fill("花子")
        page.get_by_label("読み").fill("はなこ")
        page.get_by_role("button", name="直す").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("花子さん")
        day = utc_now().astimezone(JAPAN) + timedelta(days=7)
        page.get_by_label("いつまで止めるか").fill(day.date().isoformat())
        page.get_by_role("button", name="止める").click()
        expect(page.locator("section", has=page.locator("#reminders"))).to_contain_text(
            "大野さんが止めています"
        )
        looks_well(page, "console-learner-paused", is_whole=True)
        page.get_by_role("button", name="また送る").click()
        expect(page.get_by_role("button", name="止める")).to_be_visible()


def test_an_admin_assigns_from_the_thread_and_what_is_typed_stays(browser: Browser, system: System) -> None:
    learner = system.learner("わりあて")
    with console(browser, system, "岡田"), console(browser, system, "所長", CoachRole.ADMIN) as page:
        open_thread(page, system, learner)
        page.locator("#text").fill("書きかけ")
        page.get_by_label("コーチを担当にする").select_option(label="岡田")
        looks_well(page, "console-thread-assign")
        page.get_by_role("button", name="担当にする").click()
        expect(page.locator("#assigned")).to_contain_text("担当：岡田さん", timeout=PATIENCE)
        expect(page.locator("#text")).to_have_value("書きかけ")
        expect(page.get_by_label("コーチを担当にする").locator("option", has_text="岡田")).to_have_count(0)


def test_an_admin_takes_the_data_along_and_deletes_all_of_it(browser: Browser, system: System) -> None:
    # Nothing of a plan is left to be ended: payments are not set up here.
    user = with_a_past(system, system.learner("さよこ"), subscription_status=SubscriptionStatus.CANCELLED)
    with learners_page(browser, system, user, "総務", CoachRole.ADMIN) as page:
        page.get_by_role("button", name="ファイルを作る").click()
        expect(page.get_by_role("button", name="ファイルをダウンロード")).to_be_visible(timeout=PATIENCE)
        with page.expect_download() as download:
            page.get_by_role("button", name="ファイルをダウンロード").click()
        assert download.value.suggested_filename == f"moment-data-{user.id}.zip"
        with zipfile.ZipFile(download.value.path()) as archive:
            assert archive.testzip() is None
            assert "さよこ" in archive.read("profile.json").decode()
        page.get_by_role("link", name="データをすべて削除する").click()
        page.get_by_label("確かめるために").fill("さよ")
        page.get_by_role("button", name="すべて削除する").click()
        expect(page.get_by_role("alert")).to_contain_text("一致しません")
        page.get_by_label("確かめるために").fill("さよこ")
        page.get_by_role("button", name="すべて削除する").click()
        expect(page.get_by_role("heading", name="スレッド", exact=True)).to_be_visible()
        wait_until(lambda: is_here(system, user.id), lambda here: not here, WAIT, lambda _: "the rows to go")


def is_here(system: System, user_id: int) -> bool:
    with system.database.transaction() as db:
        return db.get(User, user_id) is not None


def test_a_name_is_text_wherever_it_stands(browser: Browser, system: System) -> None:
    profile = {"call_name": EVIL[:20], "dream_dish": EVIL[:30]}
    user = with_a_past(system, system.learner("うた"), first_name=EVIL[:100], learner_profile=profile)
    with learners_page(browser, system, user, "<b>太字</b>", CoachRole.ADMIN) as page:
        expect(page.locator("main")).to_contain_text(EVIL)
        expect(page.locator("main img, main script")).to_have_count(0)
        page.get_by_role("button", name="止める").click()
        expect(page.locator("section", has=page.locator("#reminders"))).to_contain_text("<b>太字</b>さん")
        page.get_by_role("link", name="データをすべて削除する").click()
        expect(page.locator("main img, main script")).to_have_count(0)
