"""A long video from a phone's browser: cut off by the network, closed half-way, and there all the same."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect
from sqlmodel import select

from desk.stack import Layout, start_stack
from knowledge_base.pages import page_words
from liff.identity import COOKIE
from models.base import database_now
from models.database import Database
from models.media import Media, MediaKind
from models.upload import Upload
from models.user import User
from moment.resources import open_resources
from services.cooking import open_cook
from simulator.google.config import GoogleConfig
from simulator.line.client import Learner
from storage.cloud import CloudStore
from storage.local_uploads import LocalUploads, Place
from tests import quick_providers
from tests.chromium import once
from tests.conftest import empty_broker, make_settings, own_database
from tests.liff.conftest import Site
from tests.system import ThreadLauncher

WORDS = page_words("upload")
MIB = 1024 * 1024
SIZE = 24 * MIB + 4321
APPEND = LocalUploads.append
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 320, "height": 568}
PATIENCE = 40_000  # milliseconds
SCREENSHOTS = os.environ.get("SCREENSHOTS")
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mostly a hole, which no disk stores, with a mark at each mebibyte."""
    path = tmp_path_factory.mktemp("clip") / "IMG_0001.mp4"
    with path.open("wb") as file:
        for number in range(SIZE // MIB):
            file.seek(number * MIB)
            file.write(b"\x00\x00\x00\x18ftypmp42" + bytes([number]))
        file.truncate(SIZE)
    return path


@dataclass(frozen=True)
class Gate:
    """The disk takes so much of a file, and then nothing more until it is opened."""

    kept: int
    opened: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(11 * MIB)

    def append(uploads: LocalUploads, place: Place, at: int, chunk: bytes) -> int:
        if at >= gate.kept:
            assert gate.opened.wait(PATIENCE / 1000)
        return APPEND(uploads, place, at, chunk)

    monkeypatch.setattr(LocalUploads, "append", append)
    yield gate
    gate.opened.set()


@dataclass
class Phone:
    """One learner's browser, signed in, with a cook that waits for its video."""

    site: Site
    context: BrowserContext
    user_id: int
    pieces: list[str] = field(default_factory=list)  # the Content-Range of each that was sent

    def open(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", self._note)
        page.goto(f"{self.site.url}/liff/upload")
        return page

    def upload(self) -> Upload:
        with self.site.database.transaction() as db:
            return db.exec(select(Upload).where(Upload.user_id == self.user_id)).one()

    def stored(self) -> bytes:
        return (self.site.settings.objects_dir / self.upload().object_key).read_bytes()

    def kinds(self) -> set[MediaKind]:
        with self.site.database.transaction() as db:
            return {media.kind for media in db.exec(select(Media).where(Media.user_id == self.user_id))}

    def _note(self, request: Request) -> None:
        if request.method == "PUT":
            self.pieces.append(request.headers["content-range"])


@contextmanager
def phone_of(site: Site, browser: Browser, learner: Learner, **options: object) -> Iterator[Phone]:
    with site.signed_in(learner) as client:
        user_id, cookie = client.get("/api/auth/me").json()["id"], client.cookies[COOKIE]
    with site.database.transaction() as db:
        open_cook(db, db.get_one(User, user_id), None, "fried-rice", database_now(db))
    context = browser.new_context(**{"viewport": PHONE, "locale": "ja-JP", **options})  # type: ignore[arg-type]
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url}])
    try:
        yield Phone(site, context, user_id)
    finally:
        context.close()


@pytest.fixture
def phone(site: Site, browser: Browser, learner: Learner) -> Iterator[Phone]:
    with phone_of(site, browser, learner) as phone:
        yield phone


def video(page: Page) -> "PanelOf":
    return PanelOf(page, "video")


@dataclass(frozen=True)
class PanelOf:
    page: Page
    kind: str

    @property
    def root(self):  # type: ignore[no-untyped-def]
        return self.page.locator(f'[data-kind="{self.kind}"]')

    def pick(self, path: Path) -> None:
        self.root.locator("input").set_input_files(path)

    def wait_for_share(self, percent: int) -> None:
        once(
            self.page,
            "([kind, least]) => Number(document.querySelector(`[data-kind=${kind}] .bar`)"
            ".getAttribute('aria-valuenow')) >= least",
            [self.kind, percent],
        )


def expect_done(page: Page) -> None:
    expect(page.get_by_role("heading", name=WORDS["done_title"])).to_be_focused(timeout=PATIENCE)


def test_a_cut_network_costs_no_more_than_a_piece(phone: Phone, clip: Path, gate: Gate) -> None:
    page = phone.open()
    video(page).pick(clip)
    video(page).wait_for_share(40)
    phone.context.set_offline(True)
    expect(page.get_by_text(WORDS["offline_waiting"])).to_be_visible(timeout=PATIENCE)
    gate.opened.set()
    before = len(phone.pieces)
    phone.context.set_offline(False)
    expect_done(page)
    went_on = [int(re.findall(r"\d+", piece)[0]) for piece in phone.pieces[before:]]
    assert max(went_on[:2]) >= 8 * MIB
    assert phone.stored() == clip.read_bytes()
    assert phone.kinds() == {MediaKind.VIDEO}
    assert phone.upload().completed_at is not None


def test_a_page_that_was_closed_goes_on_with_the_same_file(phone: Phone, clip: Path, gate: Gate) -> None:
    page = phone.open()
    video(page).pick(clip)
    video(page).wait_for_share(40)
    page.close(run_before_unload=False)
    gate.opened.set()
    page = phone.open()
    notice = video(page).root.locator(".unfinished")
    expect(notice).to_contain_text("IMG_0001.mp4")
    phone.pieces.clear()
    video(page).pick(clip)
    expect_done(page)
    assert int(re.findall(r"\d+", phone.pieces[0])[0]) >= 8 * MIB
    assert phone.stored() == clip.read_bytes()


def test_all_was_sent_when_the_page_ended(phone: Phone, tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(9000))
    page = phone.open()
    page.route("**/complete", lambda route: route.abort())
    video(page).pick(short)
    expect(page.get_by_text(WORDS["finishing"])).to_be_visible()
    page.close()
    expect_done(phone.open())
    assert phone.kinds() == {MediaKind.VIDEO}


def test_pausing_cancelling_and_sending_another(phone: Phone, clip: Path, gate: Gate, tmp_path: Path) -> None:
    page = phone.open()
    panel = video(page)
    panel.pick(clip)
    panel.wait_for_share(40)
    page.get_by_role("button", name=WORDS["pause"]).click()
    expect(panel.root.get_by_role("status")).to_have_text(WORDS["paused"])
    page.get_by_role("button", name=WORDS["resume"]).click()
    panel.wait_for_share(40)
    page.get_by_role("button", name=WORDS["cancel"]).filter(visible=True).click()
    expect(panel.root.get_by_role("status")).to_have_text(WORDS["cancelled"])
    expect(panel.root.locator("input")).to_be_focused()
    assert phone.upload().cancelled_at is not None

    photo = tmp_path / "IMG_0002.mp4"  # whatever its name says
    photo.write_bytes(b"\xff\xd8\xff" + bytes(1000))
    panel.pick(photo)
    expect(panel.root.get_by_role("alert")).to_contain_text("写真")
    memo = tmp_path / "memo.m4a"
    memo.write_bytes(b"\x00\x00\x00\x18ftypM4A " + bytes(5000))
    PanelOf(page, "memo").pick(memo)
    expect(page.get_by_text(WORDS["memo_sent"])).to_be_visible()
    assert phone.kinds() == {MediaKind.MEMO}


def test_nothing_overflows_and_everybody_can_use_it(
    site: Site, browser: Browser, learner: Learner, clip: Path, gate: Gate
) -> None:
    line = "Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36 Line/15.0.0/IAB LIFF"
    for scheme in ("light", "dark"):
        with phone_of(site, browser, learner, viewport=SMALL, color_scheme=scheme, user_agent=line) as phone:
            page = phone.open()
            check(page, f"upload_{scheme}.png")
            page.get_by_text(WORDS["leave_hint"], exact=True).click()
            expect(page.get_by_role("button", name=WORDS["open_in_browser"])).to_be_visible()
            video(page).pick(clip)
            video(page).wait_for_share(30)
            page.get_by_role("button", name=WORDS["pause"]).click()
            check(page, f"upload_sending_{scheme}.png")
            page.get_by_role("button", name=WORDS["cancel"]).filter(visible=True).click()
            expect(page.get_by_text(WORDS["cancelled"])).to_be_visible()
            page.get_by_role("button", name=WORDS["open_in_browser"]).click()
            with page.expect_request("**/api/auth/session/code"):
                page.get_by_role("button", name=WORDS["enter_go"], exact=True).click()
            expect(page.get_by_role("heading", name=WORDS["title"])).to_be_visible()
            page.goto(f"{site.url}/liff/upload/dishes")
            check(page, f"upload_dishes_{scheme}.png")


def check(page: Page, picture: str) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / picture, full_page=True)


@pytest.fixture(scope="module")
def site_with_bucket(
    postgres_url: str,
    valkey_url: str,
    google_url: str,
    google_config: GoogleConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """What is sent lies in a bucket, at another address than our pages."""
    folder = tmp_path_factory.mktemp("bucket")
    with own_database(postgres_url) as database_url, ExitStack() as stack:
        settings = make_settings(database_url, empty_broker(valkey_url), folder).change(
            google_api_url=google_url,
            google_key_file=google_config.service_account_file,
            google_project=google_config.project,
            gcs_bucket=google_config.bucket,
        )
        launcher = ThreadLauncher(quick_providers.build, stack)
        running = stack.enter_context(
            start_stack(settings, launcher, Layout(folder, queues=(), reconciler=False))
        )
        database = stack.enter_context(closing(Database(database_url)))
        yield Site(running.web_url, running.desk, database, running.settings)


def test_a_bucket_at_another_address_takes_it_too(
    site_with_bucket: Site, browser: Browser, clip: Path
) -> None:
    site = site_with_bucket
    with open_resources(site.settings) as resources:
        store = resources.store
        assert isinstance(store, CloudStore)
        store.allow_page(site.url)
        with phone_of(site, browser, site.desk.learner("ゆうこ")) as phone:
            page = phone.open()
            video(page).pick(clip)
            expect_done(page)
            assert len(phone.pieces) == 4  # each answer was readable: nothing had to be asked for
            assert b"".join(store.read(phone.upload().object_key)) == clip.read_bytes()
        assert phone.kinds() == {MediaKind.VIDEO}


def test_a_learner_without_a_cook_chooses_a_dish_first(
    site: Site, browser: Browser, learner: Learner
) -> None:
    with site.signed_in(learner) as client:
        cookie = client.cookies[COOKIE]
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url}])
    page = context.new_page()
    page.goto(f"{site.url}/liff/upload")
    page.get_by_role("button", name="チャーハン").click()
    expect(page.get_by_text("チャーハン（1回目）")).to_be_visible()
    expect(page.get_by_text(WORDS["video_pick"])).to_be_visible()
    context.close()
