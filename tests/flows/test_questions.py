"""Questions are answered with what was coached, by reply while the token lives."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlmodel import select

from bot import answers
from knowledge_base import copy
from models.base import utc_now
from models.chat import Message, MessageType
from models.coaching import RatingAspect
from models.database import transaction
from pipeline.providers.ports import ProviderError, QuestionBrief
from simulator.client import Bubble, Learner, Sent
from tests.flows.steps import cook, owed, replies, said, tap, words
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


def answer_to(learner: Learner, question: Sent) -> Bubble:
    """The bubble that quotes the question."""
    return learner.wait_for(
        lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT, what="an answer"
    )[0]


def brief_of(question: str) -> QuestionBrief:
    """What the coach was told with this question."""
    return next(b for b in script.briefs if isinstance(b, QuestionBrief) and b.question == question)


def ask(learner: Learner, question: str, *, quote: str | None = None) -> QuestionBrief:
    answer_to(learner, learner.text(question, quote=quote))
    return brief_of(question)


def beforehand(monkeypatch: pytest.MonkeyPatch, what: Callable[[], Any]) -> None:
    """Does something in the midst of answering, and what the module's script does besides."""
    paused = script.before

    def before(call: str) -> None:
        if call == "answer":
            what()
        paused(call)

    monkeypatch.setattr(script, "before", before)


def retry_now(question: Message, **values: Any) -> None:
    with transaction() as db:
        row = db.get_one(Message, question.id, with_for_update=True)
        row.next_attempt_at = utc_now()
        for name, value in values.items():
            setattr(row, name, value)


def test_a_question_is_answered_by_reply_quoting_it(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    answer = answer_to(learner, learner.text("卵はいつ入れますか"))
    assert (answer.text, answer.via) == (script.answer, "reply")
    assert answer.sender_name == "AIコーチ"
    brief = brief_of("卵はいつ入れますか")
    assert brief.coaching == script.coaching
    assert (brief.first_name, brief.dish and brief.dish.slug) == ("ゆうこ", "fried-rice")
    assert brief.analysis is not None
    assert brief.principles


def test_what_was_said_before_is_known(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    ask(learner, "強火のままですか")
    history = ask(learner, "それはなぜですか").history
    assert ("user", "強火のままですか") in {(turn.sender, turn.text) for turn in history}
    assert ("ai", script.answer) in {(turn.sender, turn.text) for turn in history}


def test_a_question_before_any_session_is_answered_too(shared: System) -> None:
    brief = ask(shared.learner(), "包丁は何がいいですか")
    assert (brief.dish, brief.coaching) == (None, None)


def test_a_quoted_coaching_says_which_session_is_meant(shared: System, clip: Path) -> None:
    learner = shared.learner(paying=True)
    first = cook(learner, clip, "fried-rice")
    note = said(learner, "おつかれさまでした")
    cook(learner, clip, "beef-steak")
    meant = [
        ask(learner, "最初の料理の話です", quote=first.id),
        ask(learner, "そのときの続きです", quote=note.id),
        ask(learner, "いまの料理の話です"),
    ]
    assert [brief.dish.slug for brief in meant if brief.dish] == ["fried-rice", "fried-rice", "beef-steak"]


def test_a_spoken_question_is_heard_and_answered(shared: System, clip: Path, memo: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    seen = len(learner.thread().from_bot)
    learner.audio(memo)
    answer = learner.wait_for(lambda t: t.from_bot[seen:], WAIT)[0]
    assert (answer.text, answer.via) == (script.answer, "reply")
    assert brief_of(script.transcript).coaching == script.coaching
    assert shared.session(learner).memo_message_id is None


def test_a_spoken_question_that_cannot_be_heard_is_asked_for_again(
    shared: System, clip: Path, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    monkeypatch.setattr(script, "transcript", "")
    learner.audio(memo)
    assert said(learner, copy.VOICE_QUESTION_UNHEARD).via == "reply"


def test_a_broken_spoken_question_is_asked_for_again(shared: System, clip: Path, tmp_path: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    broken = tmp_path / "broken.m4a"
    broken.write_bytes(b"no sound at all")
    script_hears = learner.audio(broken, gone=True)
    assert script_hears.message_id
    assert said(learner, copy.VOICE_QUESTION_UNHEARD).via == "reply"


def test_an_answer_that_took_longer_than_the_token_lives_is_pushed(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    beforehand(monkeypatch, lambda: shared.desk.advance_clock(61))
    answer = answer_to(learner, learner.text("長く考える質問です"))
    assert (answer.text, answer.via) == (script.answer, "push")


def test_a_coach_who_is_away_for_a_moment_answers_later_and_once(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    failures = iter([ProviderError("away")])

    def fail_once() -> None:
        if (failure := next(failures, None)) is not None:
            raise failure

    beforehand(monkeypatch, fail_once)
    asked = learner.text("すぐには答えられない質問です")
    waiting = owed(learner, MessageType.QUESTION, lambda question: question.attempts >= 1)
    retry_now(waiting)
    answer_to(learner, asked)
    assert len([b for b in learner.thread().from_bot if b.quoted_id == asked.message_id]) == 1


def test_two_runners_at_one_question_answer_it_once(shared: System, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_thinks, quick_is_done, slow_is_done = Event(), Event(), Event()

    def think_slowly() -> None:
        if not slow_thinks.is_set():
            slow_thinks.set()
            assert quick_is_done.wait(WAIT)

    def owing(*arguments: Any) -> None:
        owe_answer(*arguments)
        if quick_is_done.is_set():
            slow_is_done.set()

    owe_answer = answers._owe_answer
    monkeypatch.setattr(answers, "_owe_answer", owing)
    monkeypatch.setattr(answers, "IN_HAND", timedelta(0))  # over before a slow model has answered
    beforehand(monkeypatch, think_slowly)
    learner = shared.learner()
    question = learner.text("どうですか")
    assert slow_thinks.wait(WAIT)
    with transaction() as db:
        row = db.exec(select(Message).where(Message.line_message_id == question.message_id)).one()
    answers.answer(row.id or 0)
    quick_is_done.set()
    assert slow_is_done.wait(WAIT)
    with transaction() as db:
        assert len(db.exec(select(Message).where(Message.answers_id == row.id)).all()) == 1


@pytest.mark.parametrize(("failure", "tries"), [(ProviderError("away"), 4), (RuntimeError("a bug"), 5)])
def test_a_question_nobody_can_answer_gets_an_apology(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, tries: int
) -> None:
    learner = shared.learner()
    cook(learner, clip)

    def fail() -> None:
        raise failure

    beforehand(monkeypatch, fail)
    asked = learner.text("だれにも答えられない質問です")
    retry_now(owed(learner, MessageType.QUESTION, lambda question: question.attempts >= 1), attempts=tries)
    assert answer_to(learner, asked).text == copy.THINKING_FAILED


def test_words_no_learner_may_see_are_not_sent(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    monkeypatch.setattr(script, "answer", "卵を**3分**焼く")
    asked = learner.text("測ってもいいですか")
    refused = owed(learner, MessageType.QUESTION, lambda question: question.attempts >= 1)
    monkeypatch.setattr(script, "answer", "音が静かになるまで待ちましょう。")
    retry_now(refused)
    assert answer_to(learner, asked).text == "音が静かになるまで待ちましょう。"


def test_a_suggested_question_is_one_tap(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    for _ in RatingAspect:
        tap(learner, copy.RATING_LABELS[2])
    assert learner.thread().labels()[:2] == script.coaching.suggested_questions
    tapped = learner.tap(script.coaching.suggested_questions[0])
    assert tapped.sent is not None
    assert answer_to(learner, tapped.sent).text == script.answer


def test_ratings_are_taken_after_the_text_by_tap_and_in_writing(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    said(learner, copy.ask_rating(RatingAspect.APPEARANCE))
    tap(learner, copy.RATING_LABELS[4])
    assert copy.rating_received(RatingAspect.TASTE, 2) in words(replies(learner, lambda: learner.text("２")))
    session = shared.session(learner)
    assert session.self_ratings == {"appearance": 5, "taste": 2}
    late = f"action=rate&session_id={session.id}&aspect=appearance&value=1"
    assert words(replies(learner, lambda: learner.postback(late))).startswith(copy.RATING_CLOSED)
    assert shared.session(learner).self_ratings["appearance"] == 5


def test_after_the_text_old_memo_buttons_are_used_up(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    session = shared.session(learner)
    for data in (f"action=skip_memo&session_id={session.id}", "action=voice"):
        answer = words(replies(learner, partial(learner.postback, data)))
        assert answer == f"{copy.OLD_BUTTON}\n{copy.WAIT_FOR_VIDEO}"


def test_an_old_rating_button_of_an_earlier_cook_leaves_the_present_one_alone(
    shared: System, clip: Path
) -> None:
    learner = shared.learner(paying=True)
    cook(learner, clip)
    earlier = shared.session(learner)
    pick(learner, "beef-steak")
    late = f"action=rate&session_id={earlier.id}&aspect=taste&value=1"
    assert (
        words(replies(learner, lambda: learner.postback(late))) == f"{copy.RATING_CLOSED}\n{copy.ASK_VIDEO}"
    )
    assert [session.self_ratings for session in shared.sessions(learner)] == [{}, {}]
