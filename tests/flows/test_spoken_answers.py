"""Who asks by voice is answered in writing and by voice, in one reply; what they take back is heard no more."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from errors import MomentError
from models.chat import Message, MessageType
from pipeline.media.probe import audio_facts
from simulator.line.client import Bubble, Learner, SentMessage
from storage.keys import spoken_answer_key
from tests.flows.steps import cook, media_of, object_key_of, replies, wait_until_gone
from tests.log_lines import log_lines
from tests.quick_providers import SECONDS, script
from tests.system import WAIT, System

PAUSED_AT = "narration"


@pytest.fixture(scope="module")
def coached(shared: System, clip: Path) -> Learner:
    """Has the text of a first cook: what they say from now on is a question."""
    learner = shared.learner()
    cook(learner, clip)
    return learner


def ask(learner: Learner, recording: Path) -> tuple[SentMessage, list[Bubble]]:
    """The recording as it was sent, and all bubbles of the reply."""
    sent: list[SentMessage] = []
    bubbles = replies(learner, lambda: sent.append(learner.audio(recording)))
    return sent[0], bubbles


def test_a_spoken_question_is_answered_in_writing_and_by_voice_in_one_reply(
    coached: Learner, memo: Path, tmp_path: Path
) -> None:
    _, (text, speech) = ask(coached, memo)
    assert (text.type, text.text, text.via) == ("text", script.answer, "reply")
    assert (speech.type, speech.via) == ("audio", "reply")
    link = speech.url or ""
    with httpx.Client() as client:
        answer = client.get(link)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mp4")
    heard = tmp_path / "heard.m4a"
    heard.write_bytes(answer.content)
    seconds = audio_facts(heard).duration_seconds
    assert seconds > SECONDS
    assert speech.message["duration"] == pytest.approx(seconds * 1000, abs=100)


def test_a_written_question_is_answered_in_writing_alone(coached: Learner) -> None:
    bubbles = replies(coached, lambda: coached.text("卵はいつ入れますか"))
    assert [bubble.type for bubble in bubbles] == ["text"]


def test_what_to_do_in_danger_is_read_at_once(
    coached: Learner, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "transcript", "赤ちゃんにはちみつをあげてもいいですか")
    _, bubbles = ask(coached, memo)
    assert [bubble.type for bubble in bubbles] == ["text"]


def test_without_a_voice_the_text_comes_all_the_same(
    coached: Learner, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> int:
        raise MomentError("no voice today")

    monkeypatch.setattr("pipeline.answers.speak_answer", fail)
    with log_lines() as lines:
        _, bubbles = ask(coached, memo)
        assert lines.of("answer not spoken", error="MomentError")
    assert [(bubble.type, bubble.text) for bubble in bubbles] == [("text", script.answer)]


def test_a_question_that_is_taken_back_is_answered_aloud_no_more(
    shared: System, coached: Learner, memo: Path
) -> None:
    question, _ = ask(coached, memo)
    recording = object_key_of(shared, question)
    assert (shared.objects / spoken_answer_key(recording)).exists()
    coached.unsend(question.message_id or "")
    wait_until_gone(shared, coached, recording)
    assert not (shared.objects / spoken_answer_key(recording)).exists()


def test_a_question_that_is_taken_back_while_it_is_answered_leaves_no_speech(
    shared: System, coached: Learner, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[SentMessage] = []

    def take_back(call: str) -> None:
        if call == "speak":
            coached.unsend(sent[0].message_id or "")
            wait_until_gone(shared, coached, object_key_of(shared, sent[0]))

    monkeypatch.setattr(script, "before", take_back)
    with log_lines() as lines:
        sent.append(coached.audio(memo))
        coached.wait_for(lambda _: lines.of("lease lost"), WAIT, what="the answer to be thrown away")
    speech = shared.objects / spoken_answer_key(object_key_of(shared, sent[0]))
    coached.wait_for(lambda _: not speech.exists(), WAIT, what="the speech to go")
    with shared.database.transaction() as db:
        answers = select(Message).where(Message.kind == MessageType.ANSWER)
        mine = answers.where(Message.answers_id == media_of(shared, sent[0]).message_id)
        assert db.exec(mine).all() == []


def test_words_that_are_taken_back_are_not_said_aloud_either(
    shared: System, coached: Learner, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "祖母から聞いた秘密のだしの取り方"
    written = coached.text(words + "は正しいですか")
    coached.wait_for(lambda t: [b for b in t.from_bot if b.quoted_id == written.message_id], WAIT)
    monkeypatch.setattr(
        script, "answer", f"さきほどの「{words}」のことですね。香りが立ったら火を弱めましょう。"
    )
    question, _ = ask(coached, memo)
    recording = object_key_of(shared, question)
    assert (shared.objects / spoken_answer_key(recording)).exists()
    coached.unsend(written.message_id or "")
    wait_until_gone(shared, coached, recording)
    assert not (shared.objects / spoken_answer_key(recording)).exists()
