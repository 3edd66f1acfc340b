"""The plan's pages: our links lead on to Stripe's, or say kindly why not; what the law wants said; nothing told of a token."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, delete, select

from knowledge_base import phrasebook, plan_talk
from knowledge_base.pages import page_words
from liff.limits import WRITES_A_MINUTE, RateLimits
from models.inbox import InboxEvent
from models.user import User
from services.plan import links
from services.plan.hints import REFRESH
from services.plan.links import PlanPage
from simulator.stripe.client import StripeDesk
from tests.liff.conftest import Site, site
from tests.liff.shop import add_learner, link, shop, stripe, subscribe
from tests.log_lines import log_lines
from tests.selling import SELLER

__all__ = ["shop", "site", "stripe"]

WORDS = page_words("plan")


@pytest.fixture
def browser(shop: Site) -> Iterator[httpx.Client]:
    """As a phone's: it follows nothing by itself here, and comes from no page of ours."""
    with httpx.Client(base_url=shop.url, trust_env=False) as browser:
        yield browser


@pytest.fixture
def user_id(shop: Site) -> int:
    return add_learner(shop)


def is_kind_page(answer: httpx.Response, status: int, words: str) -> None:
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert answer.headers["content-type"].startswith("text/html")
    assert WORDS["failed_title"] in answer.text
    assert phrasebook.phrase(words) in answer.text
    assert WORDS["open_line"] in answer.text
    assert "<script" not in answer.text


def test_a_link_from_the_chat_leads_to_the_payment_page_the_same_while_it_is_open(
    shop: Site, browser: httpx.Client, stripe: StripeDesk, user_id: int
) -> None:
    first, second = (browser.get(link(shop, user_id, PlanPage.CHECKOUT)) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cache-control"] == "no-store"
    assert "set-cookie" not in first.headers
    page = stripe.browse(first.headers["location"]).look()
    assert page.status == 200
    assert plan_talk.CHECKOUT_NOTE in page.html


def test_who_has_paid_is_thanked_until_it_is_confirmed(
    shop: Site, browser: httpx.Client, stripe: StripeDesk, user_id: int
) -> None:
    url = browser.get(link(shop, user_id, PlanPage.CHECKOUT)).headers["location"]
    step = stripe.browse(url).pay()
    assert step.leads_to is not None
    assert step.leads_to.startswith(f"{shop.url}/plan/thanks?session=cs_")
    again = browser.get(link(shop, user_id, PlanPage.CHECKOUT))
    thanks = browser.get(step.leads_to)
    for page in (again, thanks):
        assert page.status_code == 200
        assert WORDS["thanks_title"] in page.text
        assert WORDS["thanks_text"] in page.text


def test_coming_back_from_a_payment_has_the_customer_read_once(
    shop: Site, browser: httpx.Client, stripe: StripeDesk, user_id: int
) -> None:
    url = browser.get(link(shop, user_id, PlanPage.CHECKOUT)).headers["location"]
    back = stripe.browse(url).pay().leads_to or ""
    with shop.database.transaction() as db:
        db.exec(delete(InboxEvent))
    for address in (back, "/plan/thanks?session=cs_of_nobody", "/plan/thanks", "/plan/thanks?session=%00'"):
        assert browser.get(address).status_code == 200
    with shop.database.transaction() as db:
        events = db.exec(select(InboxEvent).where(col(InboxEvent.event_type) == REFRESH)).all()
        assert len(events) == 1
        # Nobody has a plan by having opened a page.
        assert db.get_one(User, user_id).subscription_status == "free"


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (PlanPage.FRONT, "請求書の履歴"),
        (PlanPage.CARD, "カード番号"),
        (PlanPage.PAUSE, "プランをお休みしますか"),
        (PlanPage.CANCEL, "解約"),
    ],
)
def test_each_button_leads_to_its_page_of_the_portal(
    shop: Site, browser: httpx.Client, stripe: StripeDesk, user_id: int, page: PlanPage, shown: str
) -> None:
    subscribe(shop, stripe, user_id)
    answer = browser.get(link(shop, user_id, page))
    assert answer.status_code == 303
    assert shown in stripe.browse(answer.headers["location"]).look().html


def test_who_has_a_plan_is_told_so_by_an_old_button_to_pay_and_not_let_into_the_portal(
    shop: Site, browser: httpx.Client, stripe: StripeDesk, user_id: int
) -> None:
    subscribe(shop, stripe, user_id)
    answer = browser.get(link(shop, user_id, PlanPage.CHECKOUT))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert WORDS["has_plan_title"] in answer.text
    assert "「プラン」" in answer.text
    assert WORDS["open_line"] in answer.text


def test_a_link_that_is_over_and_one_that_is_forged_are_told_the_same(
    shop: Site, browser: httpx.Client, user_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = link(shop, user_id, PlanPage.CARD)
    assert browser.get(good).status_code == 303
    forged = good.replace("/plan/portal?t=", "/plan/portal?t=A")
    tellings = [browser.get(address) for address in (forged, "/plan/portal", "/plan/checkout?t=%00")]
    monkeypatch.setattr(links, "PORTAL_LIFE", timedelta(seconds=-1))
    tellings.append(browser.get(good))
    for telling in tellings:
        is_kind_page(telling, 410, "plan_link_over")
    assert len({telling.text for telling in tellings}) == 1


def test_a_deleted_learners_link_leads_nowhere(shop: Site, browser: httpx.Client, user_id: int) -> None:
    good = link(shop, user_id, PlanPage.CHECKOUT)
    with shop.database.transaction() as db:
        db.delete(db.get_one(User, user_id))
    is_kind_page(browser.get(good), 410, "plan_link_over")


@pytest.mark.parametrize("kind", ["rate_limit", "status"])
def test_while_stripe_is_away_the_learner_is_told_to_come_again(
    shop: Site, browser: httpx.Client, stripe: StripeDesk, user_id: int, kind: str
) -> None:
    stripe.fault("customers.create", "rate_limit" if kind == "rate_limit" else "status")
    try:
        with log_lines() as lines:
            is_kind_page(browser.get(link(shop, user_id, PlanPage.CHECKOUT)), 503, "payments_away")
    finally:
        stripe.clear_faults()
    (line,) = lines.of("no page of Stripe's")
    assert line["reason"] == "PaymentsAway"
    assert browser.get(link(shop, user_id, PlanPage.CHECKOUT)).status_code == 303


def test_where_nothing_is_for_sale_it_is_said(site: Site) -> None:
    with site.browser() as browser:
        is_kind_page(browser.get(link(site, add_learner(site), PlanPage.CHECKOUT)), 404, "plan_not_for_sale")
        is_kind_page(browser.get("/plan/law"), 404, "web.not_found")
        assert browser.get("/plan/terms").status_code == 200
        assert "/plan/law" not in browser.get("/").text


def test_no_token_is_logged(shop: Site, browser: httpx.Client, user_id: int) -> None:
    good = link(shop, user_id, PlanPage.CHECKOUT)
    token = httpx.URL(good).params["t"]
    with log_lines() as lines:
        location = browser.get(good).headers["location"]
        browser.get(good.replace(token, f"{token}x"))
        browser.get("/plan/nothing")
    for secret in (token, token[:20], location):
        assert secret not in lines.text


def test_only_looking_is_possible(shop: Site, browser: httpx.Client, user_id: int) -> None:
    assert browser.post(link(shop, user_id, PlanPage.CHECKOUT)).status_code == 405
    is_kind_page(browser.get("/plan/nothing"), 404, "web.not_found")


def test_one_learners_taps_are_counted(shop: Site, browser: httpx.Client, user_id: int) -> None:
    async def use_up() -> None:
        limits = RateLimits(shop.settings.broker_url or "")
        for _ in range(WRITES_A_MINUTE):
            await limits.count(user_id, reads=False)
        await limits.close()

    asyncio.run(use_up())
    answer = browser.get(link(shop, user_id, PlanPage.CHECKOUT))
    is_kind_page(answer, 429, "web.too_many")
    assert int(answer.headers["retry-after"]) >= 1


def test_the_law_is_told_who_sells_what_at_which_price(browser: httpx.Client) -> None:
    html = browser.get("/plan/law").text
    for fact in (*SELLER.model_dump().values(), "月額9,800円（税込）"):
        assert fact in html
    words = page_words("law")
    for item in (
        "price",
        "other_costs",
        "payment_time",
        "delivery",
        "term",
        "cancel",
        "refund",
        "environment",
    ):
        assert words[f"{item}_title"] in html
    assert "{" not in html


def test_the_terms_say_how_it_renews_rests_and_ends(browser: httpx.Client) -> None:
    answer = browser.get("/plan/terms/")
    assert answer.status_code == 200
    for words in ("自動で更新", "お休み", "解約", "返金", "未成年", "AI", SELLER.email, plan_talk.gives()):
        assert words in answer.text
    assert "{" not in answer.text
    assert 'href="/plan/law"' in answer.text


def test_the_privacy_page_says_what_is_kept_how_long_and_how_to_have_it_deleted(
    browser: httpx.Client,
) -> None:
    answer = browser.get("/plan/privacy")
    assert answer.status_code == 200
    for words in (
        "90日",
        "30日",
        "データ削除",
        "データを受け取る",
        "同意を取り消す",
        "ほかの方の顔",
        SELLER.email,
    ):
        assert words in answer.text
    assert "{" not in answer.text


def test_the_landing_page_tells_the_price_and_where_to_read_more(browser: httpx.Client) -> None:
    html = browser.get("/").text
    assert "月額9,800円（税込）" in html
    assert plan_talk.gives() in html
    for path in ("/plan/terms", "/plan/law"):
        assert f'href="{path}"' in html


def test_back_from_the_portal_the_way_to_line_is_shown(shop: Site, browser: httpx.Client) -> None:
    html = browser.get("/plan/done").text
    assert WORDS["done_title"] in html
    assert f'href="{shop.settings.line_api_url}/"' in html
