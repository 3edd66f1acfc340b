"""A learner at the quiz with a phone: to its end and back into the chat, whatever the network does meanwhile."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect
from sqlmodel import col, delete, select

from desk.simulated_line import LIFF_ID
from desk.stack import Layout, start_stack
from jobs.queue import Queue
from knowledge_base import phrasebook, quiz_talk
from knowledge_base.pages import page_words
from knowledge_base.quiz import Question, load_quiz
from models.database import Database
from models.user import User
from models.web import WebSession
from services import onboarding
from simulator.line.client import Learner
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.liff.conftest import Site
from tests.system import WAIT, ThreadLauncher

PATIENCE = WAIT * 1000  # milliseconds
expect.set_options(timeout=PATIENCE)
PHONE: ViewportSize = {"width": 390, "height": 664}  # what LINE's header and the browser's bars leave
NARROW: ViewportSize = {"width": 320, "height": 568}
KEYBOARD_OPEN: ViewportSize = {"width": 320, "height": 300}
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS", "out/screenshots"))
WORDS = page_words("quiz")
MOST_BYTES = 60_000
ANSWERS = {
    "experience": 3,
    "self_rated_level": "improving",
    "goals": ["cook_faster"],
    "kitchen_heat": "ih",
    "dietary": ["egg"],
}
Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def site(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Pages, and the chat that answers what they say."""
    folder = tmp_path_factory.mktemp("quiz")
    with own_database(postgres_url) as database_url, ExitStack() as stack:
        settings = make_settings(database_url, empty_broker(valkey_url), folder)
        launcher = ThreadLauncher(quick_providers.build, stack)
        layout = Layout(folder, queues=(Queue.CONVERSATION,), reconciler=False)
        running = stack.enter_context(start_stack(settings, launcher, layout))
        database = Database(database_url)
        stack.callback(database.close)
        yield Site(running.web_url, running.desk, database, running.settings)


@pytest.fixture
def learner(site: Site) -> Learner:
    learner = site.desk.learner("ゆうこ")
    learner.follow()
    learner.wait_for_text(quiz_talk.OFFER_TITLE, WAIT)
    return learner


@contextmanager
def phone(
    browser: Browser,
    site: Site,
    learner: Learner,
    *,
    scheme: Scheme = "light",
    viewport: ViewportSize = PHONE,
    is_shown: bool = False,
) -> Iterator[BrowserContext]:
    """Signed in already. What goes wrong on its pages fails the test. Only where it `is_shown` to somebody does it load
    the desk's font, which is a hundred times the page."""
    with site.signed_in(learner) as client:
        token = client.cookies["moment_session"]
    context = browser.new_context(viewport=viewport, color_scheme=scheme, locale="ja-JP", has_touch=True)
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "moment_session", "value": token, "url": site.url}])
    if not is_shown:
        context.route("**/page/fonts.css", lambda route: route.abort())
    problems: list[str] = []
    context.on("weberror", lambda error: problems.append(str(error.error)))
    yield context
    context.close()
    assert problems == []


def open_page(context: BrowserContext, site: Site, path: str = "/liff/quiz") -> Page:
    page = context.new_page()
    page.goto(f"{site.url}{path}")
    page.locator("html[data-ready]").wait_for()
    return page


def question(question_id: str) -> Question:
    found = load_quiz().question(question_id)
    assert found is not None
    return found


def user_of(site: Site, learner: Learner) -> User:
    with site.database.transaction() as db:
        return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def save(site: Site, learner: Learner, answers: dict[str, Any]) -> None:
    with site.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        for each, value in answers.items():
            onboarding.save_answer(db, user, each, value)


def saved(site: Site, learner: Learner, question_id: str) -> Any:
    """Waits until the server has it."""
    key = question(question_id).profile_key
    return learner.wait_for(
        lambda _: [p[key] for p in [user_of(site, learner).learner_profile] if key in p], WAIT
    )[0]


def see(page: Page, question_id: str) -> None:
    expect(page.get_by_role("heading", name=question(question_id).text)).to_be_visible()


def choose(page: Page, question_id: str, *values: object) -> None:
    for choice in question(question_id).choices:
        if choice.value in values:
            page.get_by_text(choice.label_ja, exact=True).filter(visible=True).click()


def answer(page: Page, question_id: str, *values: object) -> None:
    see(page, question_id)
    choose(page, question_id, *values)
    page.get_by_role("button", name=WORDS["next"]).click()


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=SCREENSHOTS / f"quiz_{name}.png")


def accessible(page: Page, scheme: Scheme) -> None:
    """Only the colours are others in the dark."""
    rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()


def test_from_the_chat_through_the_six_and_back_into_the_chat(
    browser: Browser, site: Site, learner: Learner
) -> None:
    """Not signed in: LINE's own sign-in comes first."""
    page = browser.new_page(viewport=PHONE)
    page.set_default_timeout(PATIENCE)
    page.goto(learner.liff_open(f"https://liff.line.me/{LIFF_ID}/quiz").url)
    see(page, "call_name")
    screenshot(page, "name")
    page.get_by_label(WORDS["text_label"]).filter(visible=True).fill("ゆう")
    page.get_by_role("button", name=WORDS["next"]).click()
    for each, value in ANSWERS.items():
        answer(page, each, *(value if isinstance(value, list) else [value]))
    expect(page.get_by_text(WORDS["end_enough"])).to_be_visible()
    screenshot(page, "end")
    assert saved(site, learner, "dietary") == ["egg"]
    assert user_of(site, learner).onboarding_done
    before = len(learner.thread().from_bot)
    page.get_by_role("button", name=WORDS["back_to_chat"]).click()
    bubbles = learner.wait_for(lambda thread: thread.from_bot[before:], WAIT)
    assert bubbles[0].text.startswith("ゆうさん、教えてくださってありがとうございます。")
    assert {bubble.via for bubble in bubbles} == {"reply"}, "free"
    expect(page.get_by_text(WORDS["close_hint"])).to_be_visible()
    page.get_by_role("button", name=WORDS["back_to_chat"]).click()
    expect(page.get_by_text(WORDS["close_hint"])).to_be_visible()
    said = [bubble for bubble in learner.thread().bubbles if bubble.text == quiz_talk.ANSWERED]
    assert len(said) == 1, "nothing was answered since"
    page.context.close()


def test_where_the_page_may_not_speak_the_bot_does_once(
    browser: Browser, site: Site, learner: Learner
) -> None:
    save(site, learner, ANSWERS)
    with phone(browser, site, learner) as context:
        page = open_page(context, site)
        page.get_by_role("button", name=WORDS["skip"]).click()
        see_end(page)
        context.route("**/desk/liff/messages", lambda route: route.abort())
        page.get_by_role("button", name=WORDS["back_to_chat"]).click()
        told = learner.wait_for_text("ゆうこさん、教えてくださって", WAIT)
        assert told.via == "push"
        assert phrasebook.CHOOSE_LABEL in learner.thread().labels()


def see_end(page: Page) -> None:
    expect(page.get_by_role("heading", name=WORDS["end_title"])).to_be_visible()


def test_a_reload_in_the_middle_loses_nothing_that_was_typed(
    browser: Browser, site: Site, learner: Learner
) -> None:
    with phone(browser, site, learner) as context:
        page = open_page(context, site)
        field = page.get_by_label(WORDS["text_label"]).filter(visible=True)
        field.fill("書きかけ")
        page.reload()
        expect(field).to_have_value("書きかけ")
        page.get_by_role("button", name=WORDS["next"]).click()
        see(page, "experience")
        choose(page, "experience", 5)
        page.reload()
        see(page, "experience")
        expect(page.get_by_label(question("experience").labels(5)[0])).to_be_checked()
        assert saved(site, learner, "call_name") == "書きかけ"
        assert open_page(context, site).url.endswith("/liff/quiz/experience"), (
            "opened anew, where they left it"
        )


def test_it_goes_on_without_a_network_and_sends_all_when_it_is_back(
    browser: Browser, site: Site, learner: Learner
) -> None:
    save(site, learner, {"call_name": None})
    with phone(browser, site, learner, is_shown=True) as context:
        page = open_page(context, site)
        context.set_offline(True)
        for each, value in ANSWERS.items():
            answer(page, each, *(value if isinstance(value, list) else [value]))
        see_end(page)
        expect(page.get_by_role("status")).to_have_text(WORDS["not_saved_yet"])
        screenshot(page, "offline")
        page.get_by_role("button", name=WORDS["back_to_chat"]).click()
        expect(page.get_by_role("button", name=WORDS["back_to_chat"])).to_be_enabled()
        assert "experience" not in user_of(site, learner).learner_profile
        context.set_offline(False)
        learner.wait_for(lambda _: user_of(site, learner).onboarding_done, WAIT)
        expect(page.get_by_role("status")).to_have_text(WORDS["saved"])


def test_what_was_kept_without_a_network_is_sent_by_the_next_page(
    browser: Browser, site: Site, learner: Learner
) -> None:
    with phone(browser, site, learner) as context:
        page = open_page(context, site, "/liff/quiz/kitchen_heat")
        context.set_offline(True)
        answer(page, "kitchen_heat", "portable")
        expect(page.get_by_role("status")).to_have_text(WORDS["not_saved_yet"])
        page.close()
        context.set_offline(False)
        review = open_page(context, site, "/liff/quiz/review")
        expect(review.get_by_text("カセットこんろ")).to_be_visible()
        assert saved(site, learner, "kitchen_heat") == "portable"


def test_the_way_back_is_the_browsers_and_ours(browser: Browser, site: Site, learner: Learner) -> None:
    with phone(browser, site, learner) as context:
        page = open_page(context, site)
        page.get_by_role("button", name=WORDS["skip"]).click()
        answer(page, "experience", 3)
        see(page, "self_rated_level")
        page.go_back()
        see(page, "experience")
        expect(page.get_by_label(question("experience").labels(3)[0])).to_be_checked()
        page.get_by_role("link", name=WORDS["back"]).click()
        see(page, "call_name")
        expect(page.get_by_role("link", name=WORDS["back"])).to_be_hidden()
        page.go_forward()
        see(page, "experience")
        resumed = open_page(context, site, "/liff/quiz/goals")
        resumed.get_by_role("link", name=WORDS["back"]).click()
        see(resumed, "self_rated_level")


def test_an_answer_that_the_server_refuses_is_asked_for_again_as_it_was(
    browser: Browser, site: Site, learner: Learner
) -> None:
    """Such as of a page that is older than the quiz."""
    with phone(browser, site, learner) as context:
        page = open_page(context, site, "/liff/quiz/pans")
        page.evaluate("document.querySelector('#q-pans [value=wok]').value = 'copper'")
        answer(page, "pans", "wok")
        see(page, "pans")
        expect(page.get_by_role("alert")).to_have_text(phrasebook.phrase("web.answer_not_offered"))
        expect(page.get_by_label("中華鍋")).to_be_checked()
        choose(page, "pans", "wok")
        answer(page, "pans", "iron")
        assert saved(site, learner, "pans") == ["iron"]


def test_nothing_chosen_is_told_beside_the_question_and_none_of_these_stands_alone(
    browser: Browser, site: Site, learner: Learner
) -> None:
    with phone(browser, site, learner) as context:
        page = open_page(context, site, "/liff/quiz/dietary")
        expect(page.get_by_role("button", name=WORDS["skip"])).to_be_hidden()
        page.get_by_role("button", name=WORDS["next"]).click()
        expect(page.get_by_role("alert")).to_have_text(WORDS["choose_first"])
        choose(page, "dietary", "egg", "milk")
        expect(page.get_by_role("alert")).to_have_text("")
        choose(page, "dietary", "none")
        expect(page.locator("#q-dietary input:checked")).to_have_count(1)
        choose(page, "dietary", "fish")
        expect(page.get_by_role("checkbox", name="とくにない")).not_to_be_checked()


def test_who_is_signed_out_in_the_middle_signs_in_again_and_loses_nothing(
    browser: Browser, site: Site, learner: Learner
) -> None:
    with phone(browser, site, learner) as context:
        context.clear_cookies()
        page = context.new_page()
        page.goto(learner.liff_open(f"https://liff.line.me/{LIFF_ID}/quiz/hood").url)
        page.locator("html[data-ready]").wait_for()
        with site.database.transaction() as db:
            db.exec(delete(WebSession).where(col(WebSession.user_id) == user_of(site, learner).id))
        answer(page, "hood", "weak")
        expect(page.get_by_text(WORDS["signed_out"])).to_be_visible()
        page.evaluate(
            "sessionStorage.removeItem('moment.sign-in')"
        )  # as if the sign-in before were of another day
        page.get_by_role("button", name=WORDS["sign_in_again"]).click()
        see(page, "fish_grill")
        assert saved(site, learner, "hood") == "weak"


def test_an_answer_is_changed_from_the_review(browser: Browser, site: Site, learner: Learner) -> None:
    save(site, learner, {"call_name": "ゆう", **ANSWERS})
    with phone(browser, site, learner, is_shown=True) as context:
        page = open_page(context, site, "/liff/quiz/review")
        page.get_by_role("link", name=f"{WORDS['change']} {question('kitchen_heat').text}").click()
        see(page, "kitchen_heat")
        choose(page, "kitchen_heat", "gas")
        page.get_by_role("button", name=WORDS["save"]).click()
        expect(page.get_by_role("heading", name=WORDS["review_title"])).to_be_visible()
        expect(page.get_by_text("ガスこんろ")).to_be_visible()
        assert saved(site, learner, "kitchen_heat") == "gas"
        screenshot(page, "review")


def test_all_of_it_can_be_done_with_the_keyboard(browser: Browser, site: Site, learner: Learner) -> None:
    with phone(browser, site, learner) as context:
        page = open_page(context, site)
        page.keyboard.press("Tab")
        page.keyboard.type("yu")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=question("experience").text)).to_be_focused()
        for key in ("Tab", "Space", "ArrowDown", "Tab", "Enter"):
            page.keyboard.press(key)
        expect(page.get_by_role("heading", name=question("self_rated_level").text)).to_be_focused()
        assert saved(site, learner, "experience") == 1
        for key in ("Tab", "Space", "Enter"):
            page.keyboard.press(key)
        expect(page.get_by_role("heading", name=question("goals").text)).to_be_focused()
        for key in ("Tab", "Space", "Tab", "Space", "Enter"):
            page.keyboard.press(key)
        see(page, "kitchen_heat")
        assert saved(site, learner, "goals") == ["cook_without_recipes", "impress_family"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it_in_light_and_dark(
    browser: Browser, site: Site, learner: Learner, scheme: Scheme
) -> None:
    save(site, learner, {"call_name": None, **ANSWERS})
    with phone(browser, site, learner, scheme=scheme, is_shown=True) as context:
        page = open_page(context, site, "/liff/quiz/dietary")
        accessible(page, scheme)
        screenshot(page, f"several_{scheme}")
        page.goto(f"{site.url}/liff/quiz/knife_confidence")
        page.get_by_role("button", name=WORDS["next"]).click()
        expect(page.get_by_role("alert")).not_to_have_text("")
        accessible(page, scheme)
        screenshot(page, f"problem_{scheme}")
        for path in ("avoid_ingredients", "end", "review"):
            page.goto(f"{site.url}/liff/quiz/{path}")
            page.locator("html[data-ready]").wait_for()
            accessible(page, scheme)
            screenshot(page, f"{path}_{scheme}")


TOO_WIDE = """() => [...document.querySelectorAll("fieldset")].filter((question) => {
  for (const each of document.querySelectorAll("fieldset")) each.hidden = each !== question;
  return document.documentElement.scrollWidth > innerWidth;
}).map((question) => question.id)"""


def test_nothing_is_wider_than_the_narrowest_phone(browser: Browser, site: Site, learner: Learner) -> None:
    save(site, learner, {"call_name": None, **ANSWERS})
    with phone(browser, site, learner, viewport=NARROW, is_shown=True) as context:
        page = open_page(context, site, "/liff/quiz/dietary")
        screenshot(page, "narrow")
        assert page.evaluate(TOO_WIDE) == []
        for path in ("end", "review"):
            page.goto(f"{site.url}/liff/quiz/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path


IS_SEEN = """() => {
  const { left, top, bottom } = document.activeElement.getBoundingClientRect();
  const seen = (y) => document.elementFromPoint(left + 20, y) === document.activeElement;
  return document.activeElement.tagName === "INPUT" && seen(top + 3) && seen(bottom - 3);
}"""


def test_the_button_stays_in_reach_with_the_keyboard_open(
    browser: Browser, site: Site, learner: Learner
) -> None:
    with phone(browser, site, learner, viewport=KEYBOARD_OPEN, is_shown=True) as context:
        page = open_page(context, site)
        page.get_by_label(WORDS["text_label"]).filter(visible=True).focus()
        box = page.get_by_role("button", name=WORDS["next"]).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= KEYBOARD_OPEN["height"]
        assert page.evaluate(IS_SEEN), "nothing lies over what is written"
        screenshot(page, "keyboard_open")


def test_the_page_is_light(browser: Browser, site: Site, learner: Learner) -> None:
    """LINE's SDK comes at the end only, and the desk's font on a desk only."""
    with phone(browser, site, learner) as context:
        page = context.new_page()
        finished: list[Request] = []

        def note(request: Request) -> None:
            finished.append(request)

        page.on("requestfinished", note)
        page.goto(f"{site.url}/liff/quiz", wait_until="networkidle")
        ours = [request for request in finished if request.url.startswith(site.url)]
        sizes = {
            each.url: sum(each.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
            for each in ours
        }
        assert len(sizes) > 4
        assert sum(sizes.values()) <= MOST_BYTES, sizes
        assert not any("sdk.js" in request.url for request in finished)
