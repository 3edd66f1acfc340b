"""Media out of a bucket through our own host, for networks that reach no other."""

from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from itsdangerous import URLSafeSerializer
from starlette.testclient import TestClient

from moment.app import make_app
from moment.resources import Resources, open_resources
from settings import Settings
from tests.system import listening, served

KEY = "videos/7.mp4"
CONTENT = b"0123456789"


@pytest.fixture
def resources(google_settings: Settings, settings: Settings) -> Iterator[Resources]:
    streaming = google_settings.change(
        database_url=settings.database_url, broker_url=settings.broker_url, media_delivery="stream"
    )
    with open_resources(streaming) as resources:
        resources.store.put(KEY, iter([CONTENT]), "video/mp4")
        yield resources


@pytest.fixture
def link(resources: Resources) -> Iterator[str]:
    """To the video, on a running host."""
    sock = listening()
    server = uvicorn.Server(uvicorn.Config(make_app(resources), log_level="warning"))
    path = resources.links.link(KEY).removeprefix(resources.settings.public_url)
    with served(server, sock):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}{path}"


def test_a_video_comes_whole_with_its_type(link: str) -> None:
    whole = httpx.get(link)
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert (whole.headers["accept-ranges"], whole.headers["content-type"]) == ("bytes", "video/mp4")


@pytest.mark.parametrize(
    ("byte_range", "span", "content"),
    [
        ("bytes=2-4", "bytes 2-4/10", b"234"),
        ("bytes=7-", "bytes 7-9/10", b"789"),
        ("bytes=-3", "bytes 7-9/10", b"789"),
        ("bytes=8-99", "bytes 8-9/10", b"89"),
    ],
)
def test_a_part_comes_with_its_place(link: str, byte_range: str, span: str, content: bytes) -> None:
    part = httpx.get(link, headers={"Range": byte_range})
    assert (part.status_code, part.headers["content-range"], part.content) == (206, span, content)


def test_a_part_past_the_end_is_refused(link: str) -> None:
    assert httpx.get(link, headers={"Range": "bytes=10-"}).status_code == 416


def test_a_head_tells_the_size_and_sends_nothing(link: str) -> None:
    head = httpx.head(link)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")


def test_a_range_of_a_thousand_digits_is_not_heeded(link: str) -> None:
    assert httpx.get(link, headers={"Range": f"bytes={'9' * 5_000}-"}).status_code == 200


@pytest.mark.parametrize("content", [["../../secret", "soon"], ["../../secret", 0], {"key": KEY}, 7])
def test_a_signed_link_of_another_shape_is_a_404(settings: Settings, content: object) -> None:
    with open_resources(settings) as resources:
        (secret, *_) = resources.settings.link_secrets
        token = URLSafeSerializer(secret.get_secret_value(), salt="media").dumps(content)
        assert TestClient(make_app(resources)).get(f"/media/{token!s}/7.mp4").status_code == 404


def test_what_is_gone_is_a_404(link: str, resources: Resources) -> None:
    resources.store.delete(KEY)
    assert httpx.get(link).status_code == 404
