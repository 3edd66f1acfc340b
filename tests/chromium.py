"""A real Chromium. Where there is none the tests are skipped with the reason; CI requires one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, sync_playwright

from simulator.http.client import wait_until

PATIENCE_SECONDS = 120.0
INSTALL = "no Chromium: `apt-get install chromium` (or set CHROMIUM to its path)"
# Without these Chromium calls home at every start, and as root it needs no sandbox.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def once(place: Page | Frame | Locator, fact: str, arg: object = None) -> None:
    """When this JavaScript is true. Playwright's own `wait_for_function` evaluates a string in the page, which our pages' policy
    forbids as soon as it has to look twice."""
    wait_until(lambda: place.evaluate(fact, arg), bool, PATIENCE_SECONDS, lambda _: fact)


@contextmanager
def open_browser(*arguments: str) -> Iterator[Browser]:
    """For the block, with these arguments besides. Starting it takes a second; beyond a module its event loop would be in others' way."""
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])
        yield browser
        browser.close()
