"""Dishes, the record and the progress as a person sees them on the chat page: with their pictures."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from sqlmodel import select

from knowledge_base import places_talk
from models.dish import Dish
from models.learner import LearnerState
from models.plan import Plan
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from settings import Settings
from tests.chromium import once
from tests.liff.kitchen import COACHING
from tests.quick_providers import new_script
from tests.selling import for_sale
from tests.system import WAIT, System, start_system

PATIENCE = WAIT * 1000  # milliseconds
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))
COOKED = [("fried-rice", 1), ("fried-rice", 2), ("fried-rice", 3), ("pomodoro", 1), ("pomodoro", 2)]
MARKS = [(2, 3, 1, 3), (3, 3, 2, 3), (4, 4, 3, 4), (3, 4, 3, 4), (4, 4, 4, 5)]
SKILLS = ["moisture_control", "heat_management", "oil_coating"]
LOADED = "image => image.complete && image.naturalWidth > 0"


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, settings, **for_sale("http://127.0.0.1:9")) as running:
        yield running


def give_history(system: System, name: str) -> None:
    """One dish three times, another twice, in the first month of a plan."""
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.first_name == name)).one()
        user.subscription_status, user.months_paid = SubscriptionStatus.ACTIVE, 1
        renewal = datetime(2026, 12, 27, tzinfo=UTC)
        db.add(Plan(user_id=user.id, customer_id="cus_1", subscription_id="sub_1", period_end=renewal))
        dishes = {dish.slug: dish for dish in db.exec(select(Dish))}
        begin = datetime(2026, 11, 3, tzinfo=UTC)
        for day, ((slug, number), marks) in enumerate(zip(COOKED, MARKS, strict=True)):
            db.add(
                CookingSession(
                    user_id=user.id,
                    dish_id=dishes[slug].id,
                    session_number=number,
                    status=SessionStatus.COMPLETED,
                    coaching_text=COACHING.model_dump(),
                    self_ratings=dict(zip(("appearance", "taste", "texture", "aroma"), marks, strict=True)),
                    created_at=begin + timedelta(days=4 * day),
                )
            )
        developing = [skill for skill in dishes["pomodoro"].principles if skill not in SKILLS]
        db.add(LearnerState(user_id=user.id, skills_acquired=SKILLS, skills_developing=developing))


def test_a_learner_sees_their_dishes_and_their_progress(system: System, browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)
    page.set_default_timeout(PATIENCE)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(system.desk.base_url.removesuffix("/desk"))
    page.get_by_test_id("learner-name").filter(visible=True).fill("ゆうこ")
    page.get_by_test_id("add-learner").filter(visible=True).click()
    expect(page.get_by_test_id("thread")).to_contain_text("ゆうこさん、はじめまして", timeout=PATIENCE)
    give_history(system, "ゆうこ")

    dishes = answer(page, "料理を選ぶ", places_talk.next_of_three(3))
    check_pictures(dishes)
    screenshot(page, "dishes.png")

    record = answer(page, "きろく", places_talk.counts(1, 1))
    expect(record).to_contain_text("12月27日の更新のあとに")
    check_pictures(record)
    screenshot(page, "record.png")

    record.get_by_text("チャーハン", exact=True).click()
    dish = last_card(page, places_talk.look_display(1)[:3])
    expect(dish).to_contain_text("11月3日")
    dish.get_by_text(places_talk.LOOK_LABEL).first.click()
    expect(page.get_by_test_id("thread")).to_contain_text(
        places_talk.looked_at("チャーハン", 1, "11月3日"), timeout=PATIENCE
    )
    last_card(page, COACHING.next_action)

    progress = answer(page, "これまでの歩み", "コーチングを受けた回は")
    check_pictures(progress)
    screenshot(page, "progress_card.png")
    assert problems == []


def answer(page: Page, words: str, told: str) -> Locator:
    page.get_by_test_id("composer-input").fill(words)
    page.get_by_test_id("send").click()
    return last_card(page, told)


def last_card(page: Page, told: str) -> Locator:
    cards = page.locator('[data-from="bot"][data-type="flex"]')
    expect(cards.last).to_contain_text(told, timeout=PATIENCE)
    return cards.last


def check_pictures(card: Locator) -> None:
    images = card.locator("img")
    assert images.count() > 0
    for image in images.all():
        image.scroll_into_view_if_needed()
        once(image, LOADED)
    images.first.scroll_into_view_if_needed()


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / name)
