"""LIFF pages over the chat page, as a person at the desk uses them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, ViewportSize, expect

from simulator.line.client import Desk, Learner
from tests.chromium import once
from tests.simulator.line.harness import Bot
from tests.simulator.line.liff_pages import QUIZ, READY_QUIZ, READY_UPLOAD, LiffPages

PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))


@pytest.fixture
def taro(liff_desk: Desk) -> Learner:
    return liff_desk.learner("たろう")


@pytest.fixture
def problems() -> list[str]:
    """What the browser complained of; a test takes out what it meant to happen."""
    return []


@pytest.fixture
def chat(browser: Browser, hana: Learner, liff_desk: Desk, problems: list[str]) -> Iterator[Page]:
    """The learner's chat, in which nothing may go wrong unseen."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{liff_desk.base_url}/#{hana.user_id}/coaching")
    expect(page.locator("#room-name")).to_contain_text("はな")
    yield page
    context.close()
    assert problems == []


def offer(bot: Bot, learner: Learner, address: str, label: str = "開く") -> None:
    """The bot sends a card with a button for this address."""
    action = {"type": "uri", "label": label, "uri": address}
    body = {"type": "buttons", "text": "こちらからどうぞ", "actions": [action]}
    answer = bot.push(learner.user_id, {"type": "template", "altText": "こちらから", "template": body})
    assert answer.status_code == 200


def tap(chat: Page, label: str = "開く") -> None:
    chat.get_by_test_id("thread").get_by_role("button", name=label, exact=True).click()


def sheet(chat: Page) -> Locator:
    return chat.get_by_test_id("liff-sheet")


def open_sheet(chat: Page) -> Locator:
    return chat.locator(".liff-sheet:not(.minimized)")


def inside(chat: Page) -> FrameLocator:
    return chat.frame_locator("[data-testid=liff-frame]")


def expect_ready(chat: Page, place: str = "utou") -> None:
    expect(inside(chat).locator("body")).to_have_attribute("data-ready", place)


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / name)


def test_a_button_opens_the_page_over_the_chat_and_its_answer_arrives(
    chat: Page, hana: Learner, liff_bot: Bot, liff_pages: LiffPages
) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{READY_QUIZ}/first?from=chat")
    tap(chat)
    expect_ready(chat)
    box, phone = sheet(chat).bounding_box(), chat.locator(".phone").bounding_box()
    assert box is not None
    assert phone is not None
    assert 0.45 < box["height"] / phone["height"] < 0.55, "a compact app takes half of the screen"
    expect(sheet(chat)).to_have_accessible_name("はじめの質問")
    expect(sheet(chat).get_by_role("button", name="小さくする")).to_have_count(0)
    assert chat.frames[1].url == f"{liff_pages.url}/ready/quiz/first?from=chat"
    screenshot(chat, "liff_sheet_compact.png")
    inside(chat).get_by_role("button", name="答える").click()
    expect(sheet(chat)).to_have_count(0)
    expect(chat.get_by_test_id("thread")).to_contain_text("答えました")


def test_the_sheet_is_left_by_keyboard(chat: Page, hana: Learner, liff_bot: Bot) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{READY_QUIZ}")
    button = chat.get_by_test_id("thread").get_by_role("button", name="開く")
    for leave in ("Enter", "Escape", "Escape within the page"):
        button.focus()
        chat.keyboard.press("Enter")
        expect_ready(chat)
        expect(sheet(chat).get_by_role("button", name="閉じる")).to_be_focused()
        if leave.endswith("page"):
            chat.keyboard.press("Tab")
            expect(inside(chat).locator("#plain")).to_be_focused()
        chat.keyboard.press(leave.split()[0])
        expect(sheet(chat)).to_have_count(0)
        expect(button).to_be_focused()
    assert chat.locator("#chat").evaluate("chat => chat.inert") is False


def test_a_page_without_the_sdk_goes_by_its_apps_name(chat: Page, hana: Learner, liff_bot: Bot) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{READY_QUIZ}")
    tap(chat)
    expect_ready(chat)
    expect(sheet(chat)).to_have_accessible_name("はじめの質問")
    inside(chat).locator("#plain").click()
    expect(sheet(chat)).to_have_accessible_name("質問")


def test_a_page_goes_on_while_it_is_minimized(chat: Page, hana: Learner, liff_bot: Bot) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{READY_UPLOAD}")
    tap(chat)
    expect_ready(chat)
    chat.emulate_media(color_scheme="dark")
    expect(inside(chat).locator("#plain")).to_be_visible()
    assert chat.frames[1].evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    screenshot(chat, "liff_sheet_full_dark.png")
    chat.emulate_media(color_scheme="light")
    frame = chat.frames[1]
    sheet(chat).get_by_role("button", name="小さくする").click()
    restore = chat.get_by_test_id("liff-restore")
    expect(restore).to_be_focused()
    ticks = frame.evaluate("ticks")
    once(frame, f"ticks > {ticks} + 3")
    frame.evaluate("document.title = '動画を送る 42%'")
    expect(restore).to_contain_text("42%")
    chat.get_by_test_id("composer-input").fill("待っています")
    chat.get_by_test_id("send").click()
    expect(chat.get_by_test_id("thread")).to_contain_text("待っています")
    screenshot(chat, "liff_minimized.png")
    restore.click()
    expect(sheet(chat)).to_have_accessible_name("動画を送る 42%")
    assert frame.evaluate("ticks") > ticks, "the same page, not a new one"
    expect(sheet(chat).get_by_role("button", name="閉じる")).to_be_focused()


def test_another_page_opens_beside_a_minimized_one(chat: Page, hana: Learner, liff_bot: Bot) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{READY_UPLOAD}", "動画")
    offer(liff_bot, hana, f"https://liff.line.me/{READY_QUIZ}", "質問")
    tap(chat, "動画")
    expect_ready(chat)
    sheet(chat).get_by_role("button", name="小さくする").click()
    tap(chat, "質問")
    expect(open_sheet(chat)).to_have_accessible_name("はじめの質問")
    chat.keyboard.press("Escape")
    expect(open_sheet(chat)).to_have_count(0)
    chat.get_by_role("button", name="ページを終える").click()
    expect(sheet(chat)).to_have_count(0)


def test_the_page_can_be_taken_to_an_ordinary_browser(
    chat: Page, hana: Learner, liff_bot: Bot, liff_pages: LiffPages
) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{READY_QUIZ}/first?a=1")
    offer(liff_bot, hana, f"https://liff.line.me/{READY_QUIZ}?openExternalBrowser=1", "外で開く")
    tap(chat)
    expect_ready(chat)
    with chat.expect_popup() as popup:
        sheet(chat).get_by_role("button", name="外部ブラウザーで開く").click()
    expect(popup.value.locator("body")).to_have_attribute("data-ready", "external")
    assert popup.value.url == f"{liff_pages.url}/ready/quiz/first?a=1"
    chat.keyboard.press("Escape")
    with chat.expect_popup() as popup:
        tap(chat, "外で開く")
    popup.value.wait_for_url(f"{liff_pages.url}/ready/quiz/?openExternalBrowser=1")
    expect(sheet(chat)).to_have_count(0)


def test_a_written_liff_url_and_one_on_a_page_open_there_too(
    chat: Page, hana: Learner, liff_bot: Bot, liff_pages: LiffPages
) -> None:
    liff_bot.push(
        hana.user_id, {"type": "text", "text": f"こちらです https://miniapp.line.me/{READY_QUIZ} どうぞ"}
    )
    chat.get_by_role("link", name=re.compile("miniapp")).click()
    expect_ready(chat)
    inside(chat).locator("#liff").click()
    expect(sheet(chat)).to_have_accessible_name("動画を送る")
    expect_ready(chat)
    assert [frame.url for frame in chat.frames[1:]] == [f"{liff_pages.url}/ready/upload/film?a=1"]


def test_another_learner_has_another_phone_and_what_cannot_open_is_told(
    taro: Learner, chat: Page, hana: Learner, liff_bot: Bot, problems: list[str]
) -> None:
    offer(liff_bot, hana, f"https://liff.line.me/{QUIZ}9", "ない")
    offer(liff_bot, hana, f"https://liff.line.me/{READY_UPLOAD}", "ある")
    tap(chat, "ある")
    expect_ready(chat)
    sheet(chat).get_by_role("button", name="小さくする").click()
    chat.evaluate(f"location.hash = '{taro.user_id}/coaching'")
    expect(chat.locator("#room-name")).to_contain_text("たろう")
    expect(sheet(chat)).to_have_count(0)
    chat.goto(chat.url.replace("127.0.0.1", "localhost").replace(taro.user_id, hana.user_id))
    tap(chat, "ある")
    expect(chat.get_by_test_id("toast")).to_contain_text("127.0.0.1")
    with chat.expect_console_message(lambda message: "404" in message.text):
        tap(chat, "ない")
    expect(chat.get_by_test_id("toast")).to_contain_text("no LIFF app")
    problems.clear()
