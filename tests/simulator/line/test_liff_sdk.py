"""The LIFF SDK's stand-in in a real browser, on a page of another origin, as the app under test would serve it."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from simulator.line.client import Desk
from tests.simulator.line.harness import Receiver

PAGE = """<!doctype html><meta charset="utf-8"><script src="{desk}/desk/liff/sdk.js"></script>"""
# A browser of the system if there is one, else the one playwright installed.
SYSTEM_BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
INIT = "liff.init({ liffId: '2000000099-abcdefgh' }).then(() => liff.isLoggedIn())"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=SYSTEM_BROWSER)
        except Error as error:
            pytest.skip(f"no browser to run it in: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def liff_page(desk: Desk) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.format(desk=desk.base_url).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/liff"
    server.shutdown()
    server.server_close()


def test_the_only_learner_is_signed_in_at_once(
    desk: Desk, browser: Browser, liff_page: str, receiver: Receiver
) -> None:
    learner = desk.learner("はな")
    learner.follow()
    page = browser.new_page()
    page.goto(liff_page)
    assert page.evaluate(INIT) is True
    claims = jwt.decode(page.evaluate("liff.getIDToken()"), options={"verify_signature": False})
    assert claims["sub"] == learner.user_id
    assert page.evaluate("liff.getDecodedIDToken().name") == "はな"
    assert page.evaluate("liff.getProfile()") == {"userId": learner.user_id, "displayName": "はな"}
    page.evaluate("liff.sendMessages([{ type: 'text', text: 'アンケートに答えました' }])")
    assert receiver.wait_for("message")["message"]["text"] == "アンケートに答えました"


def test_of_several_learners_one_chooses_and_stays(desk: Desk, browser: Browser, liff_page: str) -> None:
    desk.learner("はな")
    taro = desk.learner("たろう")
    page = browser.new_page()
    page.goto(liff_page + "?step=2")
    assert page.evaluate(INIT) is False
    page.evaluate("liff.login()")
    page.get_by_role("link", name="たろう").click()
    page.wait_for_url(liff_page + "?step=2&desk_learner=*")
    assert page.evaluate(INIT) is True
    assert page.url == liff_page + "?step=2"
    page.reload()
    assert page.evaluate(INIT) is True
    assert page.evaluate("liff.getProfile()")["userId"] == taro.user_id


def test_another_liff_id_is_refused(browser: Browser, liff_page: str) -> None:
    page = browser.new_page()
    page.goto(liff_page)
    with pytest.raises(Error, match="no LIFF app"):
        page.evaluate("liff.init({ liffId: 'other' })")
