"""What a learner's words mean is heard whatever they are asked just then: dangers first."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from knowledge_base import phrasebook
from knowledge_base.intents.kinds import Intent
from knowledge_base.intents.replies import replies as checked_replies
from models.chat import Message, MessageType
from models.flag import CoachFlag
from models.rules.next_step import Ask, next_step
from moment.commands.operation import flag_line
from services.flags import FLAGS, flag_for_coaches, newest_flags
from simulator.line.client import Learner
from tests.flows.steps import replies, send_video, session_once, wait_for_words, words
from tests.log_lines import log_lines
from tests.quick_providers import script
from tests.system import System, pick

PAUSED_AT = "analyze"


def text_of(intent: Intent) -> str:
    return checked_replies()[intent].text


def flags_of(system: System, learner: Learner) -> list[str]:
    session = system.session(learner)
    with system.database.transaction() as db:
        mine = select(CoachFlag).where(CoachFlag.user_id == session.user_id).order_by(col(CoachFlag.id))
        return [flag.kind for flag in db.exec(mine)]


def said(system: System, learner: Learner, text: str) -> Message:
    session = system.session(learner)
    with system.database.transaction() as db:
        return db.exec(select(Message).where(Message.text == text, Message.session_id == session.id)).one()


@pytest.fixture
def waiting(shared: System, clip: Path) -> Learner:
    """A learner who is asked for the memo."""
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    return learner


def test_a_burn_is_answered_at_once_and_the_memo_stays_open(shared: System, waiting: Learner) -> None:
    answer = replies(waiting, lambda: waiting.text("やけどした"))[0]
    assert answer.text == text_of(Intent.BURN)
    session = shared.session(waiting)
    assert (next_step(session).ask, session.voice_transcript) == (Ask.MEMO, "")
    assert flags_of(shared, waiting) == ["burn"]
    assert phrasebook.MEMO_SKIP_LABEL in waiting.thread().labels()


def test_a_danger_is_answered_before_the_video_and_before_any_dish(shared: System) -> None:
    learner = shared.learner()
    assert words(replies(learner, lambda: learner.text("油に火がついた！どうしよう"))) == text_of(Intent.FIRE)
    pick(learner)
    assert words(replies(learner, lambda: learner.text("指を切っちゃった"))) == text_of(Intent.CUT)
    assert next_step(shared.session(learner)).ask is Ask.VIDEO


def test_a_memo_that_tells_of_a_danger_too_is_taken_and_warned_of(shared: System, waiting: Learner) -> None:
    memo = "ご飯はパラパラに仕上がりました。途中で指を切ってしまいました。"
    waiting.text(memo)
    wait_for_words(waiting, text_of(Intent.CUT))
    wait_for_words(waiting, phrasebook.MEMO_TEXT_RECEIVED)
    assert shared.session(waiting).voice_transcript == memo
    assert flags_of(shared, waiting) == ["cut"]


def test_what_is_heard_in_a_spoken_memo_is_warned_of(shared: System, waiting: Learner, memo: Path) -> None:
    script.transcript = "昨日からコンロの上に出しっぱなしのカレーを温めて食べました。おいしかったです。"
    waiting.audio(memo)
    wait_for_words(waiting, text_of(Intent.LEFT_OUT))
    session = session_once(shared, waiting, lambda session: session.voice_transcript)
    assert session.voice_transcript == script.transcript
    assert flags_of(shared, waiting) == ["left_out"]


def test_a_question_is_no_memo(shared: System, waiting: Learner) -> None:
    assert words(replies(waiting, lambda: waiting.text("卵はいつ入れますか？"))) == script.answer
    assert next_step(shared.session(waiting)).ask is Ask.MEMO


def test_what_happened_in_this_cook_is_asked_in_the_memo(shared: System, waiting: Learner) -> None:
    answer = words(replies(waiting, lambda: waiting.text("べちゃっとしたのはなぜですか")))
    assert answer.startswith(phrasebook.MEMO_TEXT_RECEIVED)


@pytest.mark.parametrize("text", ["やっぱりやめます", "キャンセルしたいです"])
def test_a_wish_to_stop_is_no_memo(shared: System, waiting: Learner, text: str) -> None:
    assert words(replies(waiting, lambda: waiting.text(text))) == phrasebook.MEMO_STOPPED
    assert next_step(shared.session(waiting)).ask is Ask.MEMO


def test_harmless_words_are_a_memo_without_alarm(shared: System, waiting: Learner) -> None:
    memo = "鍋が燃えるように赤くて、やけどしないか心配でしたが、死ぬほどおいしかったです。"
    answer = words(replies(waiting, lambda: waiting.text(memo)))
    assert answer.startswith(phrasebook.MEMO_TEXT_RECEIVED)
    assert flags_of(shared, waiting) == []


def test_a_wish_for_a_person_is_flagged_and_the_coach_is_not_asked(shared: System, waiting: Learner) -> None:
    before = script.calls.count("answer")
    answer = words(replies(waiting, lambda: waiting.text("人のコーチと話したいです")))
    assert answer == text_of(Intent.HUMAN_COACH)
    assert flags_of(shared, waiting) == ["human_coach"]
    assert script.calls.count("answer") == before


def test_once_more_asks_what_is_meant(shared: System) -> None:
    learner = shared.learner()
    assert words(replies(learner, lambda: learner.text("もう一度"))) == text_of(Intent.AGAIN)


def test_the_last_answer_is_said_again(shared: System, waiting: Learner) -> None:
    replies(waiting, lambda: waiting.text("卵はいつ入れますか？"))
    again = words(replies(waiting, lambda: waiting.text("もう一回言って")))
    assert again == f"もう一度お伝えしますね。{script.answer}"


def test_what_a_person_should_see_is_listed_and_counted_once(shared: System, waiting: Learner) -> None:
    before = FLAGS.labels("price")._value.get()
    replies(waiting, lambda: waiting.text("月いくらですか"))
    message = said(shared, waiting, "月いくらですか")
    with shared.database.transaction() as db:
        flag = newest_flags(db, 1)[0]
        flag_for_coaches(db, flag.user_id, Intent.PRICE, message_id=message.id, session_id=message.session_id)
        line = flag_line(flag).split("\t")[1:]
    assert line == ["price", str(flag.user_id), str(message.session_id), str(message.id)]
    assert FLAGS.labels("price")._value.get() == before + 1


def test_the_words_of_a_danger_are_in_no_log(shared: System, waiting: Learner) -> None:
    with log_lines() as lines:
        replies(waiting, lambda: waiting.text("うちの台所で妻がやけどしました"))
    assert [line["kind"] for line in lines.of("flagged for coaches")] == ["burn"]
    assert "うちの台所" not in lines.text


def test_a_danger_counts_as_said_and_answered(shared: System, waiting: Learner) -> None:
    replies(waiting, lambda: waiting.text("やけどしました"))
    assert said(shared, waiting, "やけどしました").kind == MessageType.QUESTION
