"""Several texts or pictures within seconds get one answer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import ChatRoom, Message
from models.user import User
from pipeline.providers.ports import QuestionBrief
from simulator.line.behaviour import Order
from simulator.line.client import Bubble, Learner, SentMessage
from tests.flows.steps import handled_event, replies, wait_for_words
from tests.flows.test_questions import answer_to, brief_of
from tests.media_files import make
from tests.quick_providers import script
from tests.system import WAIT, System

PAUSED_AT = "narration"


@contextmanager
def at_once(system: System) -> Iterator[None]:
    """What is sent within the block comes together, in its order."""
    system.desk.hold()
    yield
    system.desk.release()


@pytest.fixture
def long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.bursts.PAUSE", timedelta(hours=1))


def no_more_words_come(system: System, learner: Learner) -> None:
    with system.database.transaction() as db:
        mine = select(ChatRoom.id).join(User).where(User.line_user_id == learner.user_id)
        waiting = select(Message).where(col(Message.chat_room_id).in_(mine), col(Message.due_at) > utc_now())
        for row in db.exec(waiting.with_for_update()):
            row.due_at = row.nudge_at = utc_now()


def ask_all(system: System, learner: Learner, texts: Sequence[str]) -> list[SentMessage]:
    with at_once(system):
        sent = [learner.text(text) for text in texts]
    for each in sent:
        handled_event(system, learner, each)
    return sent


def quoted_answers(learner: Learner) -> list[Bubble]:
    return [bubble for bubble in learner.thread().from_bot if bubble.quoted_id]


def test_short_texts_are_one_question_answered_once(shared: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.bursts.PAUSE", timedelta(seconds=1))
    learner = shared.learner()
    *_, last = ask_all(shared, learner, ["チャーハンが", "べちゃっとします。", "どうしてですか"])
    answer = answer_to(learner, last)
    assert (answer.text, answer.via) == (script.answer, "reply")
    brief = brief_of("チャーハンが、べちゃっとします。どうしてですか")
    assert [turn.text for turn in brief.history if turn.sender == "user"] == []
    assert quoted_answers(learner) == [answer]
    dots = shared.desk.log(path="/v2/bot/chat/loading/start")
    assert learner.user_id in {crossing.request["chatId"] for crossing in dots}


def test_what_is_asked_later_is_a_question_of_its_own(shared: System) -> None:
    learner = shared.learner()
    for text in ("火加減は強火ですか", "油はいつ足しますか"):
        answer_to(learner, learner.text(text))
        brief_of(text)
    assert len(quoted_answers(learner)) == 2


@pytest.mark.usefixtures("long_pause")
def test_a_danger_waits_for_no_more_words(shared: System) -> None:
    learner = shared.learner()
    _, danger = ask_all(shared, learner, ["あの", "フライパンの油に火がつきました"])
    assert "火を止め" in answer_to(learner, danger).text
    other = shared.learner()
    *_, last = ask_all(shared, other, ["鶏肉の中がまだ", "赤いのに食べてしまいました"])
    assert answer_to(other, last).text != script.answer


@pytest.mark.usefixtures("long_pause")
def test_words_for_the_menu_are_not_held(shared: System) -> None:
    learner = shared.learner()
    before = len(learner.thread().from_bot)
    ask_all(shared, learner, ["火加減は強火ですか", "使い方"])
    learner.wait_for(lambda t: t.from_bot[before:], WAIT, what="the menu's answer")


@pytest.mark.usefixtures("long_pause")
def test_a_text_taken_back_is_not_part_of_the_question(shared: System) -> None:
    learner = shared.learner()
    first, second, third = ask_all(shared, learner, ["卵は", "ひみつです。", "いつ入れますか"])
    handled_event(shared, learner, learner.unsend(second.message_id or ""))
    no_more_words_come(shared, learner)
    answer_to(learner, third)
    brief_of("卵は、いつ入れますか")
    assert not [b for b in script.briefs if isinstance(b, QuestionBrief) and "ひみつ" in str(b)]
    assert first.message_id


@pytest.mark.usefixtures("long_pause")
def test_without_its_last_text_the_rest_of_a_question_is_answered(shared: System) -> None:
    learner = shared.learner()
    _, second, third = ask_all(shared, learner, ["ねぎは", "いつ切りますか", "ひみつです"])
    handled_event(shared, learner, learner.unsend(third.message_id or ""))
    answer_to(learner, second)
    brief_of("ねぎは、いつ切りますか")


def test_a_text_taken_back_while_it_is_answered_is_answered_without(
    shared: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.bursts.PAUSE", timedelta(seconds=1))
    learner = shared.learner()
    seen: list[str] = []
    pause = script.before

    def before(call: str) -> None:
        pause(call)
        if call == "answer" and not seen:
            brief = script.briefs[-1]
            assert isinstance(brief, QuestionBrief)
            seen.append(brief.question)
            handled_event(shared, learner, learner.unsend(sent[0].message_id or ""))

    monkeypatch.setattr(script, "before", before)
    sent = ask_all(shared, learner, ["ひみつですが。", "塩はいつ入れますか"])
    answer_to(learner, sent[1])
    assert seen == ["ひみつですが。塩はいつ入れますか"]
    brief_of("塩はいつ入れますか")
    assert len(quoted_answers(learner)) == 1


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    colours = ("red", "green", "blue", "white", "black")
    return [
        make(folder / f"{colour}.jpg", "-f", "lavfi", "-i", f"color=c={colour}:s=320x240", "-frames:v", "1")
        for colour in colours
    ]


def send_album(learner: Learner, pictures: Sequence[Path], how: str) -> list[SentMessage]:
    if how == "apart":
        return [learner.image(picture) for picture in pictures]
    return learner.images(pictures, old_android=how == "old android")


@pytest.mark.parametrize(
    ("how", "order"), [("album", "reverse"), ("old android", "batch"), ("apart", "fifo")]
)
def test_five_pictures_get_one_answer(shared: System, pictures: list[Path], how: str, order: Order) -> None:
    learner = shared.learner()
    before = len(learner.thread().from_bot)
    shared.desk.hold()
    sent = send_album(learner, pictures, how)
    shared.desk.release(order)
    for each in sent:
        learner.desk.redeliver(each.webhook_event_id or "")
        handled_event(shared, learner, each)
    (answer, *carousel) = learner.wait_for(lambda t: t.from_bot[before:], WAIT, what="the answer")
    assert answer.text == phrasebook.IMAGE_RECEIVED
    assert {bubble.via for bubble in (answer, *carousel)} == {"reply"}
    assert photo_answers(learner) == 1


def photo_answers(learner: Learner) -> int:
    return len([bubble for bubble in learner.thread().from_bot if bubble.text == phrasebook.IMAGE_RECEIVED])


def test_a_picture_of_an_album_that_comes_late_is_not_answered_again(
    shared: System, pictures: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.photos.TOGETHER", timedelta())
    learner = shared.learner()
    shared.desk.hold()
    first, second = learner.images(pictures[:2])
    shared.desk.release()
    for each in (first, second):
        handled_event(shared, learner, each)
    wait_for_words(learner, phrasebook.IMAGE_RECEIVED)
    learner.wait_for(lambda _: photo_answers(learner) == 1, WAIT)
    replies(learner, lambda: learner.image(pictures[2]))
    assert photo_answers(learner) == 2
