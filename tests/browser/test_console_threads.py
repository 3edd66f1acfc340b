"""A learner on one side, coaches on the other: what is said appears, who has the thread is clear, nothing typed is lost."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlmodel import col, select

from console.identity import COOKIE
from models.chat import Message, MessageType, rooms_of
from models.coach import Coach, CoachRole
from models.user import User
from services import coach_messages, coach_sign_in
from settings import Settings
from simulator.line.client import Learner
from tests.conftest import empty_broker, make_settings, own_database
from tests.console.conftest import new_coach
from tests.quick_providers import script
from tests.system import WAIT, System, start_system

PATIENCE = WAIT * 1000  # milliseconds
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))
Scheme = Literal["light", "dark"]
LAPTOP, PHONE = (1280, 800), (390, 844)
EVIL = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"


@pytest.fixture(scope="module")
def system(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("console")
    with own_database(postgres_url) as url:
        settings: Settings = make_settings(url, empty_broker(valkey_url), folder)
        with start_system(folder, settings) as running:
            yield running


@contextmanager
def console(
    browser: Browser,
    system: System,
    name: str,
    role: CoachRole = CoachRole.COACH,
    *,
    size: tuple[int, int] = LAPTOP,
    scheme: Scheme = "light",
) -> Iterator[Page]:
    with system.database.transaction() as db:
        token = coach_sign_in.sign_in(db, new_coach(db, name, role))
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale="ja-JP",
    )
    context.add_cookies([{"name": COOKIE, "value": token, "url": f"{system.web_url}/console"}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}"))
    page.on("console", lambda said: errors.append(said.text) if _is_trouble(said) else None)
    yield page
    context.close()
    assert errors == []


def _is_trouble(said: ConsoleMessage) -> bool:
    """A refusal is none, nor that axe may not load the stylesheet of another host."""
    is_refusal = any(status in said.text for status in ("409", "422"))
    return said.type == "error" and not is_refusal and "fonts.css" not in said.text


def user_of(system: System, learner: Learner) -> User:
    with system.database.transaction() as db:
        return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def open_thread(page: Page, system: System, learner: Learner) -> None:
    page.goto(f"{system.web_url}/console/threads/{user_of(system, learner).id}")
    expect(page.locator("html")).to_have_attribute("data-live", "on", timeout=PATIENCE)


def say(page: Page, words: str) -> None:
    page.locator("#text").fill(words)
    page.locator("#text").press("Control+Enter")


def looks_well(page: Page, name: str, *, is_whole: bool = False) -> None:
    """`is_whole`: the picture shows what one must scroll to as well."""
    problems = [
        (found["id"], [node["target"] for node in found["nodes"]])
        for found in Axe().run(page).response["violations"]
    ]
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=is_whole)


def test_what_a_learner_writes_appears_and_a_coach_answers_by_name(browser: Browser, system: System) -> None:
    learner = system.learner("はなこ")
    with console(browser, system, "佐藤") as page:
        open_thread(page, system, learner)
        expect(page.locator("#owner")).to_contain_text("AIが対応中です")
        learner.text("やけどをしました。どうすればいいですか")
        asked = page.locator(".entry.user", has_text="やけどをしました")
        expect(asked).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".entry.ai", has_text="冷や")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#state")).to_contain_text("気になる言葉")
        asked.get_by_role("button", name="引用").click()
        say(page, "佐藤です。いまも痛みますか")
        expect(page.locator("#notice")).to_contain_text("送りました", timeout=PATIENCE)
        expect(page.locator("#text")).to_have_value("")
        expect(page.locator("#owner")).to_contain_text("佐藤さんが対応中")
        expect(page.locator("#state")).not_to_contain_text("気になる言葉")
        said = page.locator(".entry.coach", has_text="いまも痛みますか")
        expect(said).to_contain_text("コーチ 佐藤（人）")
        expect(said.locator("blockquote")).to_contain_text("やけどをしました")
        expect(said).to_contain_text("送信済み", timeout=PATIENCE)
        bubble = learner.wait_for(
            lambda thread: next((b for b in thread.bubbles if "いまも痛みますか" in str(b)), None), WAIT
        )
        assert "佐藤" in str(bubble)
        looks_well(page, "console-thread-light")


def test_ime_and_plain_enter_send_nothing(browser: Browser, system: System) -> None:
    learner = system.learner("いめ")
    with console(browser, system, "変換") as page:
        open_thread(page, system, learner)
        text = page.locator("#text")
        text.fill("へんかん")
        text.press("Enter")
        text.evaluate(
            "field => field.dispatchEvent(new KeyboardEvent('keydown', "
            "{key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true, cancelable: true}))"
        )
        expect(text).to_have_value("へんかん\n")
        with system.database.transaction() as db:
            theirs = col(Message.chat_room_id).in_(rooms_of(user_of(system, learner).id))
            assert db.exec(select(Message).where(theirs, Message.kind == MessageType.COACH)).all() == []


def test_two_coaches_at_once(browser: Browser, system: System) -> None:
    learner = system.learner("ふたり")
    with console(browser, system, "山本") as first, console(browser, system, "田中") as second:
        open_thread(first, system, learner)
        open_thread(second, system, learner)
        first.get_by_role("button", name="引き受ける").click()
        expect(second.locator("#owner")).to_contain_text("山本さんが対応中", timeout=PATIENCE)
        say(second, "わたしが答えます")
        expect(second.locator("#notice")).to_contain_text("山本さんが対応中です", timeout=PATIENCE)
        expect(second.locator("#text")).to_have_value("わたしが答えます")
        looks_well(second, "console-thread-taken")
        first.get_by_text("AIに戻す").first.click()
        first.get_by_label("次から").check()
        first.get_by_label("AIへの申し送り").fill("撮りなおしを頼みました")
        first.get_by_role("button", name="AIに戻す").click()
        expect(second.locator("#owner")).to_contain_text("AIが対応中です", timeout=PATIENCE)


def test_what_was_newer_is_shown_and_what_was_typed_stays(browser: Browser, system: System) -> None:
    learner = system.learner("おいこし")
    with console(browser, system, "鈴木") as page:
        open_thread(page, system, learner)
        learner.text("もう終わりました")
        # The AI has answered, and that is told to be delivered: nothing more comes meanwhile.
        answered = page.locator(".entry.ai", has_text=script.answer)
        expect(answered).to_contain_text("送信済み", timeout=PATIENCE)
        # As if it had come while they sent: the page does not know of it.
        page.evaluate("document.querySelector('#newest [form=composer]').value = '1'")
        say(page, "まだですか")
        notice = page.locator("#notice")
        expect(notice).to_contain_text("新しいメッセージ", timeout=PATIENCE)
        expect(notice.locator("ins")).to_be_visible()
        expect(page.locator("#text")).to_have_value("まだですか")
        page.locator("#text").press("Control+Enter")
        expect(notice).to_contain_text("送りました", timeout=PATIENCE)


def test_the_list_follows_and_stands_still_under_the_pointer(browser: Browser, system: System) -> None:
    learner, other = system.learner("いちらん"), system.learner("あとから")
    with console(browser, system, "高橋") as page:
        page.goto(f"{system.web_url}/console/threads?filter=all")
        expect(page.locator("html")).to_have_attribute("data-live", "on", timeout=PATIENCE)
        learner.text("一番うえに来ますか")
        row = page.locator(f"#thread-{user_of(system, learner).id}")
        expect(row).to_contain_text("未読")
        expect(page.locator("#threads li").first).to_contain_text("いちらん", timeout=PATIENCE)
        page.locator("#threads li").first.hover()
        other.text("やけどをして痛いです")
        expect(page.locator("#news")).to_contain_text("更新 ▸", timeout=PATIENCE)
        expect(page.locator("#threads li").first).to_contain_text("いちらん")
        page.mouse.move(0, 0)
        expect(page.locator("#threads li").first).to_contain_text("あとから", timeout=PATIENCE)
        expect(page.locator("#threads li").first).to_contain_text("待ち")
        expect(page.locator("#waiting")).not_to_have_text("0")
        looks_well(page, "console-list-light")
        page.locator("#q").fill("ﾔｹﾄﾞ")
        page.locator("#q").press("Enter")
        expect(page.locator("#heading")).to_contain_text("0件")
        page.locator("#q").fill("やけど")
        page.locator("#q").press("Enter")
        expect(page.locator("mark").first).to_have_text("やけど")
        looks_well(page, "console-search-light")


@pytest.mark.parametrize(("size", "scheme"), [(LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_it_is_usable_on_a_phone_and_in_the_dark(
    browser: Browser, system: System, size: tuple[int, int], scheme: Scheme
) -> None:
    learner = system.learner("よる")
    user = user_of(system, learner)
    where = f"{'phone' if size == PHONE else 'laptop'}-{scheme}"
    learner.text("やけどをしました")
    with console(browser, system, f"夜{where}"[:20], size=size, scheme=scheme) as page:
        with system.database.transaction() as db:
            coach_id = db.exec(select(Coach.id).order_by(col(Coach.id).desc())).first()
            coach_messages.note(db, user.id, coach_id or 0, "電話で話しました。")
        open_thread(page, system, learner)
        expect(page.locator(".entry.note")).to_contain_text("生徒には見えません")
        looks_well(page, f"console-thread-{where}")
        page.goto(f"{system.web_url}/console/threads?filter=all")
        looks_well(page, f"console-list-{where}")


def test_what_anybody_typed_is_text(browser: Browser, system: System) -> None:
    learner = system.learner("うた")
    user = user_of(system, learner)
    with system.database.transaction() as db:
        db.get_one(User, user.id).learner_profile = {"call_name": EVIL}
        db.get_one(User, user.id).first_name = EVIL[:100]
    learner.text(EVIL)
    with console(browser, system, "<b>太字</b>") as page:
        open_thread(page, system, learner)
        expect(page.locator(".entry.user", has_text="onerror")).to_be_visible(timeout=PATIENCE)
        page.locator("#note").fill(EVIL)
        page.get_by_role("button", name="メモを残す").click()
        expect(page.locator(".entry.note")).to_contain_text(EVIL, timeout=PATIENCE)
        say(page, EVIL)
        expect(page.locator(".entry.coach").first).to_contain_text(EVIL, timeout=PATIENCE)
        page.goto(f"{system.web_url}/console/threads?q=%3Cscript%3E")
        expect(page.locator("mark").first).to_have_text("<script>")
        page.goto(f"{system.web_url}/console/threads?filter=all")
        expect(page.locator("#threads img, #threads script")).to_have_count(0)


def test_a_coach_walks_and_acts_by_keys_but_never_while_they_type(browser: Browser, system: System) -> None:
    learner, other = system.learner("きい"), system.learner("ほおむ")
    for each in (learner, other):
        each.text("やけどをしました")
    mine = user_of(system, learner)
    with console(browser, system, "鍵") as page:
        page.goto(f"{system.web_url}/console/threads?filter=safety")
        rows = page.locator("#threads .thread > a")
        expect(page.locator(f"#thread-{mine.id}")).to_be_visible(timeout=PATIENCE)
        page.keyboard.press("j")
        expect(rows.nth(0)).to_be_focused()
        page.keyboard.press("j")
        expect(rows.nth(1)).to_be_focused()
        page.keyboard.press("k")
        page.keyboard.press("k")
        expect(rows.nth(0)).to_be_focused()
        first, second = rows.nth(0).get_attribute("href"), rows.nth(1).get_attribute("href")
        page.keyboard.press("e")
        expect(rows.nth(0)).to_contain_text("対応済みにしました", timeout=PATIENCE)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{first}")
        page.keyboard.press("j")
        page.wait_for_url(f"**{second}")
        page.keyboard.press("r")
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.type("jken?")
        expect(page.locator("#text")).to_have_value("jken?")
        page.locator("#log").focus()
        page.keyboard.press("n")
        expect(page.locator("#note")).to_be_focused()
        page.locator("#log").focus()
        page.keyboard.press("e")
        expect(page.locator("#notice")).to_contain_text("対応済みにしました", timeout=PATIENCE)


def test_the_keys_are_shown_and_can_be_switched_off(browser: Browser, system: System) -> None:
    learner = system.learner("けす")
    with console(browser, system, "消") as page:
        open_thread(page, system, learner)
        page.locator("#log").focus()
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="キー操作")
        expect(dialog).to_be_visible()
        looks_well(page, "console-shortcuts")
        page.get_by_label("キー操作を使う").uncheck()
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.reload()
        page.locator("#log").focus()
        page.keyboard.press("r")
        expect(page.locator("#text")).not_to_be_focused()
        page.get_by_role("button", name="キー操作").click()
        expect(page.get_by_label("キー操作を使う")).not_to_be_checked()


def test_a_coach_keeps_a_filter_as_a_tab(browser: Browser, system: System) -> None:
    with console(browser, system, "保存") as page:
        page.goto(f"{system.web_url}/console/threads?filter=safety&q=やけど")
        page.get_by_text("この絞り込みを保存").click()
        page.get_by_label("名前", exact=True).fill("やけどの話")
        page.get_by_role("button", name="保存", exact=True).click()
        tab = page.get_by_role("link", name="やけどの話")
        expect(tab).to_have_attribute("aria-current", "page")
        looks_well(page, "console-saved-filters")
        page.goto(f"{system.web_url}/console/")
        tab.click()
        expect(page.locator("#heading")).to_contain_text("安全の言葉")
        page.get_by_role("button", name="「やけどの話」を消す").click()
        expect(tab).to_have_count(0)


def test_coaches_see_who_else_is_there_and_writes(browser: Browser, system: System) -> None:
    learner = system.learner("みんな")
    with console(browser, system, "先") as first, console(browser, system, "後") as second:
        open_thread(first, system, learner)
        open_thread(second, system, learner)
        expect(first.locator("#presence")).to_contain_text("後さんが見ています", timeout=PATIENCE)
        expect(second.locator("#presence")).to_contain_text("先さんが見ています", timeout=PATIENCE)
        second.locator("#text").press_sequentially("いま")
        expect(first.locator("#presence")).to_contain_text("後さんが入力中", timeout=PATIENCE)
        looks_well(first, "console-presence")
