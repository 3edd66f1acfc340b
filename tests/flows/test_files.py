"""A file is what it holds, whatever its name says: a video, a memo, a question, or neither."""

from pathlib import Path

import pytest
from PIL import Image

from knowledge_base import phrasebook
from models.media import MediaKind, MediaState
from settings import Settings
from simulator.line.client import Learner, SentMessage
from tests.flows.steps import (
    cook,
    media_once,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.media_files import tone
from tests.quick_providers import script
from tests.system import System, pick, start_system

PAUSED_AT = "narration"
STILL_COMING = 1_000_000  # looks at it that find it not ready


def hand_over(learner: Learner, file: Path, name: str, **how: int) -> SentMessage:
    """Sends a file under this name."""
    sent: list[SentMessage] = []
    answer = replies(learner, lambda: sent.append(learner.file(file, file_name=name, **how)))
    assert words(answer) == phrasebook.FILE_RECEIVED
    return sent[0]


@pytest.mark.parametrize("name", ["cook.mp4", "cook.MOV", "cook", "memo.m4a", "recipe.docx"])
def test_a_video_is_the_video_of_the_cook(shared: System, clip: Path, name: str) -> None:
    learner = shared.learner()
    pick(learner)
    hand_over(learner, clip, name)
    assert wait_for_words(learner, phrasebook.FILE_IS_VIDEO).text.endswith(phrasebook.ASK_MEMO)
    session = session_once(shared, learner, lambda session: session.raw_video_url)
    assert session.video is not None
    assert (session.video.position, session.video.facts["width"]) == (1, 180)
    assert phrasebook.MEMO_SKIP_LABEL in learner.thread().labels()


@pytest.mark.parametrize("name", ["memo.m4a", "memo.qta", "memo.3gp", "cook.mp4", "memo"])
def test_a_recording_is_the_memo_of_the_cook(shared: System, tmp_path: Path, name: str) -> None:
    learner = shared.learner()
    pick(learner)
    hand_over(learner, tone(tmp_path / "recording.mov", seconds=2.0), name)
    wait_for_words(learner, phrasebook.FILE_IS_MEMO)
    session = session_once(shared, learner, lambda session: session.structured_input)
    assert session.memo is not None
    assert session.memo.is_stored


@pytest.mark.parametrize("reason", ["photo", "not_media", "empty"])
def test_what_is_neither_is_told_so(shared: System, tmp_path: Path, reason: str) -> None:
    file = tmp_path / "cook.mp4"
    if reason == "photo":
        Image.new("RGB", (64, 64)).save(file, format="JPEG")
    else:
        file.write_bytes(b"%PDF-1.7\n" if reason == "not_media" else b"")
    learner = shared.learner()
    pick(learner)
    hand_over(learner, file, file.name)
    wait_for_words(learner, phrasebook.FILE_REJECTED[reason])
    assert (shared.session(learner).videos, shared.session(learner).memo) == ([], None)


def test_a_video_that_cannot_be_used_is_told_so_as_a_video(
    shared: System, clip: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "cook"
    broken.write_bytes(clip.read_bytes()[:20_000])
    learner = shared.learner()
    pick(learner)
    hand_over(learner, broken, broken.name)
    wait_for_words(learner, phrasebook.VIDEO_REJECTED["truncated"])
    assert phrasebook.FILE_IS_VIDEO not in words(learner.thread().from_bot)


def test_a_video_before_its_dish_waits_for_it(shared: System, clip: Path) -> None:
    learner = shared.learner()
    hand_over(learner, clip, "cook.bin")
    wait_for_words(learner, phrasebook.WHICH_DISH_VIDEO)
    answer = words(replies(learner, lambda: learner.postback("action=dish&slug=fried-rice")))
    assert phrasebook.video_received(4, "チャーハン", 1) in answer
    session_once(shared, learner, lambda session: session.raw_video_url)


def test_a_file_that_comes_after_the_dish_it_was_sent_before_is_of_that_dish(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    hand_over(learner, clip, "cook.bin", preparing=2)
    pick(learner)
    session = session_once(shared, learner, lambda session: session.raw_video_url)
    assert [row.kind for row in session.media] == [MediaKind.VIDEO]


def test_a_second_video_is_of_the_same_cook(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    first = session_once(shared, learner, lambda session: session.raw_video_url).raw_video_url
    hand_over(learner, clip, "cook.bin")
    session_once(shared, learner, lambda session: len(session.videos) == 2 and session.videos[1].is_stored)
    assert shared.session(learner).raw_video_url == first


def test_a_memo_spoken_since_is_not_replaced_by_a_file_that_came_before_it(
    shared: System, memo: Path
) -> None:
    learner = shared.learner()
    pick(learner)
    file = hand_over(learner, memo, "memo.bin", preparing=2)
    again = learner.audio(memo)
    media_once(shared, learner, file, lambda row: row.reason == "replaced")
    current = session_once(shared, learner, lambda session: session.voice_transcript).memo
    assert current is not None
    assert current.line_message_id == again.message_id


def test_a_recording_after_the_text_is_a_question(shared: System, clip: Path, memo: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    hand_over(learner, memo, "memo.bin")
    wait_for_words(learner, script.answer)
    assert shared.session(learner).memo is None


def test_a_file_taken_back_before_it_is_known_is_gone(shared: System, clip: Path) -> None:
    learner = shared.learner()
    pick(learner)
    message = hand_over(learner, clip, "cook.bin", preparing=STILL_COMING)
    learner.unsend(message.message_id or "")
    wait_for_words(learner, phrasebook.FILE_UNSENT)
    row = media_once(shared, learner, message, lambda row: row.state == MediaState.PURGED)
    wait_until_gone(shared, learner, row.object_key)
    assert shared.session(learner).files == []


def test_a_recording_is_held_to_the_ceiling_of_recordings(
    settings: Settings, tmp_path: Path, memo: Path
) -> None:
    with start_system(tmp_path, settings, max_memo_bytes=1_000) as system:
        learner = system.learner()
        pick(learner)
        hand_over(learner, memo, "memo.bin")
        wait_for_words(learner, phrasebook.MEMO_REJECTED["too_large"])


def test_the_coaching_waits_for_a_file_that_may_be_the_memo(shared: System, clip: Path, memo: Path) -> None:
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    hand_over(learner, memo, "memo.bin", preparing=2)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    session = session_once(shared, learner, lambda session: session.coaching_text)
    assert session.structured_input
