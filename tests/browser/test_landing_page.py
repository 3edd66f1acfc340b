"""The landing page as a visitor sees it, on a phone and on a desk."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from knowledge_base.pages import page_words
from tests.browser.test_session_page import check, visited
from tests.liff.conftest import Site, site

__all__ = ["site"]

WORDS = page_words("landing")


@pytest.mark.parametrize(
    ("width", "dark", "name"),
    [(320, True, "landing_page_dark"), (390, False, "landing_page"), (1280, False, "landing_page_wide")],
)
def test_a_visitor_learns_what_it_is_and_how_to_begin(
    site: Site, browser: Browser, width: int, dark: bool, name: str
) -> None:
    with visited(browser, dark=dark, width=width) as page:
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(f"{site.url}/")
        check(page, name)
        link = page.get_by_role("link", name=WORDS["add_friend"]).first
        assert link.get_attribute("href") == f"{site.settings.line_api_url}/"
        # Who holds the phone can't hold it before itself.
        assert page.get_by_role("img", name=WORDS["qr"]).is_visible() == (width > 720)
        video = page.locator("video")
        video.evaluate("player => { player.muted = true; return player.play(); }")
        page.wait_for_function("player => player.currentTime > 0", arg=video.element_handle())
        ours = {urlsplit(site.url).netloc, urlsplit(site.settings.line_api_url or "").netloc}
        assert hosts <= ours, "nothing of anybody else's"
        assert page.context.cookies() == []
        link.click()
        expect(page).not_to_have_url(f"{site.url}/")
