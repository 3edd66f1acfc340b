"""A learner's paid life, tapped through: from 「プラン」 over Stripe's page to a dish that opens, then rest, return and end."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from desk.stack import Layout, start_stack
from jobs.queue import Queue
from knowledge_base import plan_talk
from knowledge_base.pages import page_words
from models.database import Database
from simulator.line.client import Learner, Thread
from simulator.stripe.client import DAY, StripeDesk
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.liff.conftest import Site
from tests.system import WAIT, ThreadLauncher, dish_action

PATIENCE = WAIT * 1000  # milliseconds
PHONE: ViewportSize = {"width": 390, "height": 844}
WORDS = page_words("plan")
SECOND_MONTHS_DISH = "ginger-pork"


@dataclass(frozen=True)
class Shop:
    site: Site
    stripe: StripeDesk
    stripe_url: str


@pytest.fixture
def shop(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A chat, our pages, and Stripe."""
    folder = tmp_path_factory.mktemp("plan")
    with own_database(postgres_url) as database_url, ExitStack() as stack:
        settings = make_settings(database_url, empty_broker(valkey_url), folder)
        wanted = Layout(folder, queues=(Queue.CONVERSATION,), reconciler=False, stripe=True)
        running = stack.enter_context(
            start_stack(settings, ThreadLauncher(quick_providers.build, stack), wanted)
        )
        stripe = stack.enter_context(StripeDesk(running.stripe_url))
        database = Database(database_url)
        stack.callback(database.close)
        yield Shop(
            Site(running.web_url, running.desk, database, running.settings), stripe, running.stripe_url
        )


def test_a_plan_is_paid_rests_comes_back_and_ends(browser: Browser, shop: Shop) -> None:
    learner = shop.site.desk.learner("ゆうこ")
    learner.follow()
    learner.wait_for(dish_action("fried-rice"), WAIT)
    assert find_dish(learner.thread(), SECOND_MONTHS_DISH) is None
    with phone(browser) as context:
        page = context.new_page()
        subscribe(page, shop, learner)
        told(learner, "お支払いを確認しました")
        shop.stripe.advance_clock(31 * DAY)
        told(learner, "2か月目になりました")
        learner.text("料理を選ぶ")
        learner.wait_for(dish_action(SECOND_MONTHS_DISH), WAIT)

        page.goto(button(learner, plan_talk.PAUSE_LABEL))
        page.get_by_role("button", name="お休みする").click()
        expect(page.get_by_role("main")).to_contain_text(WORDS["done_title"])
        told(learner, "プランをお休みにしました")

        page.goto(button(learner, plan_talk.RESUME_LABEL))
        page.get_by_role("button", name="再開する").click()
        told(learner, "プランを再開しました")

        page.goto(button(learner, plan_talk.CANCEL_LABEL))
        page.get_by_role("button", name="解約する").click()
        expect(page.get_by_role("main")).to_contain_text(WORDS["done_title"])
        told(learner, "解約を受け付けました")

        page.goto(button(learner, plan_talk.KEEP_LABEL))
        page.get_by_role("button", name="解約を取り消す").click()
        told(learner, "解約を取り消しました")


def subscribe(page: Page, shop: Shop, learner: Learner) -> None:
    """The first card is declined on Stripe's own page."""
    page.goto(button(learner, plan_talk.START_LABEL))
    expect(page.get_by_role("main")).to_contain_text("9,800")
    terms = page.get_by_role("link", name="利用規約", exact=True)
    assert page.request.get(str(terms.get_attribute("href"))).ok
    page.get_by_role("checkbox").check()
    page.get_by_text("テストカードで試す").click()
    page.get_by_role("button", name="断られるカード 4000 … 0002").click()
    expect(page.get_by_role("alert")).to_contain_text("カードが拒否されました")
    page.get_by_label("カード番号").fill("4242 4242 4242 4242")
    page.get_by_label("有効期限").fill("12 / 40")
    page.get_by_label("セキュリティコード").fill("123")
    page.get_by_label("カードの名義").fill("HANAKO YAMADA")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="申し込む").click()
    page.wait_for_url(f"{shop.site.url}/plan/thanks**")
    expect(page.get_by_role("main")).to_contain_text("確認しています")


def button(learner: Learner, label: str) -> str:
    """Of the plan's card, asked for anew: where the button with this label leads."""

    before = len(learner.thread().bubbles)

    def find(thread: Thread) -> str | None:
        """In the newest bubble, which is the card."""
        is_new = len(thread.from_bot) > 0 and len(thread.bubbles) > before + 1
        actions = thread.tappable() if is_new else []
        return next((str(a["uri"]) for a in actions if a.get("label") == label), None)

    learner.text("プラン")
    return str(learner.wait_for(find, WAIT, what=f"the button {label}"))


def told(learner: Learner, words: str) -> None:
    learner.wait_for_text(words, WAIT)


def find_dish(thread: Thread, slug: str) -> object:
    return dish_action(slug)(thread)


@contextmanager
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """What goes wrong on its pages fails the test."""
    with browser.new_context(viewport=PHONE, locale="ja-JP") as context:
        context.set_default_timeout(PATIENCE)
        problems: list[str] = []
        context.on("weberror", lambda error: problems.append(str(error.error)))
        yield context
        assert problems == []
