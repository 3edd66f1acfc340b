"""A call through a web process of its own, as it is served: bounds of its socket, and what follows when it dies."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlmodel import select
from websockets.frames import CloseCode

from companion.wire import MOST_MESSAGE_BYTES
from desk.simulated_line import channels
from desk.stack import ProcessLauncher, Web, wait_for
from desk.supervisor import Supervisor
from liff.identity import COOKIE
from models.companion import CompanionCall
from models.database import Database
from moment.parts import run_part
from pipeline.providers.registry import build_providers
from services.profile import take_in
from services.sign_in import sign_in
from settings import Settings
from tests.companion.live_calls import LiveDouble, silence, tone
from tests.companion.page import Page, open_page
from tests.companion.scripted_live import until

GOOGLE = (
    "providers",
    "google_api_url",
    "google_key_file",
    "google_project",
    "gemini_api_key",
    "gcs_bucket",
    "google_live_url",
    "google_live_ca_file",
)


@dataclass(frozen=True)
class WebProcess:
    url: str
    client: httpx.Client  # of a learner who is signed in
    launcher: ProcessLauncher
    part: Web

    def kill(self) -> None:
        os.kill(self.launcher.process_id(self.part), signal.SIGKILL)

    def is_ready(self) -> bool:
        try:
            return self.client.get("/readyz").is_success
        except httpx.TransportError:
            return False


@pytest.fixture
def web(settings: Settings, database: Database, double: LiveDouble, tmp_path: Path) -> Iterator[WebProcess]:
    with Supervisor() as supervisor:
        launcher = ProcessLauncher(supervisor, partial(run_part, build=build_providers), logs=tmp_path)
        part = Web(launcher.reserve_port())
        url = f"http://127.0.0.1:{part.port}"
        theirs = {name: getattr(double.settings, name) for name in GOOGLE}
        launcher.start(part, settings.change(line_channels=channels(), public_url=url, **theirs))
        wait_for(f"{url}/readyz", launcher)
        with closing(httpx.Client(base_url=url, cookies={COOKIE: _signed_in(database)})) as client:
            yield WebProcess(url, client, launcher, part)


def test_a_call_survives_the_death_of_its_process(
    web: WebProcess, database: Database, double: LiveDouble
) -> None:
    with open_page(web.client) as page:
        key = page.until("ready")["call"]
        until(lambda: _handle(database) != "")  # it is written down every few seconds
        web.kill()
        assert page.until_closed() != 1000
    until(web.is_ready)
    with open_page(web.client, call=key) as page:
        assert page.until("ready")["call"] == key
        assert double.record.is_resumed
        assert _answer(page)


def test_what_the_page_sends_is_never_unfolded(web: WebProcess) -> None:
    with open_page(web.client) as page:
        request, response = page.socket.request, page.socket.response
        assert request is not None
        assert response is not None
        assert "permessage-deflate" in request.headers["Sec-WebSocket-Extensions"]
        assert "Sec-WebSocket-Extensions" not in response.headers


def test_a_message_longer_than_a_picture_may_be_ends_the_connection_unread(web: WebProcess) -> None:
    with open_page(web.client) as page:
        page.until("ready")
        page.socket.send(bytes(MOST_MESSAGE_BYTES + 1))
        assert page.until_closed() == CloseCode.MESSAGE_TOO_BIG


def _signed_in(database: Database) -> str:
    with database.transaction() as db:
        user = take_in(db, f"U{'1' * 32}", "ゆうこ")
        return sign_in(db, user).value


def _handle(database: Database) -> str:
    with database.transaction() as db:
        return db.exec(select(CompanionCall.handle)).one()


def _answer(page: Page) -> str:
    pcm = tone(0.3) + silence(0.8)
    for at in range(0, len(pcm), 1280):
        page.speak(pcm[at : at + 1280])
    text: str = page.until("said")["text"]
    return text
