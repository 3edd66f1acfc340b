"""A file sent in pieces to a store's own address: one protocol, whether a bucket or this machine's disk takes it."""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from desk.google import google_settings
from models.base import utc_now
from moment.resources import open_resources
from moment.uploads import UploadDoor
from settings import Settings
from simulator.google.config import GoogleConfig
from storage.cloud import CloudStore
from storage.links import MediaLinks
from storage.local import LocalStore
from storage.local_uploads import PATH
from storage.store import ObjectMissing, ObjectStore, UploadOver
from tests.system import listening, served

GRANULE = 256 * 1024
ORIGIN = "https://moment.example"
CONTENT = os.urandom(3 * GRANULE + 1000)
SIZE = len(CONTENT)


@dataclass(frozen=True)
class Upload:
    """One file on its way."""

    store: ObjectStore
    key: str
    place: str

    def put(self, first: int, end: int) -> httpx.Response:
        headers = {"Content-Range": f"bytes {first}-{end - 1}/{SIZE}"}
        return httpx.put(self.place, content=CONTENT[first:end], headers=headers)

    def ask(self) -> httpx.Response:
        return httpx.put(self.place, headers={"Content-Range": f"bytes */{SIZE}"})

    def stored(self) -> bytes:
        return b"".join(self.store.read(self.key))


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStore]:
    sock = listening()
    links = MediaLinks(f"http://127.0.0.1:{sock.getsockname()[1]}", [SecretStr("secret")])
    store = LocalStore(tmp_path_factory.mktemp("store"), links)
    app = FastAPI()
    app.include_router(UploadDoor(store.uploads).router())
    with served(uvicorn.Server(uvicorn.Config(app, log_level="warning")), sock):
        yield store


def open_in(store: ObjectStore) -> Upload:
    key = f"videos/{uuid4().hex}.mp4"
    return Upload(store, key, store.open_upload(key, "video/mp4", SIZE, ORIGIN))


@pytest.fixture(scope="module")
def bucket(google_config: GoogleConfig, google_url: str) -> Iterator[CloudStore]:
    with open_resources(Settings.without_environment(**google_settings(google_config, google_url))) as ours:
        assert isinstance(ours.store, CloudStore)
        yield ours.store


@pytest.fixture(params=["local", "bucket"])
def upload(request: pytest.FixtureRequest) -> Upload:
    return open_in(request.getfixturevalue(request.param))


@pytest.fixture
def local_upload(local: LocalStore) -> Upload:
    return open_in(local)


def test_pieces_become_the_object_once_all_are_there(upload: Upload) -> None:
    first = upload.put(0, GRANULE)
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{GRANULE - 1}")
    assert upload.store.kept(upload.place, SIZE) == GRANULE
    with pytest.raises(ObjectMissing):
        upload.store.describe(upload.key)
    assert upload.put(GRANULE, SIZE).status_code == 200
    assert upload.stored() == CONTENT
    assert upload.store.describe(upload.key).content_type == "video/mp4"
    assert upload.store.kept(upload.place, SIZE) == SIZE


def test_a_page_may_ask_how_much_is_kept(upload: Upload) -> None:
    nothing = upload.ask()
    assert (nothing.status_code, nothing.headers.get("range")) == (308, None)
    upload.put(0, 2 * GRANULE)
    assert upload.ask().headers["range"] == f"bytes=0-{2 * GRANULE - 1}"
    upload.put(2 * GRANULE, SIZE)
    assert upload.ask().status_code == 200


def test_a_piece_whose_answer_was_lost_is_sent_again_and_changes_nothing(upload: Upload) -> None:
    upload.put(0, 2 * GRANULE)
    assert upload.put(GRANULE, 3 * GRANULE).headers["range"] == f"bytes=0-{3 * GRANULE - 1}"
    assert upload.put(2 * GRANULE, SIZE).status_code == 200
    assert upload.put(2 * GRANULE, SIZE).status_code == 200
    assert upload.stored() == CONTENT


def test_a_piece_with_a_gap_before_it_is_not_taken(upload: Upload) -> None:
    upload.put(0, GRANULE)
    assert upload.put(2 * GRANULE, 3 * GRANULE).status_code == 503
    assert upload.store.kept(upload.place, SIZE) == GRANULE


def test_a_cancelled_upload_takes_no_more(upload: Upload) -> None:
    upload.put(0, GRANULE)
    upload.store.cancel_upload(upload.place)
    upload.store.cancel_upload(upload.place)
    assert upload.put(GRANULE, 2 * GRANULE).status_code in (404, 410)
    with pytest.raises(UploadOver):
        upload.store.kept(upload.place, SIZE)


def test_a_page_itself_may_cancel(upload: Upload) -> None:
    assert httpx.delete(upload.place).status_code in (204, 499)
    assert upload.ask().status_code in (404, 410)


def test_an_object_that_is_there_is_not_replaced(upload: Upload) -> None:
    other = Upload(upload.store, upload.key, upload.store.open_upload(upload.key, "video/mp4", SIZE, ORIGIN))
    assert upload.put(0, SIZE).status_code == 200
    assert other.put(0, SIZE).status_code == 412
    assert upload.stored() == CONTENT


def test_a_piece_is_a_multiple_of_the_granule(upload: Upload) -> None:
    assert upload.put(0, GRANULE + 1).status_code == 400


def test_the_buckets_answers_are_for_the_page_that_it_was_opened_for(bucket: CloudStore) -> None:
    bucket.allow_page(ORIGIN)
    upload = open_in(bucket)
    for origin, allowed in ((ORIGIN, ORIGIN), ("https://other.example", None)):
        ask = {"Origin": origin, "Content-Range": f"bytes */{SIZE}"}
        answer = httpx.put(upload.place, headers=ask)
        assert answer.headers.get("access-control-allow-origin") == allowed
        preflight = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        answer = httpx.options(upload.place, headers=preflight)
        assert answer.headers.get("access-control-allow-origin") == allowed


def test_what_came_before_the_sender_was_lost_is_kept(local_upload: Upload) -> None:
    place = urlsplit(local_upload.place)
    sent = GRANULE + 777
    with socket.create_connection((place.hostname or "", place.port or 0)) as connection:
        head = f"PUT {place.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {SIZE}\r\n\r\n"
        connection.sendall(head.encode() + CONTENT[:sent])
    _wait_until_kept(local_upload, sent)
    assert local_upload.put(sent, sent + GRANULE).status_code == 308
    assert local_upload.put(sent + GRANULE, SIZE).status_code == 200
    assert local_upload.stored() == CONTENT


def _wait_until_kept(upload: Upload, count: int) -> None:
    waiting = threading.Event()
    for _ in range(400):
        if upload.store.kept(upload.place, SIZE) == count:
            return
        waiting.wait(0.02)
    raise AssertionError(f"{upload.store.kept(upload.place, SIZE)} bytes are kept, not {count}")


def test_two_tabs_that_send_the_same_file_make_one_whole(local_upload: Upload) -> None:
    start = threading.Barrier(4)
    statuses = []

    def send() -> None:
        start.wait()
        statuses.append(local_upload.put(0, SIZE).status_code)

    tabs = [threading.Thread(target=send) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert statuses == [200] * 4
    assert local_upload.stored() == CONTENT


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": f"bytes 0-9/{SIZE + 1}"},
        {"Content-Range": "bytes 5-1/9"},
        {"Content-Range": "pages 1-2/3"},
        {"Content-Range": f"bytes 0-{GRANULE - 1}/{SIZE}"},  # and more comes than that
    ],
)
def test_a_body_that_is_not_what_its_header_says_is_refused(
    local_upload: Upload, headers: dict[str, str]
) -> None:
    assert httpx.put(local_upload.place, content=CONTENT, headers=headers).status_code == 400
    assert local_upload.store.kept(local_upload.place, SIZE) <= GRANULE


def test_an_address_that_is_not_ours_is_unknown(
    local: LocalStore, local_upload: Upload, tmp_path: Path
) -> None:
    forger = LocalStore(tmp_path, MediaLinks(local.uploads.links.public_url, [SecretStr("guess")]))
    forged = forger.open_upload(local_upload.key, "video/mp4", SIZE, ORIGIN)
    for place in (forged, f"{local.uploads.links.public_url}{PATH}/nonsense", local_upload.place + "x"):
        assert httpx.put(place, content=CONTENT).status_code == 404
    # A media link is signed with the same secret, and is no place to send to.
    link = local.signed_url(local_upload.key, utc_now())
    token = link.split("/media/")[1].split("/")[0]
    assert httpx.put(f"{local.uploads.links.public_url}{PATH}/{token}", content=CONTENT).status_code == 404


def test_what_grows_is_for_nobody_else_on_this_machine(local: LocalStore, local_upload: Upload) -> None:
    local_upload.put(0, GRANULE)
    for file in (local.root / ".uploads").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
