"""Fetching what learners send, and serving what they watch."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from knowledge_base import phrasebook
from models.base import utc_now
from models.media import MediaState
from models.session import SessionStatus
from moment.resources import Resources, open_resources
from settings import Settings
from storage.store import ObjectStore
from tests import quick_providers
from tests.flows.conftest import AT_ONCE, paused_at
from tests.flows.steps import (
    content_requests,
    media_of,
    media_once,
    object_key_of,
    object_names,
    replies,
    send_video,
    session_once,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.system import System, pick, start_system


@pytest.fixture
def hurried(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """Ceilings small enough to be met."""
    with start_system(tmp_path, settings, max_video_bytes=10_000, max_memo_bytes=1_000) as running:
        yield running


@pytest.fixture
def patient(settings: Settings, tmp_path: Path) -> Iterator[System]:
    with paused_at("analyze"), start_system(tmp_path, settings, retry_backoff=AT_ONCE) as running:
        yield running


@pytest.fixture
def another_process(uncoached: System) -> Iterator[Resources]:
    """Signs the links that the running web process serves, and writes into its store."""
    with open_resources(uncoached.settings, quick_providers.build) as resources:
        yield resources


@pytest.fixture
def store(another_process: Resources) -> ObjectStore:
    return another_process.store


HOWS: dict[str, dict[str, int]] = {
    "still being prepared": {"preparing": 2},
    "slow": {"slow_bytes_per_second": 200_000},
}


@pytest.mark.parametrize("how", HOWS)
def test_a_video_is_waited_for(uncoached: System, clip: Path, how: str) -> None:
    learner = uncoached.learner()
    pick(learner)
    message = learner.video(clip, **HOWS[how])
    session = session_once(uncoached, learner, lambda session: session.raw_video_url)
    assert (uncoached.objects / session.raw_video_url).read_bytes() == clip.read_bytes()
    assert content_requests(uncoached, message) == [202] * HOWS[how].get("preparing", 0) + [200]


def test_an_error_of_line_and_a_cut_body_are_tried_again(patient: System, clip: Path) -> None:
    learner = patient.learner()
    pick(learner)
    patient.desk.fault("content", status=400, times=1)
    patient.desk.fault("content", status=500, times=1)
    patient.desk.fault("content", drop=True, times=1)
    message = learner.video(clip)
    session = session_once(patient, learner, lambda session: session.raw_video_url)
    assert (patient.objects / session.raw_video_url).read_bytes() == clip.read_bytes()
    video = media_of(patient, message)
    # LINE's trouble is not the clip's.
    assert (video.state, video.attempts, video.error) == (MediaState.STORED, 1, "")


def test_a_body_that_breaks_off_is_never_taken_for_the_whole(uncoached: System, clip: Path) -> None:
    learner = uncoached.learner()
    pick(learner)
    message = learner.video(clip, cut_at=5_000)
    video = media_once(uncoached, learner, message, lambda video: video.error)
    assert "ContentUnavailable" in video.error
    assert video.state == MediaState.OWED
    assert object_names(uncoached) == []
    assert uncoached.session(learner).raw_video_url == ""


def test_what_is_too_large_is_broken_off_and_the_learner_told(
    hurried: System, clip: Path, memo: Path
) -> None:
    learner = hurried.learner()
    pick(learner)
    video = send_video(learner, clip)
    assert wait_for_words(learner, phrasebook.VIDEO_REJECTED["too_large"]).via == "push"
    wait_until_gone(hurried, learner, object_key_of(hurried, video))
    assert hurried.session(learner).status == SessionStatus.PENDING_UPLOAD
    assert phrasebook.MEMO_RECEIVED in words(replies(learner, lambda: learner.audio(memo)))
    wait_for_words(learner, phrasebook.MEMO_REJECTED["too_large"])
    assert object_names(hurried) == []


def test_links_serve_parts_heads_and_true_types(
    another_process: Resources, store: ObjectStore, clip: Path
) -> None:
    content = clip.read_bytes()
    store.put("videos/one.mp4", [content], "video/mp4")
    link = another_process.links.link("videos/one.mp4")
    assert link.endswith("/one.mp4")
    whole = httpx.get(link)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    part = httpx.get(link, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    tail = httpx.get(link, headers={"Range": "bytes=-5"})
    assert (tail.status_code, tail.content) == (206, content[-5:])
    assert httpx.get(link, headers={"Range": f"bytes={len(content)}-"}).status_code == 416
    head = httpx.head(link)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(content))


def test_a_type_is_told_by_the_content(another_process: Resources, store: ObjectStore, memo: Path) -> None:
    store.put("videos/two.mp4", [memo.read_bytes()], "video/mp4")
    store.put("videos/three.mp4", [b"<script>alert(1)</script>"], "video/mp4")
    assert httpx.get(another_process.links.link("videos/two.mp4")).headers["content-type"] == "audio/mp4"
    page = httpx.get(another_process.links.link("videos/three.mp4"))
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["x-content-type-options"] == "nosniff"


def test_forged_expired_and_dead_links_say_so(
    uncoached: System, another_process: Resources, store: ObjectStore
) -> None:
    store.put("videos/one.mp4", [b"x"], "video/mp4")
    good = another_process.links.link("videos/one.mp4")
    token = good.split("/media/")[1].split("/")[0]
    forgery = good.replace(token, token[:-2] + ("aa" if not token.endswith("aa") else "bb"))
    assert httpx.get(forgery).status_code == 403
    assert httpx.get(f"{uncoached.web_url}/media/x/one.mp4").status_code == 403
    assert (
        httpx.get(another_process.links.link("videos/one.mp4", utc_now() - timedelta(seconds=1))).status_code
        == 410
    )
    assert httpx.get(another_process.links.link("videos/none.mp4")).status_code == 404
    store.delete("videos/one.mp4")
    assert httpx.get(good).status_code == 404


def test_a_link_for_an_answer_lives_seven_days(
    uncoached: System, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("videos/one.mp4", [b"x"], "video/mp4")
    now = utc_now()
    link = store.signed_url("videos/one.mp4", now + timedelta(days=uncoached.settings.media_link_days))
    monkeypatch.setattr("storage.links.utc_now", lambda: now + timedelta(days=6, hours=23))
    assert httpx.get(link).status_code == 200
    monkeypatch.setattr("storage.links.utc_now", lambda: now + timedelta(days=7, seconds=2))
    assert httpx.get(link).status_code == 410
    assert uncoached.web_url in link
