"""What one learner does takes nothing from the others."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import col, select

from jobs.leases import count_active, make_due
from knowledge_base import phrasebook
from models.chat import Message, MessageType, WaitReason
from models.media import Media, MediaState
from moment.resources import open_resources
from services.outbox import queue_notice
from services.profile import find_learner
from services.thread import record_inbound
from tests import quick_providers
from tests.flows.steps import command, message_once, push_keys, replies, session_once, words
from tests.quick_providers import script
from tests.system import WAIT, System, pick


@contextmanager
def thinking(others: str) -> Iterator[tuple[list[int], threading.Event]]:
    """How many answers were thought about at once, but for a question of the others; each waits for the event."""
    lock, go = threading.Lock(), threading.Event()
    now, counts = [0], []

    def think(call: str) -> None:
        if call != "answer" or getattr(script.briefs[-1], "question", "") == others:
            return
        with lock:
            now[0] += 1
            counts.append(now[0])
        assert go.wait(WAIT)
        with lock:
            now[0] -= 1

    script.before = think
    yield counts, go
    go.set()


def test_of_many_questions_of_one_learner_one_is_thought_about_at_a_time(system: System) -> None:
    asking, other = system.learner("けん"), system.learner("はな")
    with thinking("卵は？") as (counts, go):
        asked = [asking.text(f"{number}番目の質問です") for number in range(6)]
        asking.wait_for(lambda _: counts, WAIT, what="the first to be thought about")
        question = other.text("卵は？")
        other.wait_for(
            lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT, what="an answer"
        )
        assert counts == [1]
        go.set()
        for each in asked:
            asking.wait_for(
                lambda t: [b for b in t.from_bot if b.quoted_id == each.message_id],  # noqa: B023
                WAIT,
                what="every answer",
            )
        assert set(counts) == {1}


def test_more_questions_than_a_day_holds_are_kept_and_kindly_put_off(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.questions.QUESTIONS_WITHOUT_PLAN", 1)
    learner = system.learner()
    learner.text("卵は？")
    learner.wait_for_text(script.answer, WAIT)
    assert words(replies(learner, lambda: learner.text("火は？"))) == phrasebook.TOO_MANY_QUESTIONS
    assert script.calls.count("answer") == 1
    with system.database.transaction() as db:
        assert db.exec(select(Message.kind).where(Message.text == "火は？")).one() == MessageType.TEXT


@pytest.mark.parametrize(
    "how", [{"preparing": 1_000_000}, {"slow_bytes_per_second": 500}], ids=["not ready", "slow"]
)
def test_many_clips_of_one_learner_hold_up_nobodys(
    uncoached: System, clip: Path, how: dict[str, int]
) -> None:
    sending, other = uncoached.learner("けん"), uncoached.learner("はな")
    for _ in range(uncoached.settings.media_threads + 2):
        sending.video(clip, **how)
    pick(other)
    other.video(clip)
    session_once(uncoached, other, lambda session: session.raw_video_url)
    with uncoached.database.transaction() as db:
        slow = col(Media.state) == MediaState.OWED
        assert count_active(db, Media, slow) <= 2


def test_a_learner_gets_no_more_pushes_than_a_day_holds_but_all_with_the_next_reply(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.owed.PUSHES_A_DAY", 1)
    learner = system.learner()
    for words_key in ("memo_unsent", "video_unsent"):
        with command(system) as db:
            user = find_learner(db, learner.user_id)
            assert user is not None
            queue_notice(db, user.id, words_key)
        learner.wait_for(lambda _: push_keys(system, learner), WAIT, what="the first push")
        message_once(system, learner, MessageType.NOTICE, lambda m: m.delivered_at or m.waits_for)
    held = message_once(
        system, learner, MessageType.NOTICE, lambda message: message.waits_for == WaitReason.QUOTA
    )
    assert "as many pushes as a day holds" in held.error
    assert len(push_keys(system, learner)) == 1
    reply = words(replies(learner, learner.sticker))
    assert held.text in reply
    assert phrasebook.STICKER_RECEIVED in reply


def test_questions_that_are_taken_at_the_same_instant_are_thought_about_one_by_one(system: System) -> None:
    """Whoever counts the learner's questions at work waits for whoever is just taking another."""
    learner = system.learner()
    resources = open_resources(system.settings, quick_providers.build)
    with thinking("") as (counts, go), resources as ours, ThreadPoolExecutor(4) as pool:
        with system.database.transaction() as db:
            user = find_learner(db, learner.user_id)
            assert user is not None
            asked = [record_inbound(db, user, MessageType.QUESTION, text=f"{n}つ目").id for n in range(4)]
            for each in asked:
                make_due(db, Message, col(Message.id) == each)
        answered = [pool.submit(ours.answers.answer, each) for each in asked]
        learner.wait_for(
            lambda _: counts and sum(each.done() for each in answered) >= 3, WAIT, what="all but one"
        )
        assert counts == [1]
        go.set()
