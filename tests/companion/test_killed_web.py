"""A web process that dies in the middle of a call: the page comes back to the next one, and the call goes on where it was."""

import os
import signal
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
from sqlmodel import select

from desk.simulated_line import channels
from desk.stack import ProcessLauncher, Web, wait_for
from desk.supervisor import Supervisor
from liff.identity import COOKIE
from models.companion import CompanionCall
from models.database import Database
from models.user import User
from moment.parts import run_part
from pipeline.providers.registry import build_providers
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


def test_a_call_survives_the_death_of_its_process(
    settings: Settings, database: Database, double: LiveDouble, tmp_path: Path
) -> None:
    with Supervisor() as supervisor:
        launcher = ProcessLauncher(supervisor, partial(run_part, build=build_providers), logs=tmp_path)
        port = launcher.reserve_port()
        url = f"http://127.0.0.1:{port}"
        theirs = {name: getattr(double.settings, name) for name in GOOGLE}
        launcher.start(Web(port), settings.change(line_channels=channels(), public_url=url, **theirs))
        wait_for(f"{url}/readyz", launcher)
        with closing(httpx.Client(base_url=url, cookies={COOKIE: _signed_in(database)})) as client:
            with open_page(client) as page:
                key = page.until("ready")["call"]
                until(lambda: _handle(database) != "")  # it is written down every few seconds
                os.kill(launcher.process_id(Web(port)), signal.SIGKILL)
                assert page.until_closed() != 1000
            until(lambda: _is_ready(client))
            with open_page(client, call=key) as page:
                assert page.until("ready")["call"] == key
                assert double.record.is_resumed
                assert _answer(page)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").is_success
    except httpx.TransportError:
        return False


def _signed_in(database: Database) -> str:
    with database.transaction() as db:
        user = User(line_user_id=f"U{'1' * 32}", first_name="ゆうこ")
        db.add(user)
        db.flush()
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
