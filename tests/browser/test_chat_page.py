"""A person at the chat page, from becoming a friend to the end of the coaching video."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from footage.script import ClipRecipe
from knowledge_base import consent_talk, phrasebook
from settings import Settings
from tests.clips import drawn
from tests.media_files import tone
from tests.quick_providers import new_script
from tests.system import WAIT, System, start_system

PATIENCE = WAIT * 1000  # milliseconds
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, settings) as running:
        yield running


def test_a_person_cooks_a_session_on_the_chat_page(system: System, browser: Browser, tmp_path: Path) -> None:
    clip, memo = tmp_path / "clip.mp4", tone(tmp_path / "memo.m4a", seconds=2)
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), clip)
    page = browser.new_page(viewport=PHONE)
    page.set_default_timeout(PATIENCE)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(system.desk.base_url.removesuffix("/desk"))

    page.get_by_test_id("learner-name").filter(visible=True).fill("ゆうこ")
    page.get_by_test_id("add-learner").filter(visible=True).click()
    expect(page.get_by_test_id("thread")).to_contain_text("ゆうこさん、はじめまして", timeout=PATIENCE)
    page.get_by_role("button", name=phrasebook.DISH_BUTTON).first.click()
    expect(page.get_by_test_id("thread")).to_contain_text("1回目ですね", timeout=PATIENCE)
    page.get_by_test_id("attach-video").set_input_files(clip)
    page.get_by_role("button", name=consent_talk.AGREE_LABEL).click()
    tap(page, phrasebook.MEMO_VOICE_LABEL, click=False)
    page.get_by_test_id("attach-audio").set_input_files(memo)
    rate_all(page)
    expect(page.get_by_test_id("thread")).to_contain_text(phrasebook.CARD_PROBLEM, timeout=PATIENCE)
    screenshot(page, "coaching_text.png")
    video = page.locator('[data-from="bot"][data-type="video"] video')
    expect(video).to_be_visible(timeout=PATIENCE)
    video.evaluate("player => { player.muted = true; player.playbackRate = 4; return player.play(); }")
    expect(page.get_by_test_id("thread")).to_contain_text(phrasebook.VIDEO_WATCHED, timeout=PATIENCE)
    screenshot(page, "coaching_video.png")
    assert problems == []


def rate_all(page: Page) -> None:
    """A coaching that arrives in between asks again for what was just answered."""
    thanks = page.get_by_test_id("thread").get_by_text(phrasebook.RATINGS_COMPLETE)
    chip = page.get_by_test_id("quick-reply").filter(has_text=phrasebook.RATING_LABELS[2])
    while True:
        expect(chip.or_(thanks).first).to_be_visible(timeout=PATIENCE)
        if thanks.count():
            return
        tap(page, phrasebook.RATING_LABELS[2])


def tap(page: Page, label: str, *, click: bool = True) -> None:
    """Waits for the quick reply, whose set is replaced with each answer."""
    chip = page.get_by_test_id("quick-reply").filter(has_text=label)
    expect(chip).to_be_visible(timeout=PATIENCE)
    if click:
        chip.click()
        expect(chip).to_be_hidden(timeout=PATIENCE)


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / name)
