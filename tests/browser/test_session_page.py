"""A cook's page, the dishes and the progress in a phone's browser: seen, tapped, read by keys alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, expect

from knowledge_base.pages import page_words
from knowledge_base.waiting_talk import PHASES
from liff.identity import COOKIE
from models.coaching import CoachingCut
from models.learner import LearnerState
from models.media import MediaKind
from models.rules.progress import Phase
from models.session import CookingSession, SessionStatus
from moment.landing_sample import FOLDER, POSTER, VIDEO
from storage.keys import view_key
from tests.chromium import once
from tests.liff.conftest import Site, site
from tests.liff.kitchen import ANALYSIS, COACHING, Kitchen
from tests.media_files import tone
from tests.system import WAIT

__all__ = ["site"]

PATIENCE = WAIT * 1000  # milliseconds
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))
WORDS = page_words("session")
# The landing page's sample is a real coaching video, of half a minute: an intro of four seconds, then the key moment.
CUT = CoachingCut(seconds=30, intro_seconds=4.2, intro_stretch=0.3)


@pytest.fixture(scope="module")
def account(site: Site) -> Iterator[tuple[Kitchen, str]]:
    """A learner with two cooks behind them and one on its way, and their cookie."""
    with site.signed_in(site.desk.learner("ゆうこ")) as client:
        kitchen = Kitchen.of(site, client)
        yield kitchen, client.cookies[COOKIE]


@pytest.fixture(scope="module")
def cooked(account: tuple[Kitchen, str]) -> int:
    """The learner's second cook of fried rice, finished."""
    kitchen, _ = account
    first = kitchen.finished(1, self_ratings={"appearance": 2, "taste": 3, "texture": 2, "aroma": 4})
    second = kitchen.finished(2, coaching_cut=CUT.model_dump())
    kitchen.finished(1, dish="pomodoro", self_ratings={"appearance": 4, "taste": 4, "texture": 3, "aroma": 5})
    with kitchen.site.database.transaction() as db:
        for session_id in (first, second):
            session = db.get_one(CookingSession, session_id)
            kitchen.put(session.coaching_video_gcs_path, FOLDER / VIDEO)
            kitchen.put(session.coaching_preview_gcs_path, FOLDER / POSTER)
            for media in session.media:
                kitchen.put(media.object_key, FOLDER / VIDEO)
        db.add(_state(kitchen.user_id))
    return second


def _state(user_id: int) -> LearnerState:
    summaries = [
        {"dish": dish, "session": number, "key_issue": ANALYSIS.diagnosis, "key_progress": COACHING.praise}
        for dish, number in (("fried-rice", 1), ("fried-rice", 2), ("pomodoro", 1))
    ]
    return LearnerState(
        user_id=user_id,
        skills_acquired=["emulsion"],
        skills_developing=["moisture_control", "heat_management", "oil_coating"],
        recurring_mistakes=[{"mistake": "egg_set_early", "seen_count": 2}],
        session_summaries=summaries,
        next_focus=COACHING.next_action,
    )


@contextmanager
def phone(browser: Browser, account: tuple[Kitchen, str]) -> Iterator[Page]:
    """The learner's, signed in."""
    kitchen, cookie = account
    with visited(browser) as page:
        page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": kitchen.site.url}])
        yield page


@contextmanager
def visited(browser: Browser) -> Iterator[Page]:
    """Fails where a page has an error, or is refused what it wants to load."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        has_touch=True,
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    problems = _PROBLEMS[page] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert _PROBLEMS.pop(page) == []
    context.close()


def look_in_the_dark(page: Page, *, width: int) -> None:
    """The same page in another colour scheme, on a screen of so many pixels."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})


_PROBLEMS: dict[Page, list[str]] = {}


def problems_of(page: Page) -> list[str]:
    """What it has reported so far."""
    return _PROBLEMS[page]


def check(page: Page, name: str) -> None:
    """A person can use it: by axe-core, and nothing runs out of the screen; a picture of it is kept."""
    page.evaluate("document.fonts.ready")
    assert problems_of(page) == []
    found = Axe().run(page)  # which tries styles that our policy forbids
    problems_of(page).clear()
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it can be pushed sideways"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/liff/sessions/{}", "session_page"),
        ("/liff/", "home_page"),
        ("/liff/dishes", "dishes_page"),
        ("/liff/dishes/fried-rice", "dish_page"),
        ("/liff/progress", "progress_page"),
    ],
)
def test_pages_can_be_used_by_everybody(
    browser: Browser, account: tuple[Kitchen, str], cooked: int, path: str, name: str
) -> None:
    with phone(browser, account) as page:
        page.goto(account[0].site.url + path.format(cooked))
        check(page, name)
        look_in_the_dark(page, width=320)
        check(page, f"{name}_dark")


def test_a_tap_or_enter_leads_to_a_moment_which_is_marked(
    browser: Browser, account: tuple[Kitchen, str], cooked: int
) -> None:
    with phone(browser, account) as page:
        page.goto(f"{account[0].site.url}/liff/sessions/{cooked}")
        coaching = page.locator("[data-player]").first
        video = coaching.locator("video")
        video.evaluate("player => { player.muted = true; player.playbackRate = 0.1; }")
        first, key, last = coaching.get_by_role("button").all()
        key.tap()
        expect(key).to_have_attribute("aria-current", "true")
        assert second_of(video) == pytest.approx(CUT.intro_seconds, abs=0.5)
        assert video.evaluate("player => !player.paused")
        first.focus()
        page.keyboard.press("Enter")
        expect(first).to_have_attribute("aria-current", "true")
        expect(coaching.locator("[aria-current]")).to_have_count(1)
        assert second_of(video) == pytest.approx(CUT.shown_at(1), abs=0.5)
        # The key moment's own shot comes after the intro, in which all others pass by.
        last.press("Enter")
        expect(last).to_have_attribute("aria-current", "true")
        assert second_of(video) == pytest.approx(CUT.shown_at(10), abs=0.5)


def test_the_bar_leads_to_a_mark_near_the_finger_or_to_where_it_is(
    browser: Browser, account: tuple[Kitchen, str], cooked: int
) -> None:
    with phone(browser, account) as page:
        page.goto(f"{account[0].site.url}/liff/sessions/{cooked}")
        own = page.locator("[data-player]").nth(1)
        video, bar = own.locator("video"), own.locator("[data-bar]")
        video.evaluate("player => { player.muted = true; player.playbackRate = 0.1; }")
        once(video, "player => player.readyState > 0")
        length = float(video.evaluate("player => player.duration"))
        width = float(bar.evaluate("bar => bar.getBoundingClientRect().width"))
        bar.click(position={"x": 10 / length * width + 6, "y": 16})
        expect(own.get_by_role("button").nth(2)).to_have_attribute("aria-current", "true")
        assert second_of(video) == pytest.approx(10, abs=0.5)
        bar.click(position={"x": width * 0.75, "y": 16})
        once(video, "player => player.currentTime > 15")
        assert second_of(video) == pytest.approx(length * 0.75, abs=0.8)


def test_a_video_is_taken_back_after_a_question(browser: Browser, account: tuple[Kitchen, str]) -> None:
    kitchen, _ = account
    session_id = kitchen.cook(3, dish="pomodoro", status=SessionStatus.PROCESSING)
    with kitchen.site.database.transaction() as db:
        clip = kitchen.send(db, db.get_one(CookingSession, session_id), MediaKind.VIDEO)
        kitchen.put(clip.object_key, FOLDER / VIDEO)
    with phone(browser, account) as page:
        page.goto(f"{kitchen.site.url}/liff/sessions/{session_id}")
        ask, dialog = page.get_by_role("button", name=WORDS["withdraw"]), page.get_by_role("dialog")
        ask.tap()
        dialog.get_by_role("button", name=WORDS["withdraw_stop"]).tap()
        expect(dialog).to_be_hidden()
        ask.tap()
        check(page, "withdraw")
        dialog.get_by_role("button", name=WORDS["withdraw_go"]).tap()
        expect(page.get_by_role("heading", name=WORDS["no_video"])).to_be_visible()
        expect(ask).to_have_count(0)


def test_a_video_that_cannot_be_played_says_so(
    browser: Browser, account: tuple[Kitchen, str], cooked: int
) -> None:
    kitchen, _ = account
    session_id = kitchen.finished(2, dish="pomodoro")  # of which the store holds nothing
    with phone(browser, account) as page:
        page.goto(f"{kitchen.site.url}/liff/sessions/{session_id}")
        expect(page.get_by_text(WORDS["video_broken"]).first).to_be_visible()
        problems_of(page).clear()  # the browser's own, of the 404


def test_a_clip_of_which_only_the_sound_is_played_is_shown_by_its_view(
    browser: Browser, account: tuple[Kitchen, str], tmp_path: Path
) -> None:
    kitchen, _ = account
    session_id = kitchen.cook(3, dish="beef-steak", status=SessionStatus.PROCESSING)
    with kitchen.site.database.transaction() as db:
        clip = kitchen.send(db, db.get_one(CookingSession, session_id), MediaKind.VIDEO)
        clip.view_key = view_key(clip.object_key)
        kitchen.put(clip.object_key, tone(tmp_path / "sound.m4a", seconds=1))
        kitchen.put(clip.view_key, FOLDER / VIDEO)
    with phone(browser, account) as page:
        page.route("**/api/sessions/*/events", lambda route: route.fulfill(status=204))
        page.goto(f"{kitchen.site.url}/liff/sessions/{session_id}")
        once(page, "document.querySelector('video').videoWidth > 0")


def test_the_text_appears_when_the_stream_tells_of_it(browser: Browser, account: tuple[Kitchen, str]) -> None:
    session_id = _waiting(account[0], number=1)
    is_written: list[bool] = []

    def stream(route: Route) -> None:
        """Ends at once, and the browser asks again (HTML standard, 9.2); what the API tells is its own tests' matter."""
        told = "event: text_ready\ndata: {}\n\n" if is_written else ""
        route.fulfill(status=200, content_type="text/event-stream", body=f"retry: 50\n\n{told}")

    with phone(browser, account) as page:
        page.route("**/api/sessions/*/events", stream)
        page.goto(f"{account[0].site.url}/liff/sessions/{session_id}")
        expect(page.get_by_role("heading", name=PHASES[Phase.LOOKING])).to_be_visible()
        check(page, "session_page_waiting")
        _write_text(account[0], session_id)
        is_written.append(True)
        expect(page.get_by_text(COACHING.mondaiten)).to_be_visible()
        expect(page.get_by_role("heading", name=PHASES[Phase.FILMING])).to_be_visible()


def test_without_a_stream_the_page_looks_and_takes_nothing_from_under_who_watches(
    browser: Browser, account: tuple[Kitchen, str]
) -> None:
    session_id = _waiting(account[0], number=2)
    with phone(browser, account) as page:
        page.clock.install()
        page.route("**/api/sessions/*/events", lambda route: route.fulfill(status=204))
        page.goto(f"{account[0].site.url}/liff/sessions/{session_id}")
        clip = page.locator("video")
        clip.evaluate("player => { player.muted = true; player.loop = true; return player.play(); }")
        _write_text(account[0], session_id)
        page.clock.fast_forward("00:20")
        expect(page.get_by_text(WORDS["new_content"])).to_be_visible()
        assert clip.evaluate("player => !player.paused")
        page.get_by_role("button", name=WORDS["show_new"]).click()
        expect(page.get_by_text(COACHING.mondaiten)).to_be_visible()
        expect(page.get_by_text(WORDS["new_content"])).to_be_hidden()


def _waiting(kitchen: Kitchen, number: int) -> int:
    """A cook whose coaching is being made."""
    session_id = kitchen.cook(number, dish="beef-steak", status=SessionStatus.PROCESSING)
    with kitchen.site.database.transaction() as db:
        clip = kitchen.send(db, db.get_one(CookingSession, session_id), MediaKind.VIDEO)
        kitchen.put(clip.object_key, FOLDER / VIDEO)
    return session_id


def _write_text(kitchen: Kitchen, session_id: int) -> None:
    with kitchen.site.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        session.coaching_text = COACHING.model_dump()
        session.status = SessionStatus.TEXT_READY
        session.video_analysis = ANALYSIS.model_dump()


def second_of(video: Locator) -> float:
    return float(video.evaluate("player => player.currentTime"))
