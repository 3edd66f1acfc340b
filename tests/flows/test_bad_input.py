"""What can't be used: a kind word with the next step, no attempt spent, nothing left lying about."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base import phrasebook
from models.session import SessionStatus
from tests.flows.steps import (
    handled_event,
    media_of,
    object_key_of,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.media_files import make, silence
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"

BLACK = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def black(out: Path, *, seconds: float, size: str = "64x64", rate: int = 10) -> Path:
    picture = f"color=c=black:s={size}:r={rate}"
    return make(out, "-f", "lavfi", "-i", picture, "-t", str(seconds), *BLACK)


@pytest.fixture(scope="session")
def unusable(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file for each reason, by what we say to it."""
    folder = tmp_path_factory.mktemp("unusable")
    content = clip.read_bytes()
    sound = ("-f", "lavfi", "-i", "sine=duration=3", "-c:a", "aac")
    photo = make(folder / "photo.jpg", "-f", "lavfi", "-i", "color=c=red:s=320x240", "-frames:v", "1")

    def file(name: str, content: bytes) -> Path:
        path = folder / f"{name}.mp4"
        path.write_bytes(content)
        return path

    return {
        "empty": file("empty", b""),
        "not_a_video": file("photo", photo.read_bytes()),
        "audio_only": make(folder / "sound.mp4", *sound),
        "truncated": file("truncated", content[: len(content) * 6 // 10]),
        "too_short": black(folder / "short.mp4", seconds=0.3),
        "too_long": black(folder / "long.mp4", seconds=125 * 60, rate=1),
        "too_large_picture": black(folder / "8k.mp4", seconds=3, size="7680x4320", rate=1),
        "unknown_codec": file("encrypted", content.replace(b"avc1", b"encv")),
    }


@pytest.fixture(autouse=True)
def no_temporary_folder_is_left(
    shared: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    shared.desk.wait_for_log(lambda _: not list(scratch.iterdir()), WAIT, what="temporary folders to go")


REASONS = (
    "empty",
    "not_a_video",
    "audio_only",
    "truncated",
    "too_short",
    "too_long",
    "too_large_picture",
    "unknown_codec",
)


@pytest.mark.parametrize("reason", REASONS)
def test_a_clip_that_cannot_be_used_is_asked_for_again(
    shared: System, clip: Path, unusable: dict[str, Path], reason: str
) -> None:
    learner = shared.learner()
    pick(learner)
    bad = send_video(learner, unusable[reason])
    assert wait_for_words(learner, phrasebook.VIDEO_REJECTED[reason]).via == "push"
    session = shared.session(learner)
    assert (session.status, session.video) == (SessionStatus.PENDING_UPLOAD, None)
    assert media_of(shared, bad).reason == reason
    wait_until_gone(shared, learner, object_key_of(shared, bad))
    assert phrasebook.video_received(4, "チャーハン", 1) in words(
        replies(learner, lambda: learner.video(clip))
    )
    again = session_once(shared, learner, lambda session: session.raw_video_url)
    assert again.id == session.id
    assert again.status in (SessionStatus.UPLOADED, SessionStatus.PROCESSING)


def test_random_bytes_are_no_video(shared: System, tmp_path: Path) -> None:
    learner = shared.learner()
    pick(learner)
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(os.urandom(200_000))
    bad = send_video(learner, noise)
    wait_for_words(learner, phrasebook.VIDEO_REJECTED["not_a_video"])
    wait_until_gone(shared, learner, object_key_of(shared, bad))


@pytest.mark.parametrize("how", ["gone", "missing"])
def test_a_video_that_line_no_longer_has_is_asked_for_again(shared: System, clip: Path, how: str) -> None:
    learner = shared.learner()
    pick(learner)
    learner.video(clip, **{how: True})
    assert wait_for_words(learner, phrasebook.VIDEO_REJECTED["gone"]).via == "push"
    assert shared.session(learner).status == SessionStatus.PENDING_UPLOAD


def test_a_bad_clip_after_the_memo_asks_for_the_clip_only(
    shared: System, memo: Path, clip: Path, unusable: dict[str, Path]
) -> None:
    learner = shared.learner()
    pick(learner)
    learner.audio(memo)
    session_once(shared, learner, lambda session: session.structured_input)
    learner.video(unusable["too_short"])
    wait_for_words(learner, phrasebook.VIDEO_REJECTED["too_short"])
    assert shared.session(learner).structured_input
    assert phrasebook.ASK_MEMO not in words(replies(learner, lambda: learner.video(clip)))


@pytest.mark.parametrize(
    ("how", "reason"), [({"gone": True}, "gone"), ({"missing": True}, "gone"), ({}, "unreadable")]
)
def test_a_memo_that_cannot_be_heard_is_asked_for_again_with_its_taps(
    shared: System, clip: Path, tmp_path: Path, how: dict[str, bool], reason: str
) -> None:
    corrupt = tmp_path / "memo.m4a"
    corrupt.write_bytes(os.urandom(4_000))
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    bad = learner.audio(corrupt, **how)
    assert wait_for_words(learner, phrasebook.MEMO_REJECTED[reason]).via == "push"
    assert learner.thread().labels()[:2] == [phrasebook.MEMO_VOICE_LABEL, phrasebook.MEMO_SKIP_LABEL]
    wait_until_gone(shared, learner, object_key_of(shared, bad))
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    assert shared.session(learner).memo_skipped


def test_a_memo_of_eleven_minutes_is_refused_as_too_long(shared: System, clip: Path, tmp_path: Path) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    learner.audio(silence(tmp_path / "long.m4a", seconds=660))
    assert wait_for_words(learner, phrasebook.MEMO_REJECTED["too_long"]).via == "push"
    assert shared.session(learner).memo is None


def test_a_silent_memo_is_asked_for_again(
    shared: System, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "transcript", "")
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    learner.audio(silence(tmp_path / "silent.m4a", seconds=1.0))
    wait_for_words(learner, phrasebook.MEMO_REJECTED["silent"])
    session = shared.session(learner)
    assert (session.memo, session.voice_transcript) == (None, "")
    answer = words(replies(learner, lambda: learner.text("ではここに書きます。")))
    assert answer.startswith(phrasebook.MEMO_TEXT_RECEIVED)


def test_five_bad_clips_at_once_end_with_the_video_asked_for(
    shared: System, unusable: dict[str, Path]
) -> None:
    learner = shared.learner()
    pick(learner)
    shared.desk.hold()
    videos = [learner.video(unusable["too_short"]) for _ in range(5)]
    shared.desk.release("batch")
    for video in videos:
        handled_event(shared, learner, video)
    wait_for_words(learner, phrasebook.VIDEO_REJECTED["too_short"])
    session_once(shared, learner, lambda session: session.video is None)
    assert f"{phrasebook.STICKER_RECEIVED}\n{phrasebook.ASK_VIDEO}" in words(
        replies(learner, learner.sticker)
    )
