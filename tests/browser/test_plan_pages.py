"""The plan's pages on the smallest phone, by night and by day, and the way on to Stripe."""

import pytest
from playwright.sync_api import Browser, expect

from knowledge_base.pages import page_words
from services.plan.links import PlanPage
from simulator.stripe.client import StripeDesk
from tests.browser.test_session_page import check, look_in_the_dark, problems_of, visited
from tests.liff.conftest import Site
from tests.liff.shop import add_learner, link, shop, stripe

__all__ = ["shop", "stripe"]

WORDS = page_words("plan")


@pytest.mark.parametrize("path", ["law", "terms", "done", "thanks", "portal?t=forged"])
def test_pages_can_be_read_by_everybody(shop: Site, browser: Browser, path: str) -> None:
    name = path.split("?")[0]
    with visited(browser) as page:
        page.goto(f"{shop.url}/plan/{path}")
        if name == "portal":
            expect(page.get_by_role("heading", name=WORDS["failed_title"])).to_be_visible()
            problems_of(page).clear()  # the browser tells of the status 410
        page.set_viewport_size({"width": 320, "height": 640})
        check(page, f"plan_{name}")
        look_in_the_dark(page, width=320)
        check(page, f"plan_{name}_dark")


def test_a_link_opens_the_payment_page_and_leaves_no_trace_of_itself(
    shop: Site, browser: Browser, stripe: StripeDesk
) -> None:
    user_id = add_learner(shop)
    with visited(browser) as page:
        referrers: list[str | None] = []
        page.on("request", lambda request: referrers.append(request.headers.get("referer")))
        page.goto(link(shop, user_id, PlanPage.CHECKOUT))
        page.wait_for_url(f"{stripe.base_url}/**")
        assert len(referrers) > 1
        assert not [each for each in referrers if each and "t=" in each]


def test_the_landing_page_tells_of_the_plan(shop: Site, browser: Browser) -> None:
    with visited(browser) as page:
        page.goto(f"{shop.url}/")
        look_in_the_dark(page, width=320)
        check(page, "landing_page_for_sale_dark")
        page.get_by_role("link", name=page_words("landing")["law"]).click()
        expect(page.get_by_role("heading", name=page_words("law")["title"])).to_be_visible()
