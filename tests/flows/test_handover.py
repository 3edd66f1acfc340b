"""A coach, who is a person, takes a thread: the AI is silent, what it would have said is a draft, and it goes on after."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import console_talk, export_talk
from models.chat import Message, MessageType, RoomType, WaitReason
from models.coach import AuditEntry, Coach, CoachRole
from models.handover import Handover, Resume
from models.rules.menu import Menu
from models.user import User
from pipeline.providers.ports import QuestionBrief
from services import outbox
from services.coach_messages import ThreadMoved, WordsUnfit, note, reply_seconds_left, say_as_coach
from services.coaches import remove
from services.drafts import DraftGone, discard, drafts, release
from services.export.content import read_content
from services.handover import NotTaken, ThreadTaken, hand_back, has_coach, take
from services.menus import wanted_menu
from services.messages import newest_messages
from services.privacy import LearnerLeaving
from services.replying import last_answer
from simulator.line.client import Bubble, Learner, Thread
from tests.flows.steps import cook, message_once, replies, send_video, skip_and_rate, wait_for_words, words
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


@pytest.fixture
def yamamoto(shared: System) -> int:
    return new_coach(shared, "山本")


def new_coach(system: System, name: str) -> int:
    with system.database.transaction() as db:
        coach = Coach(name=name, role=CoachRole.COACH)
        db.add(coach)
        db.flush()
        return coach.id


def learner_row(db: DbSession, learner: Learner) -> User:
    return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def taken(system: System, learner: Learner, coach_id: int) -> None:
    """And the learner has read of it."""
    with system.database.transaction() as db:
        take(db, learner_row(db, learner), coach_id)
    wait_for_words(learner, console_talk.taken_by("山本"))


def given_back(
    system: System, learner: Learner, coach_id: int, resume: Resume = Resume.NEXT, summary: str = ""
) -> None:
    with system.database.transaction() as db:
        hand_back(db, learner_row(db, learner), coach_id, resume, summary)
    wait_for_words(learner, console_talk.RETURNED)


def coach_says(
    system: System, learner: Learner, coach_id: int, text: str, *, seen_to: int | None = None
) -> Bubble:
    with system.database.transaction() as db:
        say_as_coach(db, learner_row(db, learner), coach_id, text, seen_to=seen_to)
    return wait_for_words(learner, text)


def questions_asked() -> list[QuestionBrief]:
    return [brief for brief in script.briefs if isinstance(brief, QuestionBrief)]


def write_unheard(system: System, learner: Learner, text: str) -> Message:
    """To the coach who has the thread: the row, once it is there."""
    learner.text(text)
    return message_once(system, learner, MessageType.QUESTION, lambda message: message.text == text)


def is_coached(thread: Thread) -> bool:
    return any("火が入りすぎて" in str(bubble.message) for bubble in thread.of_type("flex"))


def messages_of(db: DbSession, user_id: int) -> str:
    """As they stand in the file of a learner's data."""
    documents = {each.name: each.text for each in read_content(db, user_id).documents}
    return documents["messages.txt"]


def held(system: System, learner: Learner, kind: MessageType) -> Message:
    """The draft, once it lies there."""
    return message_once(system, learner, kind, lambda message: message.waits_for is WaitReason.COACH)


def test_a_coachs_words_bring_the_line_that_a_person_speaks(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    bubble = coach_says(shared, learner, yamamoto, "卵の色、とてもきれいでした。")
    line = wait_for_words(learner, console_talk.taken_by("山本"))
    thread = learner.thread().from_bot
    assert thread.index(line) == thread.index(bubble) - 1, "together, and the line comes first"
    assert bubble.sender_name == "コーチ 山本"
    with shared.database.transaction() as db:
        assert has_coach(db, learner_row(db, learner).id)
        assert f"{export_talk.COACH}\n卵の色" in messages_of(db, learner_row(db, learner).id)
        acts = db.exec(
            select(AuditEntry.act).where(AuditEntry.coach_id == yamamoto).order_by(col(AuditEntry.id))
        )
        assert list(acts) == ["handover.take", "message.send"]


def test_the_line_is_said_once_however_the_thread_was_taken(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    coach_says(shared, learner, yamamoto, "こんにちは。")
    coach_says(shared, learner, yamamoto, "つづきです。")
    lines = [b for b in learner.thread().from_bot if (b.text or "") == console_talk.taken_by("山本")]
    assert len(lines) == 1


def test_words_said_within_seconds_of_taking_bring_the_line_along(
    shared: System, yamamoto: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PATIENCE", timedelta(minutes=5))
    learner = shared.learner()
    with shared.database.transaction() as db:
        take(db, learner_row(db, learner), yamamoto)
    coach_says(shared, learner, yamamoto, "こんにちは。")
    shown = [b.text for b in learner.thread().from_bot[-2:]]
    assert shown == [console_talk.taken_by("山本"), "こんにちは。"]


def test_a_thread_given_back_before_the_line_went_out_leaves_no_trace_in_the_chat(
    shared: System, yamamoto: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "PATIENCE", timedelta(minutes=5))
    learner = shared.learner()
    with shared.database.transaction() as db:
        user = learner_row(db, learner)
        take(db, user, yamamoto)
        hand_back(db, user, yamamoto, Resume.NEXT, "")
        lines = db.exec(select(Message).where(col(Message.handover_id).is_not(None))).all()
        assert [line for line in lines if line.kind != MessageType.COACH and line.delivered_at is None] == []


def test_what_is_written_to_a_coach_is_kept_and_not_answered_by_the_ai(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    before = len(learner.thread().from_bot)
    question = write_unheard(shared, learner, "火加減がわかりません")
    assert (question.waits_for, question.due_at) == (WaitReason.COACH, None)
    assert coach_says(shared, learner, yamamoto, "まずは中火で大丈夫です。").via == "reply", (
        "by their own token"
    )
    assert len(learner.thread().from_bot) == before + 1
    assert "火加減がわかりません" not in {brief.question for brief in questions_asked()}


def test_a_reply_token_is_used_once(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    write_unheard(shared, learner, "こんにちは")
    with shared.database.transaction() as db:
        assert (reply_seconds_left(db, learner_row(db, learner).id) or 0) > 0
    ways = [coach_says(shared, learner, yamamoto, text).via for text in ("一つ目です。", "二つ目です。")]
    assert ways == ["reply", "push"]
    with shared.database.transaction() as db:
        assert reply_seconds_left(db, learner_row(db, learner).id) is None


def test_cooking_goes_on_while_a_coach_has_the_thread(shared: System, yamamoto: int, clip: Path) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    pick(learner)
    send_video(learner, clip)
    skip_and_rate(learner)
    draft = held(shared, learner, MessageType.COACHING_READY)
    with shared.database.transaction() as db:
        assert [each.id for each in drafts(db, learner_row(db, learner).id)] == [draft.id]
        release(db, draft.id, yamamoto)
    learner.wait_for(is_coached, WAIT, what="the coaching")
    with shared.database.transaction() as db, pytest.raises(DraftGone):
        release(db, draft.id, yamamoto)


def test_coaching_held_back_goes_out_when_the_thread_is_given_back(
    shared: System, yamamoto: int, clip: Path
) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    pick(learner)
    send_video(learner, clip)
    skip_and_rate(learner)
    held(shared, learner, MessageType.COACHING_READY)
    given_back(shared, learner, yamamoto)
    learner.wait_for(is_coached, WAIT, what="the coaching")


def test_a_draft_given_up_is_never_seen_and_what_waited_for_it_goes_on(
    shared: System, yamamoto: int, clip: Path
) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    pick(learner)
    send_video(learner, clip)
    skip_and_rate(learner)
    draft = held(shared, learner, MessageType.COACHING_READY)
    with shared.database.transaction() as db:
        discard(db, draft.id, yamamoto)
    given_back(shared, learner, yamamoto)
    assert not is_coached(learner.thread())


def thinking(monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """Does something while the next question is thought about."""
    pause = script.before

    def before(call: str) -> None:
        if call == "answer":
            what()
        pause(call)

    monkeypatch.setattr(script, "before", before)


def test_an_answer_thought_of_while_the_thread_was_taken_is_a_draft(
    shared: System, yamamoto: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()

    def take_it() -> None:
        with shared.database.transaction() as db:
            take(db, learner_row(db, learner), yamamoto)

    thinking(monkeypatch, take_it)
    learner.text("包丁の持ち方は？")
    draft = held(shared, learner, MessageType.ANSWER)
    assert draft.text == script.answer
    with shared.database.transaction() as db:
        user = learner_row(db, learner)
        shown = newest_messages(db, user.id, RoomType.COACHING, 20)
        assert draft.id not in {each.message.id for each in shown}, "nor by another door"
        assert script.answer not in messages_of(db, user.id)
    later = write_unheard(shared, learner, "もう一度言ってください")
    with shared.database.transaction() as db:
        assert last_answer(db, later) == "", "nor repeated"
    wait_for_words(learner, console_talk.taken_by("山本"))
    assert script.answer not in words(learner.thread().from_bot)


@pytest.mark.parametrize("has_draft", [True, False])
def test_given_back_with_the_last_question_it_is_answered_once(
    shared: System, yamamoto: int, monkeypatch: pytest.MonkeyPatch, has_draft: bool
) -> None:
    learner = shared.learner()
    if has_draft:
        with monkeypatch.context() as patch:
            thinking(patch, lambda: taken(shared, learner, yamamoto))
            learner.text("包丁の持ち方は？")
            held(shared, learner, MessageType.ANSWER)
    else:
        taken(shared, learner, yamamoto)
        write_unheard(shared, learner, "前の質問です")
        write_unheard(shared, learner, "最後の質問です")
    given_back(shared, learner, yamamoto, Resume.LAST_QUESTION, "包丁の持ち方を伝えました。")
    wait_for_words(learner, script.answer)
    answers = [b for b in learner.thread().from_bot if b.text == script.answer]
    assert len(answers) == 1
    if not has_draft:
        brief = next(brief for brief in questions_asked() if brief.question == "最後の質問です")
        assert brief.coach_summary == "包丁の持ち方を伝えました。"
        assert "前の質問です" not in {brief.question for brief in questions_asked()}


def test_given_back_from_the_next_on_nothing_old_is_answered(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    write_unheard(shared, learner, "古い質問です")
    coach_says(shared, learner, yamamoto, "直接お答えしました。")
    given_back(shared, learner, yamamoto)
    wait_for_words(learner, console_talk.RETURNED)
    assert script.answer in words(replies_or_push(learner, "新しい質問です"))
    asked = {brief.question: brief for brief in questions_asked()}
    assert "古い質問です" not in asked
    history = [(turn.sender, turn.text) for turn in asked["新しい質問です"].history]
    assert ("coach", "直接お答えしました。") in history
    assert console_talk.RETURNED not in {text for _, text in history}


def replies_or_push(learner: Learner, text: str) -> list[Bubble]:
    return replies(learner, lambda: learner.text(text))


def test_a_danger_is_answered_at_once_whoever_has_the_thread(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    taken(shared, learner, yamamoto)
    answer = replies_or_push(learner, "赤ちゃんにはちみつをあげてもいいですか")
    assert "一歳" in words(answer)


def test_a_coach_who_has_not_read_the_newest_words_sends_nothing(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    replies_or_push(learner, "最初の質問です")
    with shared.database.transaction() as db:
        first = db.exec(select(Message).where(Message.text == "最初の質問です")).one()
        db.expunge(first)
    with shared.database.transaction() as db, pytest.raises(ThreadMoved) as moved:
        say_as_coach(db, learner_row(db, learner), yamamoto, "遅い返事です。", seen_to=first.id)
    assert moved.value.newest.text == script.answer
    with shared.database.transaction() as db:
        assert not has_coach(db, learner_row(db, learner).id), "nothing was taken either"
        assert db.exec(select(Message).where(Message.text == "遅い返事です。")).first() is None


def test_of_two_coaches_at_once_one_has_the_thread(shared: System, yamamoto: int) -> None:
    learner, other = shared.learner(), new_coach(shared, "佐藤")
    start, outcomes = threading.Barrier(2), []

    def try_to_take(coach_id: int) -> None:
        start.wait(WAIT)
        try:
            with shared.database.transaction() as db:
                take(db, learner_row(db, learner), coach_id)
            outcomes.append("has it")
        except ThreadTaken as refusal:
            outcomes.append(refusal.by)

    threads = [threading.Thread(target=try_to_take, args=(coach_id,)) for coach_id in (yamamoto, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    with shared.database.transaction() as db:
        handover = db.exec(select(Handover).where(Handover.user_id == learner_row(db, learner).id)).one()
        assert sorted(outcomes) == sorted(["has it", "山本" if handover.coach_id == yamamoto else "佐藤"])


def test_another_coach_neither_speaks_nor_gives_back(shared: System, yamamoto: int) -> None:
    learner, other = shared.learner(), new_coach(shared, "佐藤")
    taken(shared, learner, yamamoto)
    with shared.database.transaction() as db:
        user = learner_row(db, learner)
        for act in (
            lambda: say_as_coach(db, user, other, "割りこみます。"),
            lambda: hand_back(db, user, other, Resume.NEXT, ""),
        ):
            with pytest.raises(ThreadTaken) as refusal:
                act()
            assert refusal.value.by == "山本"
        hand_back(db, user, other, Resume.NEXT, "", for_another=True)
        with pytest.raises(NotTaken):
            hand_back(db, user, yamamoto, Resume.NEXT, "")


def test_the_thread_of_a_coach_who_has_left_is_taken_by_another(shared: System, yamamoto: int) -> None:
    learner, other = shared.learner(), new_coach(shared, "佐藤")
    taken(shared, learner, yamamoto)
    with shared.database.transaction() as db:
        remove(db, yamamoto, by=None)
    with shared.database.transaction() as db:
        assert has_coach(db, learner_row(db, learner).id), "released by nobody"
    coach_says(shared, learner, other, "代わりました。")
    wait_for_words(learner, console_talk.taken_by("佐藤"))


def test_nothing_and_too_much_are_not_sent(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    with shared.database.transaction() as db:
        user = learner_row(db, learner)
        for text in (" \n", "あ" * 2_001):
            with pytest.raises(WordsUnfit):
                say_as_coach(db, user, yamamoto, text)
            with pytest.raises(WordsUnfit):
                note(db, user.id, yamamoto, text)
        assert not has_coach(db, user.id)


def test_a_learner_who_leaves_is_left_alone(shared: System, yamamoto: int) -> None:
    learner = shared.learner()
    with shared.database.transaction() as db:
        user = learner_row(db, learner)
        user.leaving_since = user.created_at
        with pytest.raises(LearnerLeaving):
            take(db, user, yamamoto)
        user.leaving_since = None


def test_their_menu_shows_that_a_person_is_there(shared: System, yamamoto: int, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    taken(shared, learner, yamamoto)
    with shared.database.transaction() as db:
        assert wanted_menu(db, learner_row(db, learner)) is Menu.WITH_PERSON
    given_back(shared, learner, yamamoto)
    with shared.database.transaction() as db:
        assert wanted_menu(db, learner_row(db, learner)) is Menu.LEARNING
