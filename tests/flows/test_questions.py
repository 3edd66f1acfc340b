"""Questions are answered with what was coached, by reply while the token lives."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlmodel import select

from errors import MomentError
from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import Message, MessageType
from models.coaching import RatingAspect
from models.media import MediaKind, MediaState
from moment.resources import open_resources
from pipeline.providers.ports import ProviderError, QuestionBrief
from services.thread import PLACEHOLDERS
from simulator.line.client import Bubble, Learner, SentMessage
from tests import quick_providers
from tests.flows.steps import (
    cook,
    media_of,
    message_once,
    object_key_of,
    rate_all,
    replies,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.log_lines import log_lines
from tests.media_files import silence
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


def answer_to(learner: Learner, question: SentMessage) -> Bubble:
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
    pause = script.before

    def before(call: str) -> None:
        if call == "answer":
            what()
        pause(call)

    monkeypatch.setattr(script, "before", before)


def failed_once(question: Message) -> bool:
    """One try is over, and the next is waited for."""
    return question.attempts == 1 and question.lease_token is None


def retry_now(system: System, question: Message, **values: Any) -> None:
    with system.database.transaction() as db:
        row = db.get_one(Message, question.id, with_for_update=True)
        row.due_at = row.nudge_at = utc_now()
        for name, value in values.items():
            setattr(row, name, value)


def test_a_question_is_answered_by_reply_quoting_it(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    answer = answer_to(learner, learner.text("卵はいつ入れますか"))
    assert (answer.text, answer.via) == (script.answer, "reply")
    assert answer.sender_name == "AIコーチ"
    brief = brief_of("卵はいつ入れますか")
    assert brief.coaching is not None
    assert brief.coaching == script.coaching.model_copy(update={"outlook": brief.coaching.outlook})
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


def test_what_was_sent_without_words_is_not_put_before_the_coach(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    replies(learner, learner.sticker)
    history = ask(learner, "それはなぜですか").history
    assert [turn.text for turn in history if turn.text in PLACEHOLDERS.values()] == []


def test_a_question_before_any_session_is_answered_too(shared: System) -> None:
    brief = ask(shared.learner(), "包丁は何がいいですか")
    assert (brief.dish, brief.coaching) == (None, None)


def test_a_quoted_coaching_says_which_session_is_meant(shared: System, clip: Path) -> None:
    learner = shared.learner(paying=True)
    first = cook(learner, clip, "fried-rice")
    note = wait_for_words(learner, "おつかれさまでした")
    cook(learner, clip, "beef-steak")
    briefs = [
        ask(learner, "最初の料理の話です", quote=first.id),
        ask(learner, "そのときの続きです", quote=note.id),
        ask(learner, "いまの料理の話です"),
    ]
    assert [brief.dish.slug for brief in briefs if brief.dish] == ["fried-rice", "fried-rice", "beef-steak"]


def test_a_spoken_question_is_heard_and_answered(shared: System, clip: Path, memo: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    before = len(learner.thread().from_bot)
    question = learner.audio(memo)
    answer = learner.wait_for(lambda t: t.from_bot[before:], WAIT)[0]
    assert (answer.text, answer.via) == (script.answer, "reply")
    coaching = brief_of(script.transcript).coaching
    assert coaching is not None
    assert coaching == script.coaching.model_copy(update={"outlook": coaching.outlook})
    recording = media_of(shared, question)
    assert (recording.kind, recording.state) == (MediaKind.VOICE_QUESTION, MediaState.STORED)
    assert shared.session(learner).memo is None


def test_a_danger_in_a_spoken_question_is_answered_without_the_coach(
    shared: System, clip: Path, memo: Path
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    script.transcript = "赤ちゃんにはちみつをあげてもいいですか"
    answer = replies(learner, lambda: learner.audio(memo))[0]
    assert (answer.text or "").startswith("いいえ、一歳になるまでは")
    assert not any(isinstance(b, QuestionBrief) and b.question == script.transcript for b in script.briefs)


def test_a_spoken_question_that_cannot_be_heard_is_asked_for_again(
    shared: System, clip: Path, memo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    monkeypatch.setattr(script, "transcript", "")
    learner.audio(memo)
    assert wait_for_words(learner, phrasebook.VOICE_QUESTION_UNHEARD).via == "reply"


def test_a_broken_spoken_question_is_asked_for_again(shared: System, clip: Path, tmp_path: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    broken = tmp_path / "broken.m4a"
    broken.write_bytes(b"no sound at all")
    question = learner.audio(broken, gone=True)
    assert wait_for_words(learner, phrasebook.VOICE_QUESTION_UNHEARD).via == "reply"
    wait_until_gone(shared, learner, object_key_of(shared, question))


def test_a_spoken_question_of_eleven_minutes_is_refused_as_too_long(
    shared: System, clip: Path, tmp_path: Path
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    question = learner.audio(silence(tmp_path / "long.m4a", seconds=660))
    assert wait_for_words(learner, phrasebook.VOICE_QUESTION_TOO_LONG).via == "reply"
    wait_until_gone(shared, learner, object_key_of(shared, question))


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
    question = learner.text("すぐには答えられない質問です")
    retry_now(shared, message_once(shared, learner, MessageType.QUESTION, failed_once))
    answer_to(learner, question)
    assert len([b for b in learner.thread().from_bot if b.quoted_id == question.message_id]) == 1


def test_two_runners_at_one_question_answer_it_once(shared: System, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_thinks, quick_is_done = Event(), Event()

    def think_slowly() -> None:
        if not slow_thinks.is_set():
            slow_thinks.set()
            assert quick_is_done.wait(WAIT)

    beforehand(monkeypatch, think_slowly)
    learner = shared.learner()
    question = learner.text("どうですか")
    assert slow_thinks.wait(WAIT)
    with shared.database.transaction() as db:
        row = db.exec(select(Message).where(Message.line_message_id == question.message_id)).one()
    with open_resources(shared.settings, quick_providers.build) as other_process:
        while not answers_of(shared, row):
            retry_now(shared, row)  # the lease ran out, unless it is renewed in this very moment
            other_process.answers.answer(row.id)
    with log_lines() as lines:
        quick_is_done.set()
        lost = f"message {row.id}"
        learner.wait_for(lambda _: lines.of("lease lost", lease=lost), WAIT, what="the slow runner to end")
    assert len(answers_of(shared, row)) == 1


def answers_of(system: System, question: Message) -> Sequence[Message]:
    with system.database.transaction() as db:
        return db.exec(select(Message).where(Message.answers_id == question.id)).all()


@pytest.mark.parametrize(("failure", "tries"), [(ProviderError("away"), 4), (RuntimeError("a bug"), 5)])
def test_a_question_nobody_can_answer_gets_an_apology(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception, tries: int
) -> None:
    learner = shared.learner()
    cook(learner, clip)

    def fail() -> None:
        raise failure

    beforehand(monkeypatch, fail)
    question = learner.text("だれにも答えられない質問です")
    retry_now(shared, message_once(shared, learner, MessageType.QUESTION, failed_once), attempts=tries)
    assert answer_to(learner, question).text == phrasebook.THINKING_FAILED


def test_what_no_try_can_mend_is_apologised_for_at_once(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)

    def fail() -> None:
        raise MomentError("a package is missing")

    beforehand(monkeypatch, fail)
    question = learner.text("何度聞いても同じ質問です")
    assert answer_to(learner, question).text == phrasebook.THINKING_FAILED
    assert message_once(shared, learner, MessageType.QUESTION).attempts == 1


def test_words_no_learner_may_see_are_not_sent(
    shared: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    monkeypatch.setattr(script, "answer", "卵を**3分**焼く")
    question = learner.text("測ってもいいですか")
    failure = message_once(shared, learner, MessageType.QUESTION, failed_once)
    monkeypatch.setattr(script, "answer", "音が静かになるまで待ちましょう。")
    retry_now(shared, failure)
    assert answer_to(learner, question).text == "音が静かになるまで待ちましょう。"


def test_an_answer_keeps_the_taps_of_the_step_that_is_open(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    wait_for_words(learner, phrasebook.ask_rating(RatingAspect.APPEARANCE))
    ask(learner, "強火ですか")
    assert learner.thread().labels()[:5] == list(phrasebook.RATING_LABELS)
    rate_all(learner)
    ask(learner, "弱火ですか")
    assert learner.thread().labels()[:2] == script.coaching.suggested_questions


def test_the_coaching_video_keeps_the_taps_of_a_rating_that_is_asked_for(system: System, clip: Path) -> None:
    learner = system.learner()
    cook(learner, clip)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    taps = [phrasebook.SESSION_PAGE_LABEL, *phrasebook.RATING_LABELS, phrasebook.COOK_AGAIN_LABEL]
    assert learner.thread().labels()[:7] == taps


def test_a_suggested_question_is_one_tap(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    for _ in RatingAspect:
        tap(learner, phrasebook.RATING_LABELS[2])
    suggested = script.coaching.suggested_questions
    learner.wait_for(lambda t: t.labels()[:2] == suggested, WAIT, what="the suggested questions")
    message = learner.tap(script.coaching.suggested_questions[0]).message
    assert message is not None
    assert answer_to(learner, message).text == script.answer


def test_ratings_are_taken_after_the_text_by_tap_and_in_writing(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    wait_for_words(learner, phrasebook.ask_rating(RatingAspect.APPEARANCE))
    tap(learner, phrasebook.RATING_LABELS[4])
    assert phrasebook.rating_received(RatingAspect.TASTE, 2) in words(
        replies(learner, lambda: learner.text("２"))
    )
    session = shared.session(learner)
    assert session.self_ratings == {"appearance": 5, "taste": 2}
    rate_all(learner)
    late = f"action=rate&session_id={session.id}&aspect=appearance&value=1"
    assert words(replies(learner, lambda: learner.postback(late))).startswith(phrasebook.RATING_CLOSED)
    assert shared.session(learner).self_ratings["appearance"] == 5


def test_after_the_text_old_memo_buttons_are_used_up(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    session = shared.session(learner)
    for data in (f"action=skip_memo&session_id={session.id}", "action=voice"):
        answer = words(replies(learner, partial(learner.postback, data)))
        assert answer == f"{phrasebook.OLD_BUTTON}\n{phrasebook.WAIT_FOR_VIDEO}"


def test_an_old_rating_button_of_an_earlier_cook_leaves_the_present_one_alone(
    shared: System, clip: Path
) -> None:
    learner = shared.learner(paying=True)
    cook(learner, clip)
    earlier = shared.session(learner)
    pick(learner, "beef-steak")
    late = f"action=rate&session_id={earlier.id}&aspect=taste&value=1"
    assert (
        words(replies(learner, lambda: learner.postback(late)))
        == f"{phrasebook.RATING_CLOSED}\n{phrasebook.ASK_VIDEO}"
    )
    assert [session.self_ratings for session in shared.sessions(learner)] == [{}, {}]
