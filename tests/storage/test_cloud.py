"""Objects in a bucket, behind the same port as those on a disk."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from google.auth import credentials as google_credentials
from google.auth.transport.requests import Request as GoogleRequest
from google.oauth2 import service_account

from models.base import utc_now
from moment.resources import Resources
from simulator.google.client import GoogleDesk
from storage.cloud import LONGEST_LINK, CloudStore
from storage.google_credentials import GoogleCredentials
from storage.store import ObjectMissing, StoreError, local_file

MIB = 1024 * 1024
KEY = "sessions/42/coaching_video.mp4"


@pytest.fixture
def bucket(google_resources: Resources) -> CloudStore:
    store = google_resources.store
    assert isinstance(store, CloudStore)
    store.delete(KEY)
    return store


def chunks(count: int = 5) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number]) * MIB


def test_an_object_is_streamed_in_and_comes_back_whole(bucket: CloudStore, tmp_path: Path) -> None:
    assert bucket.put(KEY, chunks(), "video/mp4") == 5 * MIB
    assert bucket.exists(KEY)
    bucket.fetch(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"".join(chunks())
    assert b"".join(bucket.read(KEY)) == b"".join(chunks())
    entry = bucket.describe(KEY)
    assert (entry.bytes, entry.content_type) == (5 * MIB, "video/mp4")
    assert bucket.local_path(KEY) is None
    assert bucket.uri(KEY) == f"gs://{bucket.bucket.name}/{KEY}"


def test_an_upload_is_resumable_in_small_chunks_with_a_precondition(
    bucket: CloudStore, google: GoogleDesk
) -> None:
    before = len(google.log())
    bucket.put(KEY, chunks(), "video/mp4")
    crossings = google.log()[before:]
    start = next(crossing for crossing in crossings if crossing.verb == "storage.insert")
    assert "uploadType=resumable" in str(start.path) + str(getattr(start, "query", ""))
    assert len([crossing for crossing in crossings if crossing.verb == "storage.upload"]) >= 3


def test_a_retried_stage_replaces_what_the_last_try_left(bucket: CloudStore) -> None:
    bucket.put(KEY, chunks(1), "video/mp4")
    assert bucket.put(KEY, iter([b"second"]), "video/mp4") == 6
    assert b"".join(bucket.read(KEY)) == b"second"


def test_a_part_is_read_by_its_bytes(bucket: CloudStore) -> None:
    bucket.put(KEY, iter([b"0123456789"]), "video/mp4")
    assert b"".join(bucket.read(KEY, 2, 5)) == b"234"


def test_a_source_that_breaks_leaves_no_object(bucket: CloudStore) -> None:
    def breaking() -> Iterator[bytes]:
        yield bytes(3 * MIB)
        raise RuntimeError("the sender hung up")

    with pytest.raises(RuntimeError):
        bucket.put(KEY, breaking(), "video/mp4")
    assert not bucket.exists(KEY)


def test_what_is_missing_has_an_error_of_its_own(bucket: CloudStore, tmp_path: Path) -> None:
    bucket.delete(KEY)  # idempotent
    assert not bucket.exists(KEY)
    for ask in (
        lambda: bucket.fetch(KEY, tmp_path / "copy"),
        lambda: bucket.describe(KEY),
        lambda: bucket.read(KEY),
    ):
        with pytest.raises(ObjectMissing):
            ask()


def test_an_interrupted_chunk_is_sent_again(bucket: CloudStore, google: GoogleDesk) -> None:
    google.fault("storage.upload", "unavailable", times=1)
    assert bucket.put(KEY, chunks(), "video/mp4") == 5 * MIB
    assert b"".join(bucket.read(KEY)) == b"".join(chunks())


def test_a_refused_upload_is_an_error_of_the_store(bucket: CloudStore, google: GoogleDesk) -> None:
    google.fault("storage.insert", "status", status=403)
    with pytest.raises(StoreError):
        bucket.put(KEY, chunks(1), "video/mp4")
    google.clear_faults()
    gc.collect()  # a writer merely dropped would send its bytes now
    assert not bucket.exists(KEY)


def test_a_signed_link_plays_with_ranges_and_is_the_same_while_fresh(
    bucket: CloudStore, google: GoogleDesk
) -> None:
    bucket.put(KEY, iter([b"0123456789"]), "video/mp4")
    week = utc_now() + timedelta(days=7)
    url = bucket.signed_url(KEY, week)
    part = httpx.get(url, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert len(url) < 2_000  # LINE's limit of a media URL
    assert bucket.signed_url(KEY, week) == url


def test_a_signed_link_lasts_hours_whatever_is_asked(bucket: CloudStore) -> None:
    bucket.put(KEY, iter([b"0123456789"]), "video/mp4")
    url = bucket.signed_url(KEY, utc_now() + timedelta(days=7))
    (seconds,) = parse_qs(urlsplit(url).query)["X-Goog-Expires"]
    assert int(seconds) <= LONGEST_LINK.total_seconds()


def test_a_link_of_another_object_is_worth_nothing(bucket: CloudStore) -> None:
    bucket.put(KEY, iter([b"0123456789"]), "video/mp4")
    url = bucket.signed_url(KEY, utc_now() + timedelta(hours=1))
    assert httpx.get(url.replace("coaching_video", "raw_video")).status_code in (400, 403)


def test_without_a_key_links_are_signed_through_iam(
    bucket: CloudStore, google: GoogleDesk, google_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = bucket.credentials.value
    assert isinstance(account, service_account.Credentials)
    email, fresh_token = account.service_account_email, bucket.credentials.fresh_token()

    class Keyless(google_credentials.Credentials):
        """A service account's token without its key, as a Cloud Run service has."""

        service_account_email = email

        def refresh(self, request: object) -> None:
            self.token = fresh_token

    keyless = GoogleCredentials()
    vars(keyless)["value"] = Keyless()  # type: ignore[no-untyped-call]
    bucket = replace(bucket, credentials=keyless)

    class ToTheDesk(GoogleRequest):
        """The client has no setting for IAM's host."""

        def __call__(self, url: str, *args: Any, **options: Any) -> Any:
            return super().__call__(  # type: ignore[no-untyped-call]
                url.replace("https://iamcredentials.googleapis.com", google_url), *args, **options
            )

    monkeypatch.setattr("google.cloud.storage._signing.requests.Request", ToTheDesk)
    bucket.put(KEY, iter([b"0123456789"]), "video/mp4")
    before = len(google.log(verb="iam.signBlob"))
    url = bucket.signed_url(KEY, utc_now() + timedelta(hours=1))
    assert httpx.get(url).content == b"0123456789"
    assert len(google.log(verb="iam.signBlob")) == before + 1


def test_a_stage_works_on_a_copy_that_is_gone_afterwards(bucket: CloudStore) -> None:
    bucket.put(KEY, iter([b"0123456789"]), "video/mp4")
    with local_file(bucket, KEY) as path:
        assert path.read_bytes() == b"0123456789"
    assert not path.exists()


def test_old_objects_are_found_by_how_their_keys_begin(bucket: CloudStore) -> None:
    for key in ("speech/1.wav", "speech/2.wav", "videos/1.mp4"):
        bucket.put(key, iter([b"sound"]), "audio/wav")
    later, earlier = utc_now() + timedelta(hours=1), utc_now() - timedelta(hours=1)
    assert bucket.keys_before("speech/", later, 9) == ["speech/1.wav", "speech/2.wav"]
    assert bucket.keys_before("speech/", later, 1) == ["speech/1.wav"]
    assert bucket.keys_before("speech/", earlier, 9) == []
