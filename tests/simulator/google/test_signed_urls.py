"""The XML host: V4 signed URLs, ranges, and CORS."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from google.cloud.storage import Blob, Bucket

from simulator.google.client import GoogleDesk
from tests.simulator.google.conftest import account, bucket_of

CORS = [
    {
        "origin": ["https://app.example"],
        "method": ["GET"],
        "responseHeader": ["Content-Type", "Range"],
        "maxAgeSeconds": 600,
    }
]


@pytest.fixture
def blob(bucket: Bucket) -> Blob:
    blob = bucket.blob("clips/動画 1.mp4")
    blob.cache_control = "public, max-age=60"
    blob.upload_from_string(b"0123456789", content_type="video/quicktime")
    return blob


def sign(blob: Blob, desk: GoogleDesk, **how: object) -> str:
    settings = {
        "version": "v4",
        "expiration": timedelta(hours=1),
        "api_access_endpoint": desk.base_url,
        **how,
    }
    return str(blob.generate_signed_url(**settings))


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"].startswith("application/xml")
    return answer.text.split("<Code>")[1].split("</Code>")[0]


def test_a_signed_link_gives_the_object_to_anyone(blob: Blob, desk: GoogleDesk) -> None:
    answer = httpx.get(sign(blob, desk))
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["content-type"] == "video/quicktime"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-goog-hash"] == f"crc32c={blob.crc32c},md5={blob.md5_hash}"


def test_the_link_may_say_what_the_object_is(blob: Blob, desk: GoogleDesk) -> None:
    url = sign(
        blob, desk, response_type="video/mp4", response_disposition="inline; filename*=UTF-8''%E5%8B%95"
    )
    answer = httpx.get(url)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("byte_range", "status", "content", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=0-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
    ],
)
def test_ranges(
    blob: Blob, desk: GoogleDesk, byte_range: str, status: int, content: bytes | None, content_range: str
) -> None:
    answer = httpx.get(sign(blob, desk), headers={"range": byte_range})
    assert (answer.status_code, answer.headers["content-range"]) == (status, content_range)
    assert content is None or answer.content == content


def test_a_link_is_for_one_method(blob: Blob, desk: GoogleDesk) -> None:
    head = httpx.head(sign(blob, desk, method="HEAD"))
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")
    assert httpx.head(sign(blob, desk)).status_code == 403


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda url: url.replace("clips/", "clips2/"), (403, "SignatureDoesNotMatch")),
        (
            lambda url: url.replace("X-Goog-Expires=3600", "X-Goog-Expires=7200"),
            (403, "SignatureDoesNotMatch"),
        ),
        (lambda url: url + "&response-content-type=text%2Fhtml", (403, "SignatureDoesNotMatch")),
        (lambda url: url[:-2] + ("00" if url[-2:] != "00" else "11"), (403, "SignatureDoesNotMatch")),
        (lambda url: url.split("&X-Goog-Signature")[0], (403, "AccessDenied")),
        (lambda url: url.replace("moment%40", "other%40"), (403, "AccessDenied")),
        (
            lambda url: url.replace("X-Goog-Expires=3600", "X-Goog-Expires=604801"),
            (400, "MalformedSecurityHeader"),
        ),
        (lambda url: url.replace("RSA-SHA256", "HMAC-SHA256"), (400, "MalformedSecurityHeader")),
        (
            lambda url: url.replace("X-Goog-SignedHeaders=host", "X-Goog-SignedHeaders=x"),
            (400, "MalformedSecurityHeader"),
        ),
    ],
)
def test_a_changed_link_is_worth_nothing(
    blob: Blob, desk: GoogleDesk, change: Callable[[str], str], outcome: tuple[int, str]
) -> None:
    answer = httpx.get(change(sign(blob, desk)))
    assert (answer.status_code, code(answer)) == outcome


def test_signed_headers_must_come_along(blob: Blob, desk: GoogleDesk) -> None:
    url = sign(blob, desk, headers={"x-goog-meta": "one"})
    assert httpx.get(url, headers={"x-goog-meta": "one"}).status_code == 200
    assert httpx.get(url, headers={"x-goog-meta": "two"}).status_code == 403


def test_a_link_dies_on_time(own_desk: Callable[..., GoogleDesk], tmp_path: Path) -> None:
    desk = own_desk()
    blob = bucket_of(desk, "moment-desk-media", account(tmp_path / "account.json")).blob("x")
    blob.upload_from_string(b"x")
    url = sign(blob, desk, expiration=timedelta(days=7))
    desk.advance_clock(7 * 86_400 - 60)
    assert httpx.get(url).status_code == 200
    desk.advance_clock(61)
    answer = httpx.get(url)
    assert (answer.status_code, code(answer)) == (400, "ExpiredToken")


def test_what_is_not_there_is_not_found(bucket: Bucket, desk: GoogleDesk) -> None:
    missing = httpx.get(sign(bucket.blob("gone"), desk))
    assert (missing.status_code, code(missing)) == (404, "NoSuchKey")
    other = httpx.get(sign(bucket.client.bucket("another").blob("gone"), desk))
    assert (other.status_code, code(other)) == (404, "NoSuchBucket")


def test_browsers_may_do_what_the_bucket_allows(bucket: Bucket, blob: Blob, desk: GoogleDesk) -> None:
    bucket.cors = CORS
    bucket.patch()
    url = sign(blob, desk)
    asks = {"origin": "https://app.example", "access-control-request-method": "GET"}
    preflight = httpx.options(url, headers=asks)
    assert preflight.headers["access-control-allow-origin"] == "https://app.example"
    assert preflight.headers["access-control-allow-methods"] == "GET"
    assert preflight.headers["access-control-allow-headers"] == "Content-Type, Range"
    assert preflight.headers["access-control-max-age"] == "600"
    answer = httpx.get(url, headers={"origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert answer.headers["access-control-expose-headers"] == "Content-Type, Range"
    for headers in (
        {**asks, "origin": "https://b.example"},
        {**asks, "access-control-request-method": "PUT"},
    ):
        answer = httpx.options(url, headers=headers)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in httpx.get(url).headers
    bucket.cors = []
    bucket.patch()


def test_a_wildcard_allows_everybody(own_desk: Callable[..., GoogleDesk]) -> None:
    desk = own_desk(cors=[{"origin": ["*"], "method": ["*"]}])
    url = f"{desk.base_url}/moment-desk-media/x"
    asks = {"origin": "https://app.example", "access-control-request-method": "GET"}
    assert httpx.options(url, headers=asks).headers["access-control-allow-origin"] == "*"
