"""A coach stops the coaching, puts it right, and the learner reads only that; later the correction comes by name."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from knowledge_base import console_talk, phrasebook
from tests.browser.cooking import clip, cook
from tests.browser.test_console_threads import PATIENCE, console, looks_well, open_thread, system
from tests.flows.steps import card_of, wait_for_words
from tests.system import System

__all__ = ["clip", "system"]


def test_coaching_is_put_right_before_and_after_it_goes(browser: Browser, system: System, clip: Path) -> None:
    learner = system.learner("みどり")
    with console(browser, system, "直美") as page:
        open_thread(page, system, learner)
        page.get_by_label("コーチングを送る前の確認").select_option("5")
        page.locator("#review button").click()
        expect(page.locator("#notice")).to_contain_text("送る前に待ちます", timeout=PATIENCE)
        cook(learner, clip)
        waiting = page.locator(".entry.fate-waits_for_review")
        expect(waiting).to_contain_text("に自動で送ります", timeout=PATIENCE)
        expect(page.locator("#state")).to_contain_text("送る前の確認")
        waiting.get_by_role("button", name="止める").click()
        expect(waiting).to_contain_text("止めています", timeout=PATIENCE)
        looks_well(page, "console-review-thread")
        waiting.get_by_role("link", name="コーチングを直す").click()
        page.get_by_label("今回の問題点").fill("油を大さじ2入れました。")
        page.get_by_role("button", name="直す").click()
        expect(page.locator("#fault-mondaiten")).to_contain_text("音・色・感触で")
        looks_well(page, "console-review-correction")
        page.get_by_label("今回の問題点").fill("ご飯を待たせる間がありました。")
        page.get_by_role("button", name="直す").click()
        expect(page.locator(".entry.fate-waits_for_review")).to_contain_text("ご飯を待たせる間")
        page.get_by_role("button", name="いま送る").click()
        assert "ご飯を待たせる間" in card_of(learner).text
        wait_for_words(learner, phrasebook.COACHING_VIDEO_NOTE)
        sent = page.locator(".entry.fate-delivered", has_text="ご飯を待たせる間")
        expect(sent).to_be_visible(timeout=PATIENCE)
        sent.get_by_role("link", name="コーチングを直す").click()
        expect(page.locator(".notice")).to_contain_text("もう届いています")
        page.get_by_label("次回試すこと").fill("卵がふちから固まる音がしたら、すぐにご飯を入れます。")
        page.get_by_role("button", name="直す").click()
        expect(page.locator(".entry.coach", has_text="すぐにご飯を入れます")).to_contain_text(
            "送信済み", timeout=PATIENCE
        )
    wait_for_words(learner, console_talk.corrected_by("直美"))
    wait_for_words(learner, console_talk.VIDEO_ANEW)
