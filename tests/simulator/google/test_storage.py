"""Cloud Storage's JSON API through google-cloud-storage; what an emulator of others' also does, on both."""

import base64
import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import google_crc32c
import httpx
import pytest
from google.api_core import exceptions
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.storage import Bucket, Client
from google.cloud.storage.exceptions import InvalidResponse
from google.cloud.storage.fileio import BlobWriter

from simulator.google.client import GoogleDesk
from tests.simulator.google.conftest import account, bucket_of

GRANULE = 256 * 1024


@pytest.fixture(scope="module")
def emulator() -> Iterator[Bucket]:
    """gcp-storage-emulator, where it is installed."""
    module = pytest.importorskip("gcp_storage_emulator.server")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with module.create_server("127.0.0.1", port, in_memory=True, default_bucket="elsewhere"):
        endpoint = ClientOptions(api_endpoint=f"http://127.0.0.1:{port}")
        client = Client(project="other", credentials=AnonymousCredentials(), client_options=endpoint)
        yield client.bucket("elsewhere")


@pytest.fixture(params=["desk", "emulator"])
def either(request: pytest.FixtureRequest) -> Bucket:
    """The desk's bucket, and somebody else's emulator: what is asked of one, both must do."""
    fixture = "bucket" if request.param == "desk" else "emulator"
    bucket = request.getfixturevalue(fixture)
    assert isinstance(bucket, Bucket)
    return bucket


def test_an_object_comes_back_as_it_went_in(either: Bucket) -> None:
    blob = either.blob("sessions/42/日本語 の名前.bin")
    content = os.urandom(1000)
    blob.upload_from_string(content, content_type="video/mp4")
    assert blob.exists()
    assert blob.download_as_bytes() == content
    copy = either.get_blob(blob.name)
    assert copy is not None
    assert (copy.size, copy.content_type) == (1000, "video/mp4")
    assert copy.md5_hash == base64.b64encode(hashlib.md5(content).digest()).decode()  # noqa: S324
    assert copy.crc32c == base64.b64encode(google_crc32c.Checksum(content).digest()).decode()


@pytest.mark.parametrize("size", [0, 10, GRANULE, 3 * GRANULE, 3 * GRANULE + 7])
def test_a_resumable_upload_of_any_size(either: Bucket, size: int) -> None:
    content, blob = os.urandom(size), either.blob(f"resumable/{size}")
    with blob.open("wb", chunk_size=GRANULE, content_type="video/mp4", if_generation_match=0) as writer:
        writer.write(content)
    assert blob.download_as_bytes() == content


def test_ranges_are_inclusive(either: Bucket) -> None:
    blob = either.blob("ranges")
    blob.upload_from_string(b"0123456789")
    assert blob.download_as_bytes(start=0, end=3) == b"0123"
    assert blob.download_as_bytes(start=7) == b"789"


def test_objects_are_listed_by_prefix_and_folder(either: Bucket) -> None:
    for name in ("list/a/1", "list/a/2", "list/b", "other"):
        either.blob(name).upload_from_string(b"x")
    assert [blob.name for blob in either.list_blobs(prefix="list/")] == ["list/a/1", "list/a/2", "list/b"]
    folders = either.list_blobs(prefix="list/", delimiter="/")
    assert [blob.name for blob in folders] == ["list/b"]
    assert set(folders.prefixes) == {"list/a/"}


def test_a_deleted_object_is_gone(either: Bucket) -> None:
    blob = either.blob("deleted")
    blob.upload_from_string(b"x")
    blob.delete()
    assert not blob.exists()
    assert either.get_blob("deleted") is None
    with pytest.raises(exceptions.NotFound):
        blob.delete()
    with pytest.raises(exceptions.NotFound):
        blob.download_as_bytes()


def test_a_description_can_be_changed(either: Bucket) -> None:
    blob = either.blob("described")
    blob.upload_from_string(b"x", content_type="video/mp4")
    blob.cache_control, blob.metadata = "public, max-age=60", {"own_name": "1"}
    blob.patch()
    copy = either.get_blob("described")
    assert copy is not None
    assert (copy.cache_control, copy.metadata) == ("public, max-age=60", {"own_name": "1"})
    assert copy.metageneration > 1


def test_a_failure_inside_the_writer_leaves_nothing(bucket: Bucket, desk: GoogleDesk) -> None:
    blob = bucket.blob("given-up")

    def give_up() -> None:
        with blob.open("wb", chunk_size=GRANULE, if_generation_match=0) as writer:
            writer.write(os.urandom(2 * GRANULE))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        give_up()
    assert not blob.exists()
    # 3.17.1 cancels at the address without the session's id, which is nobody's; the session just ends some day.
    assert desk.log(verb="storage.cancel")[-1].status == 404


def test_a_session_can_be_cancelled(bucket: Bucket) -> None:
    session = bucket.blob("cancelled").create_resumable_upload_session()
    headers = {"authorization": f"Bearer {bucket.client._credentials.token}"}
    assert httpx.delete(session, headers=headers).status_code == 499
    assert httpx.put(session, content=b"x", headers=headers).status_code == 404


def close_in_vain(writer: BlobWriter) -> None:
    """A writer's errors are of a family of their own, and one that is not ended closes itself again when collected.

    That would be a request out of whatever thread collects it, here even the server's own.
    """
    with pytest.raises(InvalidResponse, match="412"):
        writer.close()
    writer.terminate()


def test_generations_guard_against_overwriting(bucket: Bucket) -> None:
    blob = bucket.blob("guarded")
    blob.upload_from_string(b"first", if_generation_match=0)
    with pytest.raises(exceptions.PreconditionFailed):
        blob.upload_from_string(b"second", if_generation_match=0)
    close_in_vain(blob.open("wb", if_generation_match=0))
    first = blob.generation
    blob.upload_from_string(b"second", if_generation_match=first)
    assert blob.generation > first
    with pytest.raises(exceptions.PreconditionFailed):
        blob.delete(if_generation_match=first)
    assert blob.download_as_bytes(if_generation_not_match=first) == b"second"


def test_the_quicker_of_two_uploads_wins(bucket: Bucket) -> None:
    blob = bucket.blob("raced")
    writer = blob.open("wb", chunk_size=GRANULE, if_generation_match=0)
    writer.write(os.urandom(GRANULE + 1))
    bucket.blob("raced").upload_from_string(b"quicker", if_generation_match=0)
    close_in_vain(writer)
    assert bucket.blob("raced").download_as_bytes() == b"quicker"


def test_pages_of_a_listing(bucket: Bucket) -> None:
    for number in range(5):
        bucket.blob(f"pages/{number}").upload_from_string(b"x")
    pages = bucket.list_blobs(prefix="pages/", page_size=2).pages
    assert [[blob.name[-1] for blob in page] for page in pages] == [["0", "1"], ["2", "3"], ["4"]]


def test_the_bucket_describes_itself_and_takes_cors_rules(bucket: Bucket) -> None:
    bucket.reload()
    assert (bucket.location, bucket.location_type) == ("ASIA-NORTHEAST1", "region")
    rule = {"origin": ["https://a.example"], "method": ["GET"], "responseHeader": [], "maxAgeSeconds": 60}
    bucket.cors = [rule]
    bucket.patch()
    assert bucket.cors == [rule]
    bucket.cors = []
    bucket.patch()


def test_other_buckets_and_strangers_get_nothing(bucket: Bucket, desk: GoogleDesk) -> None:
    with pytest.raises(exceptions.NotFound):
        bucket.client.bucket("another").reload()
    stranger = httpx.get(f"{desk.base_url}/storage/v1/b/{bucket.name}")
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (401, 401)


def test_wrong_bytes_are_refused(bucket: Bucket, desk: GoogleDesk) -> None:
    session = bucket.blob("wrong").create_resumable_upload_session()
    headers = {"authorization": f"Bearer {bucket.client._credentials.token}"}
    wrong = httpx.put(session, content=b"abc", headers={**headers, "x-goog-hash": "crc32c=AAAAAA=="})
    assert wrong.status_code == 400
    assert not bucket.blob("wrong").exists()


def test_a_session_says_how_far_it_has_come(bucket: Bucket) -> None:
    """The protocol itself: a lost piece is sent again, a half-known one only once, the last one twice."""
    session = bucket.blob("resumed").create_resumable_upload_session(size=GRANULE + 4)
    headers = {"authorization": f"Bearer {bucket.client._credentials.token}"}
    content = os.urandom(GRANULE + 4)

    def put(body: bytes, content_range: str) -> httpx.Response:
        return httpx.put(session, content=body, headers={**headers, "content-range": content_range})

    total = len(content)
    assert "range" not in put(b"", f"bytes */{total}").headers
    assert put(b"", "tons 1-2/3").status_code == 400
    assert put(content[:100], f"bytes 0-99/{total}").status_code == 400
    first = put(content[:GRANULE], f"bytes 0-{GRANULE - 1}/{total}")
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{GRANULE - 1}")
    assert put(b"x", f"bytes {GRANULE + 1}-{GRANULE + 1}/{total}").status_code == 503
    assert put(b"", f"bytes */{total}").headers["range"] == f"bytes=0-{GRANULE - 1}"
    last = put(content[GRANULE - 2 :], f"bytes {GRANULE - 2}-{total - 1}/{total}")
    assert last.json()["size"] == str(total)
    assert put(content[-4:], f"bytes {GRANULE}-{total - 1}/{total}").json() == last.json()
    assert bucket.blob("resumed").download_as_bytes() == content
    assert httpx.put(f"{session}x", headers=headers).status_code == 404


def test_a_whole_object_may_come_in_one_simple_request(bucket: Bucket, desk: GoogleDesk) -> None:
    bucket.reload()
    url = f"{desk.base_url}/upload/storage/v1/b/{bucket.name}/o"
    headers = {"authorization": f"Bearer {bucket.client._credentials.token}", "content-type": "text/plain"}
    put = httpx.post(url, params={"uploadType": "media", "name": "simple"}, content=b"abc", headers=headers)
    assert put.json()["contentType"] == "text/plain"
    assert httpx.post(url, params={"name": "simple"}, headers=headers).status_code == 400
    assert httpx.post(url, params={"uploadType": "media"}, headers=headers).status_code == 400


def test_objects_outlive_the_process(own_desk: Callable[..., GoogleDesk], tmp_path: Path) -> None:
    first = own_desk()
    file = tmp_path / "account.json"
    bucket_of(first, "moment-desk-media", account(file)).blob("kept").upload_from_string(b"still here")
    second = own_desk()
    again = bucket_of(second, "moment-desk-media", account(file)).blob("kept")
    assert again.download_as_bytes() == b"still here"
