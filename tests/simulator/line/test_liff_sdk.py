"""The LIFF SDK's stand-in in a real browser, on pages of another origin, as the app under test would serve them."""

import re
from typing import Any

import jwt
import pytest
from playwright.sync_api import Error, Page, expect

from simulator.line.client import Learner
from tests.simulator.line.harness import LOGIN_CHANNEL, Receiver
from tests.simulator.line.liff_pages import QUIZ, READY_QUIZ, UPLOAD, LiffPages

REFUSED = "403: user doesn't grant required permissions yet"
TOKEN_OVER = "invalid_request: access token expired"
SIGN_IN = re.compile(r"/desk/liff/authorize\?")
SAY = "liff.sendMessages([{ type: 'text', text: '答えました' }])"


def start(page: Page, liff_id: str = QUIZ, config: str = "") -> None:
    page.evaluate(f"liff.init({{ liffId: '{liff_id}', {config} }})")


def failure(page: Page, expression: str) -> str:
    """How a promise or call failed, as "code: message"."""
    return str(
        page.evaluate(
            f"(async () => {{ await {expression}; return 'no failure'; }})()"
            ".catch((error) => `${error.code}: ${error.message}`)"
        )
    )


def open_in_line(page: Page, learner: Learner, rest: str = "", liff_id: str = QUIZ) -> None:
    """Until the app is at its secondary URL and has started there."""
    primary = learner.liff_open(f"https://liff.line.me/{liff_id}{rest}").url
    page.goto(primary)
    if not rest:
        start(page, liff_id)
        return
    with page.expect_navigation():
        page.evaluate(f"void liff.init({{ liffId: '{liff_id}' }})")
    start(page, liff_id)


def sign_in(page: Page, learner: Learner) -> None:
    page.wait_for_url(SIGN_IN)
    page.locator(f"a[href*='{learner.user_id}']").click()
    page.wait_for_url(re.compile("code="))


def test_init_moves_on_to_the_secondary_url(page: Page, hana: Learner, liff_pages: LiffPages) -> None:
    for liff_id, rest, secondary in (
        (QUIZ, "/review/3?from=chat#end", "/liff/review/3?from=chat#end"),
        (QUIZ, "?from=%E5%8D%B5", "/liff/?from=%E5%8D%B5"),
        (QUIZ, "/?back=/a?b", "/liff/?back=/a?b"),
        (UPLOAD, "/film?x=1?y", "/liff/upload/film?lang=ja&x=1?y"),
        (UPLOAD, "?x=1", "/liff/upload?lang=ja&x=1"),
        (UPLOAD, "/film/", "/liff/upload/film/?lang=ja"),
    ):
        open_in_line(page, hana, rest, liff_id)
        assert page.url == liff_pages.url + secondary
        assert page.evaluate("[liff.id, liff.isInClient(), liff.isLoggedIn()]") == [liff_id, True, True]
        assert page.evaluate("liff.getContext().type") == "utou"


def test_the_endpoint_itself_is_opened_by_the_liff_url_alone(
    page: Page, hana: Learner, liff_pages: LiffPages
) -> None:
    open_in_line(page, hana)
    assert page.url == f"{liff_pages.url}/liff/", "and the tokens have gone from the address"
    claims = jwt.decode(page.evaluate("liff.getIDToken()"), options={"verify_signature": False})
    assert (claims["sub"], claims["aud"]) == (hana.user_id, LOGIN_CHANNEL)
    assert page.evaluate("liff.getDecodedIDToken().name") == "はな"
    assert page.evaluate("liff.getProfile()") == {"userId": hana.user_id, "displayName": "はな"}
    assert page.evaluate("liff.getFriendship()") == {"friendFlag": True}
    context = page.evaluate("liff.getContext()")
    assert (context["viewType"], context["liffId"], context["userId"]) == ("tall", QUIZ, hana.user_id)
    assert page.evaluate("liff.getLineVersion()")
    page.reload()
    start(page)
    assert page.evaluate("liff.getAccessToken()"), "a page of the same opening still has its tokens"


def test_a_page_says_something_in_the_chat(page: Page, hana: Learner, liff_receiver: Receiver) -> None:
    open_in_line(page, hana)
    page.evaluate(SAY)
    said = liff_receiver.wait_of(hana.user_id, 2)[-1]
    assert said["message"]["text"] == "答えました"
    assert said["replyToken"]


def test_wrong_arguments_are_told(page: Page, hana: Learner) -> None:
    open_in_line(page, hana)
    for messages, words in (
        ("'答えました'", "Parameter 'messages' must be an array of { type, ... }"),
        ("[]", "Number of messages should be in range 1 to 5."),
    ):
        assert failure(page, f"liff.sendMessages({messages})") == f"INVALID_ARGUMENT: {words}"
    assert failure(page, "liff.openWindow({ url: 1 })").startswith("INVALID_ARGUMENT")
    assert failure(page, "liff.isApiAvailable('teleport')").startswith("INVALID_ARGUMENT")


def test_an_app_starts_at_or_below_its_endpoint(page: Page, liff_pages: LiffPages) -> None:
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    for path in ("/liff/", "/liff/deep/down?x=1"):
        page.goto(liff_pages.url + path)
        start(page)
    assert warnings == []
    for path in ("/", "/liffy/"):
        page.goto(liff_pages.url + path)
        start(page)
        assert f"{liff_pages.url}{path} is not under {liff_pages.url}/liff/" in warnings.pop()


def test_an_unknown_app_does_not_start(page: Page, hana: Learner, liff_pages: LiffPages) -> None:
    page.goto(f"{liff_pages.url}/liff/")
    assert failure(page, "liff.init({})") == "INVALID_CONFIG: liffId is necessary for liff.init()"
    assert "no LIFF app" in failure(page, f"liff.init({{ liffId: '{LOGIN_CHANNEL}-other' }})")
    assert failure(page, "liff.getProfile()").startswith("FORBIDDEN"), "nothing is known of the app"
    page.goto(hana.liff_open(f"https://liff.line.me/{QUIZ}").url)
    assert failure(page, f"liff.init({{ liffId: '{UPLOAD}' }})") == "INIT_FAILED: Invalid LIFF ID"


def test_an_ordinary_browser_signs_in_and_stays_signed_in(
    page: Page, hana: Learner, liff_pages: LiffPages
) -> None:
    page.goto(f"{liff_pages.url}/liff/quiz?step=2")
    start(page)
    facts = "[liff.isInClient(), liff.isLoggedIn(), liff.getContext().type, liff.getContext().userId]"
    assert page.evaluate(facts) == [False, False, "external", None]
    assert page.evaluate("liff.getLineVersion()") is None
    assert failure(page, "liff.getProfile()").startswith("UNAUTHORIZED")
    page.evaluate("liff.login({ redirectUri: location.href })")
    sign_in(page, hana)
    assert page.url.startswith(f"{liff_pages.url}/liff/quiz?step=2&code=")
    start(page)
    assert page.evaluate(facts) == [False, True, "external", hana.user_id]
    assert page.evaluate("liff.getContext().viewType ?? null") is None
    page.goto(f"{liff_pages.url}/liff/")
    start(page)
    assert page.evaluate("liff.getDecodedIDToken().sub") == hana.user_id
    assert failure(page, SAY) == REFUSED
    page.evaluate("liff.logout()")
    assert page.evaluate("[liff.isLoggedIn(), liff.getIDToken()]") == [False, None]
    page.reload()
    start(page)
    assert page.evaluate("liff.isLoggedIn()") is False


def test_init_can_ask_to_sign_in_by_itself(page: Page, hana: Learner, liff_pages: LiffPages) -> None:
    page.goto(f"{liff_pages.url}/liff/quiz")
    page.evaluate(f"void liff.init({{ liffId: '{QUIZ}', withLoginOnExternalBrowser: true }})")
    sign_in(page, hana)
    assert page.url.startswith(f"{liff_pages.url}/liff/?code="), "by default it leads to the endpoint"
    start(page, config="withLoginOnExternalBrowser: true")
    assert page.evaluate("liff.isLoggedIn()") is True


def test_who_does_not_sign_in_is_told_to_the_page(page: Page, hana: Learner, liff_pages: LiffPages) -> None:
    page.goto(f"{liff_pages.url}/liff/")
    start(page)
    page.evaluate("liff.login()")
    page.wait_for_url(SIGN_IN)
    page.get_by_role("link", name="キャンセル").click()
    page.wait_for_url(re.compile("liffOAuth2Error"))
    refusal = failure(page, f"liff.init({{ liffId: '{QUIZ}' }})")
    assert refusal == "INIT_FAILED: access_denied: The resource owner denied the request."


def test_a_denied_scope_is_prompted_for_and_refused(page: Page, hana: Learner) -> None:
    hana.deny_liff("chat_message.write")
    open_in_line(page, hana)
    assert page.evaluate("liff.permission.query('chat_message.write')") == {"state": "prompt"}
    assert page.evaluate("liff.permission.query('profile')") == {"state": "granted"}
    assert page.evaluate("liff.permission.getGrantedAll()") == ["profile", "openid"]
    assert failure(page, SAY) == REFUSED
    assert failure(page, "liff.permission.requestAll()").startswith("FORBIDDEN")
    assert failure(page, "liff.permission.query('camera')").startswith("INVALID_ARGUMENT")


def test_a_scope_that_the_app_lacks_is_not_available(page: Page, hana: Learner) -> None:
    open_in_line(page, hana, liff_id=UPLOAD)
    assert page.evaluate("liff.permission.query('chat_message.write')") == {"state": "unavailable"}
    assert failure(page, SAY) == "FORBIDDEN: The permission is not in LIFF app scope."


def test_a_page_opened_elsewhere_in_line_has_no_chat_to_write_to(page: Page, hana: Learner) -> None:
    page.goto(hana.liff_open(f"https://liff.line.me/{QUIZ}", from_chat=False).url)
    start(page)
    assert page.evaluate("[liff.getContext().type, liff.isInClient()]") == ["none", True]
    assert failure(page, SAY) == REFUSED


def test_an_id_token_that_is_over_is_replaced_by_signing_in_anew(
    page: Page, hana: Learner, liff_pages: LiffPages
) -> None:
    hana.spoil_next_liff_session("expired")
    open_in_line(page, hana, "/review/")
    old = page.evaluate("liff.getIDToken()")
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(old, options={"verify_signature": False, "verify_exp": True})
    page.evaluate("liff.logout(); liff.login({ redirectUri: location.href })")
    page.wait_for_url(f"{liff_pages.url}/liff/review/?code=**")
    start(page)
    jwt.decode(page.evaluate("liff.getIDToken()"), options={"verify_signature": False, "verify_exp": True})
    assert failure(page, SAY) == REFUSED, "the chat is no longer known"


def test_revoked_tokens_stop_a_page_until_it_logs_out(
    page: Page, hana: Learner, liff_pages: LiffPages
) -> None:
    open_in_line(page, hana)
    hana.revoke_liff_tokens()
    assert failure(page, "liff.getProfile()") == TOKEN_OVER
    assert page.evaluate("liff.isLoggedIn()") is True, "the SDK does not know"
    page.reload()
    assert failure(page, f"liff.init({{ liffId: '{QUIZ}' }})") == TOKEN_OVER
    page.evaluate("liff.logout()")
    page.reload()
    with page.expect_navigation(url=re.compile("code=")):
        page.evaluate(f"void liff.init({{ liffId: '{QUIZ}' }})")
    assert page.url.startswith(f"{liff_pages.url}/liff/?liff.hback=2&code="), "LINE's SDK leaves this mark"
    start(page)
    assert page.evaluate("liff.getProfile()")["userId"] == hana.user_id


def test_what_is_available_depends_on_where_the_page_is(
    page: Page, hana: Learner, liff_pages: LiffPages
) -> None:
    names = "['multipleLiffTransition', 'subwindowOpen', 'shareTargetPicker', 'iap']"
    page.goto(f"{liff_pages.url}/liff/")
    start(page)
    assert page.evaluate(f"{names}.map(liff.isApiAvailable)") == [False, False, False, False]
    open_in_line(page, hana)
    assert page.evaluate(f"{names}.map(liff.isApiAvailable)") == [True, True, False, False]


def test_a_link_that_wants_an_ordinary_browser_gets_one(
    page: Page, hana: Learner, liff_pages: LiffPages
) -> None:
    open_in_line(page, hana)
    for act in ("document.querySelector('#outside').click()", "liff.openWindow({ url: location.href })"):
        with page.expect_popup() as popup:
            page.evaluate(act)
        popup.value.wait_for_load_state()
        start(popup.value)
        assert popup.value.evaluate("[liff.isInClient(), liff.isLoggedIn()]") == [False, False]
        popup.value.close()
    assert page.url == f"{liff_pages.url}/liff/"


def test_a_liff_url_in_an_ordinary_browser_stays_there(page: Page, liff_pages: LiffPages) -> None:
    page.goto(f"{liff_pages.url}/liff/")
    page.locator("#liff").click()
    page.wait_for_url(f"{liff_pages.url}/ready/upload/film?a=1")
    expect(page.locator("body")).to_have_attribute("data-ready", "external")
    page.evaluate(f"location.href = 'https://liff.line.me/{READY_QUIZ}'")
    page.wait_for_url(f"{liff_pages.url}/ready/quiz/")


def test_the_page_may_wait_for_liff_to_be_ready(page: Page, hana: Learner) -> None:
    page.goto(hana.liff_open(f"https://liff.line.me/{QUIZ}").url)
    order: Any = page.evaluate(
        f"""new Promise((resolve) => {{
          const order = [];
          liff.ready.then(() => order.push("ready")).then(() => setTimeout(() => resolve(order)));
          liff.init({{ liffId: "{QUIZ}" }}, () => order.push("success"));
        }})"""
    )
    assert sorted(order) == ["ready", "success"]


def test_before_init_most_of_it_is_out_of_reach(page: Page, liff_pages: LiffPages) -> None:
    page.goto(f"{liff_pages.url}/liff/")
    assert page.evaluate("[liff.id, liff.getContext(), liff.getIDToken(), liff.isInClient()]") == [
        None,
        None,
        None,
        False,
    ]
    with pytest.raises(Error, match="You need to define"):
        page.evaluate("liff.login()")
