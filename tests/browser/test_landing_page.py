"""The landing page as a visitor sees it, on a phone and on a desk."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, expect

from knowledge_base.pages import page_words
from tests.browser.test_session_page import check, look_in_the_dark, visited
from tests.chromium import once
from tests.liff.conftest import Site, site

__all__ = ["site"]

WORDS = page_words("landing")


def test_a_visitor_learns_what_it_is_and_how_to_begin(site: Site, browser: Browser) -> None:
    with visited(browser) as page:
        hosts: set[str] = set()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(f"{site.url}/")
        check(page, "landing_page")
        link = page.get_by_role("link", name=WORDS["add_friend"]).first
        assert link.get_attribute("href") == f"{site.settings.line_api_url}/"
        code = page.get_by_role("img", name=WORDS["qr"])
        expect(code).to_be_hidden()  # who holds the phone can't hold it before itself
        video = page.locator("video")
        video.evaluate("player => { player.muted = true; return player.play(); }")
        once(video, "player => player.currentTime > 0")
        video.evaluate("player => player.load()")
        look_in_the_dark(page, width=320)
        check(page, "landing_page_dark")
        page.set_viewport_size({"width": 1280, "height": 900})
        expect(code).to_be_visible()
        check(page, "landing_page_wide_dark")
        ours = {urlsplit(site.url).netloc, urlsplit(site.settings.line_api_url or "").netloc}
        assert hosts <= ours, "nothing of anybody else's"
        assert page.context.cookies() == []
        link.click()
        expect(page).not_to_have_url(f"{site.url}/")
