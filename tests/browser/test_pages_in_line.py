"""Our pages as LINE opens them from the chat: its first address, signing in, and the way back."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from sqlmodel import select

from desk.stack import Layout, start_stack
from jobs.queue import Queue
from knowledge_base import quiz_talk
from knowledge_base.pages import page_words
from knowledge_base.quiz import load_quiz
from models.base import database_now
from models.database import Database
from models.user import User
from services import profile
from simulator.line.client import Learner
from tests import quick_providers
from tests.browser.test_chat_page import PATIENCE, PHONE, screenshot
from tests.conftest import empty_broker, make_settings, own_database
from tests.liff.conftest import Site
from tests.system import WAIT, ThreadLauncher

WORDS = page_words("quiz")
FIRST = load_quiz().questions[0].text
THANKS = "ゆうこさん、教えてくださってありがとうございます"


@pytest.fixture(scope="module")
def site(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pages")
    with own_database(postgres_url) as database_url, ExitStack() as stack:
        settings = make_settings(database_url, empty_broker(valkey_url), folder)
        layout = Layout(folder, queues=(Queue.CONVERSATION,), reconciler=False)
        running = stack.enter_context(
            start_stack(settings, ThreadLauncher(quick_providers.build, stack), layout)
        )
        database = Database(database_url)
        stack.callback(database.close)
        yield Site(running.web_url, running.desk, database, running.settings)


@pytest.fixture
def learner(site: Site) -> Learner:
    learner = site.desk.learner("ゆうこ")
    learner.follow()
    learner.wait_for_text(quiz_talk.OFFER_TITLE, WAIT)
    return learner


@pytest.fixture
def chat(site: Site, browser: Browser, learner: Learner) -> Iterator[Page]:
    """A friend's chat; what goes wrong on any of its pages fails the test."""
    context = browser.new_context(viewport=PHONE, locale="ja-JP")
    context.set_default_timeout(PATIENCE)
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    page = context.new_page()
    page.goto(f"{site.desk.base_url}/#{learner.user_id}/moment")
    yield page
    context.close()
    assert problems == []


def open_quiz(chat: Page) -> FrameLocator:
    chat.get_by_test_id("thread").get_by_text(quiz_talk.OPEN_LABEL, exact=True).click()
    return chat.frame_locator("[data-testid=liff-frame]")


def answer_the_beginning(frame: FrameLocator) -> None:
    for question in load_quiz().to_begin:
        expect(frame.get_by_role("heading", name=question.text)).to_be_visible(timeout=PATIENCE)
        if question.choices:
            frame.get_by_text(question.choices[0].label_ja, exact=True).filter(visible=True).click()
            frame.get_by_role("button", name=WORDS["next"]).click()
        else:
            frame.get_by_role("button", name=WORDS["skip"]).click()


def go_back_to_the_chat(chat: Page, frame: FrameLocator) -> None:
    frame.get_by_role("button", name=WORDS["back_to_chat"]).click()
    expect(chat.get_by_test_id("liff-sheet")).to_have_count(0, timeout=PATIENCE)
    expect(chat.get_by_test_id("thread")).to_contain_text(THANKS, timeout=PATIENCE)


def test_the_quiz_opens_over_the_chat_and_the_bot_answers_what_was_told(
    chat: Page, site: Site, learner: Learner
) -> None:
    frame = open_quiz(chat)
    answer_the_beginning(frame)
    screenshot(chat, "quiz_in_line.png")
    go_back_to_the_chat(chat, frame)
    expect(chat.get_by_test_id("thread")).to_contain_text(quiz_talk.ANSWERED)
    assert pushes(site, learner) == 0, "a reply is free"


def test_who_does_not_let_pages_write_into_the_chat_is_answered_by_a_push(
    chat: Page, site: Site, learner: Learner
) -> None:
    learner.deny_liff("chat_message.write")
    frame = open_quiz(chat)
    answer_the_beginning(frame)
    go_back_to_the_chat(chat, frame)
    assert pushes(site, learner) == 1


@pytest.mark.parametrize("trouble", ["expired", "revoked"])
def test_tokens_that_line_no_longer_takes_are_healed_by_a_tap(
    chat: Page, learner: Learner, trouble: Literal["expired", "revoked"]
) -> None:
    learner.spoil_next_liff_session(trouble)
    frame = open_quiz(chat)
    frame.get_by_role("button", name=WORDS["sign_in_retry"]).click()
    expect(frame.get_by_role("heading", name=FIRST)).to_be_visible(timeout=PATIENCE)


def test_who_has_blocked_us_is_shown_the_way_back(chat: Page, site: Site, learner: Learner) -> None:
    with site.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        profile.block(db, user, "moment", database_now(db))
    frame = open_quiz(chat)
    expect(frame.locator("#sign-in-reason")).to_have_text(
        page_words("errors")["friend_no_more"], timeout=PATIENCE
    )
    expect(frame.get_by_role("link", name=page_words("common")["sign_in_friend"])).to_be_visible()
    with site.database.transaction() as db:
        profile.note_friendship(db, db.get_one(User, user.id), "moment")
    frame.get_by_role("button", name=WORDS["sign_in_retry"]).click()
    expect(frame.get_by_role("heading", name=FIRST)).to_be_visible(timeout=PATIENCE)


def test_outside_line_one_signs_in_and_comes_back_to_the_page(
    site: Site, browser: Browser, learner: Learner
) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site.url}/liff/quiz/review")
    page.get_by_role("link", name="ゆうこ").last.click()
    page.wait_for_url(f"{site.url}/liff/quiz/review", timeout=PATIENCE)
    expect(page.get_by_role("heading", name=WORDS["review_title"])).to_be_visible(timeout=PATIENCE)
    page.context.close()


def pushes(site: Site, learner: Learner) -> int:
    calls = site.desk.log(direction="bot→LINE", path="/v2/bot/message/push")
    return sum(call.request["to"] == learner.user_id for call in calls)


@pytest.mark.parametrize("state", ["/..//evil.example/x", "//evil.example/x", "/\\\\evil.example/x"])
def test_what_line_is_told_to_open_is_a_page_of_ours(site: Site, browser: Browser, state: str) -> None:
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{site.url}/liff/?liff.state={quote(state, safe='')}")
    page.wait_for_url(lambda url: "liff.state" not in url, timeout=PATIENCE)
    assert page.url.startswith(f"{site.url}/"), page.url
    page.context.close()
