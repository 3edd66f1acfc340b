"""「いっしょに作る」 in the chat: a card that opens the page of a call, and one line after it, which never costs a push."""

from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import companion_talk, menu_talk
from models.chat import Message, rooms_of
from models.companion import CompanionCall
from models.user import User
from services import companion
from services.companion import Beat, Caps, begin_call, end_call
from simulator.line.client import Learner
from tests.flows.steps import command, push_keys, replies, words
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"
CAPS = Caps(timedelta(minutes=10), timedelta(hours=1))


def user_of(db: DbSession, learner: Learner) -> User:
    return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def call_of(system: System, learner: Learner, seconds: float) -> int:
    with system.database.transaction() as db:
        call = begin_call(db, user_of(db, learner), None, CAPS)
        end_call(db, call.id, Beat(1, seconds), "")
        return call.id


def test_the_menus_word_offers_a_call(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    card = replies(learner, lambda: learner.text(menu_talk.TOGETHER))[0]
    assert card.alt_text == companion_talk.CALL_TITLE
    assert companion_talk.minutes_left(10) in str(card.message)
    page = f"https://liff.line.me/{shared.settings.liff_companion_id}"
    assert page in str(card.message)


def test_other_words_for_it_are_understood(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    for said in ("今日は一緒に作りたいです", "いっしょにつくって！"):
        assert replies(learner, partial(learner.text, said))[0].alt_text == companion_talk.CALL_TITLE


def test_without_minutes_the_day_is_told_on_which_there_are_some(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    call_of(shared, learner, 700)
    said = words(replies(learner, lambda: learner.text(menu_talk.TOGETHER)))
    assert companion_talk.no_minutes(is_paying=False) in said


def test_a_calls_line_rides_on_the_next_reply(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    before = len(push_keys(shared, learner))
    call_of(shared, learner, 300)
    answer = words(replies(learner, learner.sticker))
    assert companion_talk.ended(5, "", None, "") in answer
    assert len(push_keys(shared, learner)) == before


def test_a_calls_line_that_no_reply_carries_is_given_up(
    shared: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = shared.learner()
    pick(learner)
    before = len(push_keys(shared, learner))
    monkeypatch.setattr(companion, "RIDE", timedelta(seconds=0.2))
    call_of(shared, learner, 300)
    with command(shared) as db:
        user_id = user_of(db, learner).id

    def is_given_up(_: object) -> bool:
        with command(shared) as db:
            lines = select(Message).where(col(Message.meta)["topic"].astext == "call")
            line = db.exec(lines.where(col(Message.chat_room_id).in_(rooms_of(user_id)))).one()
            return line.retry_key is None

    learner.wait_for(is_given_up, WAIT)
    assert len(push_keys(shared, learner)) == before
    with command(shared) as db:
        assert db.exec(select(CompanionCall.ended_at).where(CompanionCall.user_id == user_id)).one()
