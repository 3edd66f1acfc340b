"""A whole call on a desk: a browser's microphone and camera, our web process, the offline companion, and its voice back."""

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text
from sqlmodel import SQLModel, select

from knowledge_base.companion_talk import recording_text
from liff.pages.companion import RECORDINGS
from models.companion import CompanionCall
from pipeline.providers.offline.narrator import SAMPLING_RATE, OpenJTalkNarrator
from simulator.http.client import wait_until
from tests.browser.test_companion_page import EAR, PATIENCE, WORDS, Phone, filmed, phone_of
from tests.chromium import once, open_browser
from tests.liff.conftest import Site, open_site
from tests.system import WAIT

__all__ = ["filmed"]

QUESTION, CRY = "卵はいつ入れればいいですか。", "煙が出てきました。"
BEFORE_SECONDS, BETWEEN_SECONDS = 8, 14  # the greeting is said in the first, the answer in the second


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears: a question, and after its answer a cry."""
    folder = tmp_path_factory.mktemp("kitchen")
    speech, _ = OpenJTalkNarrator().speak([QUESTION, CRY], folder)
    out = folder / "kitchen.wav"
    with wave.open(str(out), "wb") as file:
        file.setparams((1, 2, SAMPLING_RATE, 0, "NONE", "not compressed"))
        for sentence, seconds in zip(speech, (BEFORE_SECONDS, BETWEEN_SECONDS), strict=True):
            file.writeframes(bytes(2 * SAMPLING_RATE * seconds))
            with wave.open(str(sentence.wav), "rb") as source:
                file.writeframes(source.readframes(source.getnframes()))
        file.writeframes(bytes(2 * SAMPLING_RATE * 60))
    return out


@pytest.fixture(scope="module")
def browser(kitchen: Path, filmed: Path) -> Iterator[Browser]:
    with open_browser(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={kitchen}%noloop",
        f"--use-file-for-fake-video-capture={filmed}",
    ) as browser:
        yield browser


@pytest.fixture(scope="module")
def site(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(postgres_url, valkey_url, tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[Phone]:
    with phone_of(site, browser, RECORDINGS, before=EAR) as phone:
        yield phone


def rows(site: Site) -> str:
    with site.database.transaction() as db:
        return "".join(
            str(row)
            for table in SQLModel.metadata.sorted_tables
            for row in db.execute(select(text("*")).select_from(table))
        )


def test_a_learner_asks_hears_the_answer_and_is_told_what_to_do_about_smoke(site: Site, phone: Phone) -> None:
    page, said, heard = phone.page, phone.page.locator("#said"), phone.page.locator("#heard")
    phone.begin()
    expect(said).to_contain_text("チャーハンの1回目ですね", timeout=PATIENCE)
    once(page, "told.length > 0 && pitch() > 0")
    expect(heard).to_contain_text("卵", timeout=PATIENCE)
    words = heard.text_content() or ""
    expect(said).to_contain_text("卵を先に入れて", timeout=PATIENCE)
    phone.check("whole_call")
    expect(said).to_have_text(recording_text("smoke"), timeout=PATIENCE)
    phone.button("hang_up").click()
    expect(page.get_by_role("heading", name=WORDS["over_title"])).to_be_visible(timeout=PATIENCE)

    def ended(_: object) -> bool:
        with site.database.transaction() as db:
            return db.exec(select(CompanionCall.ended_at)).one() is not None

    wait_until(lambda: None, ended, WAIT, lambda _: "the call's end")
    assert words not in rows(site)
    assert recording_text("smoke") not in rows(site)
