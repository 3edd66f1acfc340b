"""A long video from a learner's browser: opened, sent, gone on with, completed; and nobody else's."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlmodel import select

from models.base import database_now
from models.media import Media, MediaKind, MediaSource
from models.upload import Upload
from models.user import User
from services.cooking import open_cook
from tests.liff.conftest import Site

GRANULE = 256 * 1024
MP4 = b"\x00\x00\x00\x18ftypmp42" + os.urandom(GRANULE + 5000)
M4A = b"\x00\x00\x00\x18ftypM4A " + os.urandom(5000)


@dataclass(frozen=True)
class Cook:
    """A learner's, which waits for its video."""

    site: Site
    client: httpx.Client
    user_id: int
    session_id: int

    def open(self, content: bytes = MP4, *, what: str = "upload", **facts: Any) -> httpx.Response:
        return self.client.post(f"/api/sessions/{self.session_id}/{what}", json=offer(content, **facts))

    def send(self, upload: dict[str, Any], content: bytes = MP4) -> dict[str, Any]:
        assert httpx.put(upload["url"], content=content).status_code == 200
        answer = self.client.post(f"/api/uploads/{upload['id']}/complete")
        assert answer.status_code == 200, answer.text
        completed: dict[str, Any] = answer.json()
        return completed

    def media(self) -> list[Media]:
        with self.site.database.transaction() as db:
            return list(db.exec(select(Media).where(Media.user_id == self.user_id)))

    def row(self, upload: dict[str, Any]) -> Upload:
        with self.site.database.transaction() as db:
            return db.get_one(Upload, upload["id"])


def offer(content: bytes, **facts: Any) -> dict[str, Any]:
    return {
        "name": "IMG_0001.MOV",
        "bytes": len(content),
        "content_type": "video/quicktime",
        "last_modified": 1_700_000_000_000,
        "head_sha256": hashlib.sha256(content[: 1024 * 1024]).hexdigest(),
        "head": base64.b64encode(content[:256]).decode(),
    } | facts


def cook_of(site: Site, client: httpx.Client) -> Cook:
    user_id = client.get("/api/auth/me").json()["id"]
    with site.database.transaction() as db:
        cook = open_cook(db, db.get_one(User, user_id), None, "fried-rice", database_now(db))
        return Cook(site, client, user_id, cook.id)


@pytest.fixture
def cook(site: Site, client: httpx.Client) -> Cook:
    return cook_of(site, client)


@pytest.fixture
def stranger(site: Site) -> Iterator[Cook]:
    with site.signed_in(site.desk.learner("たろう")) as client:
        yield cook_of(site, client)


def test_a_sent_video_goes_the_way_of_one_from_the_chat(cook: Cook) -> None:
    opened = cook.open()
    assert opened.status_code == 201, opened.text
    upload = opened.json()
    assert (upload["state"], upload["offset"], upload["chunk_bytes"]) == ("open", 0, 8 * 1024 * 1024)
    completed = cook.send(upload)
    assert (completed["state"], completed["session_id"], completed["url"]) == (
        "completed",
        cook.session_id,
        None,
    )
    (media,) = cook.media()
    assert (media.kind, media.source, media.session_id) == (
        MediaKind.VIDEO,
        MediaSource.UPLOAD,
        cook.session_id,
    )
    assert media.due_at is not None  # to be looked into, as any
    row = cook.row(upload)
    assert (row.media_id, row.place, row.nudge_at) == (media.id, "", None)
    # Told twice, it is taken once.
    again = cook.client.post(f"/api/uploads/{upload['id']}/complete")
    assert (again.status_code, len(cook.media())) == (200, 1)


def test_a_memo_too(cook: Cook) -> None:
    upload = cook.open(M4A, what="voice-memo", content_type="audio/mp4").json()
    cook.send(upload, M4A)
    (media,) = cook.media()
    assert (media.kind, media.session_id) == (MediaKind.MEMO, cook.session_id)


def test_the_same_file_goes_on_where_it_was(cook: Cook) -> None:
    upload = cook.open().json()
    head = {"Content-Range": f"bytes 0-{GRANULE - 1}/{len(MP4)}"}
    assert httpx.put(upload["url"], content=MP4[:GRANULE], headers=head).status_code == 308
    again = cook.open().json()
    assert (again["id"], again["url"], again["offset"]) == (upload["id"], upload["url"], GRANULE)
    looked = cook.client.get(f"/api/uploads/{upload['id']}").json()
    assert (looked["offset"], looked["url"]) == (GRANULE, upload["url"])
    other = cook.open(last_modified=5).json()
    assert other["id"] != upload["id"]


def test_what_is_not_all_here_cannot_be_completed(cook: Cook) -> None:
    upload = cook.open().json()
    answer = cook.client.post(f"/api/uploads/{upload['id']}/complete")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:moment:problem:upload_incomplete")
    assert cook.media() == []


def test_a_cancelled_upload_is_closed(cook: Cook) -> None:
    upload = cook.open().json()
    for _ in range(2):
        assert cook.client.delete(f"/api/uploads/{upload['id']}").status_code == 204
    assert cook.client.get(f"/api/uploads/{upload['id']}").json()["state"] == "cancelled"
    assert cook.client.post(f"/api/uploads/{upload['id']}/complete").status_code == 409
    assert cook.open().json()["id"] != upload["id"]


def test_a_completed_one_cannot_be_cancelled(cook: Cook) -> None:
    upload = cook.open().json()
    cook.send(upload)
    assert cook.client.delete(f"/api/uploads/{upload['id']}").status_code == 409


@pytest.mark.parametrize("what", ["upload", "voice-memo"])
def test_what_another_learner_has_does_not_exist(cook: Cook, stranger: Cook, what: str) -> None:
    upload = cook.open(M4A if what == "voice-memo" else MP4, what=what).json()
    theirs = stranger.client
    answers = [
        theirs.post(f"/api/sessions/{cook.session_id}/{what}", json=offer(MP4)),
        theirs.get(f"/api/uploads/{upload['id']}"),
        theirs.post(f"/api/uploads/{upload['id']}/complete"),
        theirs.delete(f"/api/uploads/{upload['id']}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer.json()["type"] for answer in answers} == {"urn:moment:problem:not_found"}
    assert cook.client.get(f"/api/uploads/{upload['id']}").json()["state"] == "open"


def test_nobody_sends_without_being_signed_in(site: Site, cook: Cook) -> None:
    upload = cook.open().json()
    with site.browser() as nobody:
        for method, path in (
            ("POST", f"/api/sessions/{cook.session_id}/upload"),
            ("POST", f"/api/sessions/{cook.session_id}/voice-memo"),
            ("GET", f"/api/uploads/{upload['id']}"),
            ("POST", f"/api/uploads/{upload['id']}/complete"),
            ("DELETE", f"/api/uploads/{upload['id']}"),
        ):
            body = offer(MP4) if "sessions" in path else None
            assert nobody.request(method, path, json=body).status_code == 401


@pytest.mark.parametrize(
    ("content", "what", "status", "problem"),
    [
        (b"\xff\xd8\xff" + bytes(500), "upload", 422, "is_a_photo"),
        (b"PK\x03\x04" + bytes(500), "upload", 422, "not_a_video"),
        (M4A, "upload", 422, "not_a_video"),
        (b"plain words", "voice-memo", 422, "not_a_recording"),
        (b"", "upload", 422, "file_empty"),
    ],
)
def test_what_it_is_not_is_told_before_it_is_sent(
    cook: Cook, content: bytes, what: str, status: int, problem: str
) -> None:
    answer = cook.open(content, what=what)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:moment:problem:{problem}")
    assert answer.json()["detail"].endswith("。")


@pytest.mark.parametrize(
    ("what", "size", "status"),
    [("upload", 2 * 1024**3, 201), ("upload", 2 * 1024**3 + 1, 413), ("voice-memo", 51 * 1024**2, 413)],
)
def test_two_gigabytes_are_taken_and_no_more(cook: Cook, what: str, size: int, status: int) -> None:
    assert cook.open(what=what, bytes=size).status_code == status


def test_what_lied_about_its_first_bytes_is_found_out_at_the_end(cook: Cook) -> None:
    photo = b"\xff\xd8\xff" + bytes(500)
    upload = cook.open(photo, head="").json()
    httpx.put(upload["url"], content=photo)
    answer = cook.client.post(f"/api/uploads/{upload['id']}/complete")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:moment:problem:is_a_photo")
    assert cook.row(upload).cancelled_at is not None
    assert cook.media() == []


def test_the_one_left_alone_longest_gives_way_to_a_fifth(cook: Cook) -> None:
    uploads = [cook.open(last_modified=number).json() for number in range(5)]
    states = [cook.client.get(f"/api/uploads/{each['id']}").json()["state"] for each in uploads]
    assert states == ["cancelled", "open", "open", "open", "open"]


def test_a_cook_that_has_its_video_takes_no_other(site: Site, cook: Cook) -> None:
    first, second = cook.open().json(), cook.open(last_modified=7).json()
    cook.send(first)
    assert cook.open(last_modified=8).json()["type"] == "urn:moment:problem:video_there"
    httpx.put(second["url"], content=MP4)
    answer = cook.client.post(f"/api/uploads/{second['id']}/complete")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:moment:problem:video_there")
    assert len(cook.media()) == 1


def test_a_session_is_named_by_a_number_that_fits(cook: Cook) -> None:
    for number in (0, 2**31, 2**63):
        assert cook.client.get(f"/api/uploads/{number}").status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"head_sha256": "x"},
        {"name": "x" * 501},
        {"bytes": -1},
        {"head": "あ"},
        {"content_type": "a\r\nb"},
    ],
)
def test_an_offer_that_is_none_is_refused(cook: Cook, wrong: dict[str, Any]) -> None:
    assert cook.open(**wrong).status_code == 422


def test_half_a_letter_is_no_name(cook: Cook) -> None:
    body = json.dumps(offer(MP4, name="\ud800"))
    path = f"/api/sessions/{cook.session_id}/upload"
    answer = cook.client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_any_name_will_do_and_none_is_kept(cook: Cook) -> None:
    name = f"チャーハン\x00{uuid4()}.mov"
    upload = cook.open(name=name).json()
    row = cook.row(upload)
    assert name not in repr(row)
