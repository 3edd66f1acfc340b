"""A cook's page in a browser: watched by keys, frame by frame, beside the last attempt; judged without losing the place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlmodel import select

from console.identity import COOKIE
from models.coaching import CoachingCut, SeenSignal, Usage
from models.session import CookingSession, StageName, StageRun
from models.verdict import Verdict
from moment.landing_sample import FOLDER, POSTER, VIDEO
from services import coach_sign_in, profile
from tests.browser.test_console_threads import LAPTOP, PATIENCE, PHONE, looks_well
from tests.chromium import once
from tests.console.conftest import new_coach
from tests.liff.conftest import Site, site
from tests.liff.kitchen import ANALYSIS, Kitchen
from tests.media_files import tone

__all__ = ["site"]

Scheme = Literal["light", "dark"]
# The landing page's sample, a coaching video of half a minute, stands for every clip.
CUT = CoachingCut(seconds=30, intro_seconds=4.2, intro_stretch=0.3)
EARLIER = ANALYSIS.model_copy(
    update={
        "cooking_events": [
            event.model_copy(update={"t_seconds": event.t_seconds + 2}) for event in ANALYSIS.cooking_events
        ],
        "key_moment_seconds": 7,
    }
)
SMOKY = ANALYSIS.model_copy(
    update={
        "signals": [SeenSignal(signal="smoke", strength=0.8, second=8.5)],
        "evidence": "ふちから白く固まり、ご飯が入るころには動きません。",
        "provider": "offline",
    }
)


@pytest.fixture(scope="module")
def kitchen(site: Site) -> Kitchen:
    with site.database.transaction() as db:
        return Kitchen(site, profile.take_in(db, "U-cook", "ゆうこ").id)


@pytest.fixture(scope="module")
def cook(kitchen: Kitchen, tmp_path_factory: pytest.TempPathFactory) -> int:
    """The learner's second attempt, which begins two seconds earlier than the first."""
    facts = {"duration_seconds": 30.0, "fps": 24.0}
    first = kitchen.finished(1, video_analysis=EARLIER.model_dump())
    second = kitchen.finished(2, video_analysis=SMOKY.model_dump(), coaching_cut=CUT.model_dump())
    memo = tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=3)
    with kitchen.site.database.transaction() as db:
        for session_id in (first, second):
            session = db.get_one(CookingSession, session_id)
            kitchen.put(session.coaching_video_gcs_path, FOLDER / VIDEO)
            kitchen.put(session.coaching_preview_gcs_path, FOLDER / POSTER)
            for media in session.media:
                is_clip = media in session.videos
                media.facts = facts if is_clip else {}
                kitchen.put(media.object_key, FOLDER / VIDEO if is_clip else memo)
        for stage in (StageName.ANALYZE_VIDEO, StageName.RETRIEVE, StageName.PRODUCE_VIDEO):
            run = StageRun(session_id=second, stage=stage, job="run_stage", attempts=1)
            run.usage = Usage(provider="offline").model_dump()
            run.started_at = run.finished_at = session.created_at
            db.add(run)
    return second


@contextmanager
def page_of(
    browser: Browser,
    kitchen: Kitchen,
    session_id: int,
    *,
    size: tuple[int, int] = LAPTOP,
    scheme: Scheme = "light",
) -> Iterator[Page]:
    with kitchen.site.database.transaction() as db:
        token = coach_sign_in.sign_in(db, new_coach(db, "佐藤"))
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, locale="ja-JP"
    )
    context.add_cookies([{"name": COOKIE, "value": token, "url": f"{kitchen.site.url}/console"}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if _is_trouble(said) else None)
    page.goto(f"{kitchen.site.url}/console/threads/{kitchen.user_id}/sessions/{session_id}")
    wait_until(page, "shown().readyState > 0")
    yield page
    context.close()
    assert problems == []


def _is_trouble(said: ConsoleMessage) -> bool:
    return said.type == "error" and "409" not in said.text and "fonts.css" not in said.text


SHOWN = "const shown = () => document.querySelector('[data-source]:not([hidden]) video');"
BEFORE = "const before = () => document.querySelector('[data-before] video');"


def wait_until(page: Page, condition: str) -> None:
    once(page, f"() => {{ {SHOWN} {BEFORE} return {condition}; }}")


def is_at(page: Page, second: float) -> None:
    wait_until(page, f"!shown().seeking && Math.abs(shown().currentTime - {second}) < 0.05")


def test_keys_lead_through_the_video(browser: Browser, kitchen: Kitchen, cook: int) -> None:
    with page_of(browser, kitchen, cook) as page:
        page.get_by_role("button", name="フライパンに油が入りました").click()
        is_at(page, 1)
        page.keyboard.press("l")
        is_at(page, 6)
        page.keyboard.press("ArrowRight")
        is_at(page, 145.1 / 24)
        page.keyboard.press(".")
        is_at(page, 146.1 / 24)
        page.keyboard.press("ArrowLeft")
        is_at(page, 145.1 / 24)
        page.keyboard.press(",")
        is_at(page, 144.1 / 24)
        page.keyboard.press("j")
        is_at(page, 1)
        page.keyboard.press("k")
        wait_until(page, "!shown().paused && shown().currentTime > 0")
        page.keyboard.press("k")
        wait_until(page, "shown().paused")
        page.get_by_label("速さ").select_option("0.25")
        wait_until(page, "shown().playbackRate === 0.25")
        page.get_by_label("キーで操作する").uncheck()
        page.get_by_role("button", name="卵が入り").click()
        is_at(page, 5)
        page.keyboard.press("a")
        page.keyboard.press("l")
        expect(page.locator("[data-looping]")).to_have_text("")
        is_at(page, 5)
        page.reload()
        expect(page.get_by_label("キーで操作する")).not_to_be_checked()


def test_who_writes_moves_nothing(browser: Browser, kitchen: Kitchen, cook: int) -> None:
    with page_of(browser, kitchen, cook) as page:
        page.get_by_text("ちがう", exact=True).first.click()
        field = page.get_by_label("ことばで").first
        field.press_sequentially("jkl.,ab")
        field.press("ArrowLeft")
        page.evaluate(
            "document.body.dispatchEvent(new KeyboardEvent('keydown', "
            "{key: 'l', isComposing: true, bubbles: true, cancelable: true}))"
        )
        expect(field).to_have_value("jkl.,ab")
        wait_until(page, "shown().paused && shown().currentTime < 0.2")
        expect(page.locator("[data-looping]")).to_have_text("")


def test_a_moment_and_a_piece_of_evidence_lead_into_the_video(
    browser: Browser, kitchen: Kitchen, cook: int
) -> None:
    with page_of(browser, kitchen, cook) as page:
        moment = page.get_by_role("button", name="フライパンに油が入りました")
        moment.focus()
        page.keyboard.press("Enter")
        is_at(page, 1)
        expect(moment).to_have_attribute("aria-current", "true")
        page.get_by_role("button", name="コーチング動画", exact=True).click()
        wait_until(page, "shown().poster !== ''")
        page.get_by_role("button", name="0:08 の場面へ").click()
        is_at(page, 8.5)
        expect(page.get_by_role("button", name="本人の動画", exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(page.get_by_role("button", name="兆候：煙")).to_have_attribute("aria-current", "true")
        bar = page.locator("[data-bar=own1]")
        box = bar.bounding_box()
        assert box is not None
        bar.click(position={"x": box["width"] * 10 / 30 + 6, "y": 16})
        is_at(page, 10)


def test_a_part_is_played_round_and_round(browser: Browser, kitchen: Kitchen, cook: int) -> None:
    with page_of(browser, kitchen, cook) as page:
        page.get_by_role("button", name="卵が入り").click()
        is_at(page, 5)
        page.keyboard.press("a")
        page.get_by_role("button", name="ご飯が入り").click()
        is_at(page, 10)
        page.keyboard.press("b")
        expect(page.locator("[data-looping]")).to_have_text("くり返し 0:05–0:10")
        is_at(page, 5)
        page.get_by_role("button", name="くり返しをやめる").click()
        expect(page.locator("[data-looping]")).to_have_text("")


def test_the_last_attempt_goes_along_at_the_same_moment(
    browser: Browser, kitchen: Kitchen, cook: int
) -> None:
    with page_of(browser, kitchen, cook) as page:
        expect(page.locator("[data-before]")).to_be_hidden()
        page.get_by_label("前回と並べる").check()
        expect(page.locator("[data-before]")).to_be_visible()
        page.get_by_role("button", name="卵が入り").click()
        is_at(page, 5)
        wait_until(page, "Math.abs(before().currentTime - 7) < 0.05 && before().muted")
        looks_well(page, "console-session-beside")
        page.get_by_label("同じ場面に合わせる").uncheck()
        page.get_by_role("button", name="ご飯が入り").click()
        is_at(page, 10)
        wait_until(page, "Math.abs(before().currentTime - 7) < 0.05")


def test_a_verdict_leaves_the_player_where_it_is(browser: Browser, kitchen: Kitchen, cook: int) -> None:
    with page_of(browser, kitchen, cook) as page:
        page.get_by_role("button", name="0:08 の場面へ").click()
        is_at(page, 8.5)
        smoke = page.locator(".finding", has_text="煙")
        smoke.get_by_role("button", name="煙：このとおり").click()
        expect(smoke.locator(".given")).to_contain_text("佐藤：このとおり")
        fault = page.locator(".finding").first
        fault.get_by_text("ちがう", exact=True).click()
        fault.get_by_role("button", name="ちがうと伝える").click()
        expect(page.locator("#findings .refusal")).to_contain_text("本当の失敗を選ぶか")
        if not fault.get_by_label("本当は").is_visible():
            fault.get_by_text("ちがう", exact=True).click()
        fault.get_by_label("本当は").select_option("oil_smoking")
        fault.get_by_label("ことばで").fill("煙が先に立っています")
        fault.get_by_role("button", name="ちがうと伝える").click()
        expect(fault.locator(".given")).to_contain_text("煙が先に立っています")
        is_at(page, 8.5)
        looks_well(page, "console-session-judged")
    with kitchen.site.database.transaction() as db:
        said = db.exec(select(Verdict).where(Verdict.session_id == cook, Verdict.finding == "fault")).one()
        assert (said.true_fault, said.second) == ("oil_smoking", 8.5)


@pytest.mark.parametrize(
    ("size", "scheme"), [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]
)
def test_it_is_usable_on_a_phone_and_in_the_dark(
    browser: Browser, kitchen: Kitchen, cook: int, size: tuple[int, int], scheme: Scheme
) -> None:
    with page_of(browser, kitchen, cook, size=size, scheme=scheme) as page:
        page.locator(".finding").first.get_by_text("ちがう", exact=True).click()
        looks_well(page, f"console-session-{'phone' if size == PHONE else 'laptop'}-{scheme}")
        page.locator("#stages").scroll_into_view_if_needed()
        looks_well(page, f"console-session-stages-{'phone' if size == PHONE else 'laptop'}-{scheme}")
