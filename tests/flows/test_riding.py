"""Pushes are money: a notice waits a little for the learner's next act, whose reply carries it free."""

from datetime import timedelta
from pathlib import Path

import pytest

from knowledge_base import phrasebook
from models.chat import MessageType
from services import outbox
from services.outbox import queue_notice
from simulator.line.client import Learner
from tests.flows.steps import command, media_of, push_keys, replies, send_video, wait_for_words, words
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"
LONG = timedelta(minutes=5)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PATIENCE", LONG)
    monkeypatch.setattr(outbox, "CALM", LONG)


def pushed(system: System, learner: Learner) -> int:
    return len(push_keys(system, learner))


def broken(clip: Path, folder: Path) -> Path:
    path = folder / "broken.mp4"
    path.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    return path


def send_broken(system: System, learner: Learner, clip: Path, folder: Path) -> None:
    """Until we know that it is of no use."""
    message = learner.video(broken(clip, folder))
    wait_for_words(learner, "動画を受け取りました")
    learner.wait_for(lambda _: media_of(system, message).state in ("rejected", "purged"), WAIT)


def test_why_a_clip_is_of_no_use_rides_on_the_next_reply(
    shared: System, clip: Path, tmp_path: Path, patient: None
) -> None:
    learner = shared.learner()
    pick(learner)
    send_broken(shared, learner, clip, tmp_path)
    before = pushed(shared, learner)
    answer = replies(learner, learner.sticker)
    assert phrasebook.VIDEO_REJECTED["truncated"] in words(answer)
    assert phrasebook.STICKER_RECEIVED in words(answer)
    assert pushed(shared, learner) == before


def test_without_another_act_it_becomes_a_push(
    shared: System, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PATIENCE", timedelta(seconds=0.5))
    learner = shared.learner()
    pick(learner)
    send_broken(shared, learner, clip, tmp_path)
    assert wait_for_words(learner, phrasebook.VIDEO_REJECTED["truncated"]).via == "push"


def test_what_was_taken_back_is_told_with_the_next_clip(shared: System, clip: Path, patient: None) -> None:
    learner = shared.learner()
    pick(learner)
    sent = send_video(learner, clip)
    learner.wait_for(
        lambda _: media_of(shared, sent).state == "stored", WAIT
    )  # else it is missed, not taken back
    learner.unsend(sent.message_id or "")
    learner.wait_for(lambda _: media_of(shared, sent).state in ("withdrawn", "purged"), WAIT)
    before = pushed(shared, learner)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert phrasebook.VIDEO_UNSENT in answer
    assert "動画を受け取りました" in answer
    assert pushed(shared, learner) == before


def test_what_comes_after_it_in_the_session_hurries_it(shared: System, patient: None) -> None:
    learner = shared.learner()
    pick(learner)
    session = shared.session(learner)
    with command(shared) as db:
        queue_notice(db, session.user_id, "memo_unsent", session_id=session.id)
    with command(shared) as db:
        kind = MessageType.STILL_WORKING
        queue_notice(db, session.user_id, "still_working", session_id=session.id, kind=kind)
    wait_for_words(learner, phrasebook.STILL_WORKING)
    said = [bubble.text for bubble in learner.thread().from_bot if bubble.via == "push"]
    assert said[-2:] == [phrasebook.MEMO_UNSENT, phrasebook.STILL_WORKING]
