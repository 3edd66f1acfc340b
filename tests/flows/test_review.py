"""A coach's eye on the coaching before it goes, and what they put right after."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlmodel import Session as DbSession
from sqlmodel import select

from knowledge_base import console_talk, phrasebook
from models.chat import Message, MessageType, WaitReason
from models.coach import Coach, CoachRole
from models.session import CookingSession, SessionStatus
from models.user import User
from pipeline.checks.corrections import faults_of
from services import review
from services.cooks import newest_cooks
from services.handover import take
from services.outbox import release_owed
from services.review import CorrectionLate, CorrectionUnfit, ReviewOver
from services.withheld import shown_of
from simulator.line.client import Learner
from tests.flows.steps import card_of, command, message_once, send_video, session_once, tap, wait_for_words
from tests.system import System, pick

PAUSED_AT = "nothing"
BETTER = {"mondaiten": "卵を入れてから、ご飯を待たせる間がありました。"}


@pytest.fixture
def coach_id(shared: System) -> int:
    with shared.database.transaction() as db:
        coach = Coach(name="山本", role=CoachRole.COACH)
        db.add(coach)
        db.flush()
        return coach.id


def user_of(db: DbSession, learner: Learner) -> User:
    return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def wait_first(system: System, learner: Learner, coach_id: int) -> None:
    """Their coaching waits for five minutes, longer than any test."""
    with command(system) as db:
        review.set_pause(db, coach_id, user_of(db, learner).id, 5)


def cook(learner: Learner, clip: Path) -> None:
    pick(learner)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)


def held(system: System, learner: Learner) -> Message:
    kind = MessageType.COACHING_READY
    return message_once(system, learner, kind, lambda message: message.waits_for is WaitReason.REVIEW)


def correct(
    system: System, learner: Learner, coach_id: int, words: Mapping[str, str], *, seen: int | None = None
) -> None:
    session_id = system.session(learner).id
    with command(system) as db:
        session = db.get_one(CookingSession, session_id, with_for_update=True)
        known = review.last_correction(db, session_id) if seen is None else seen
        review.correct(db, session, coach_id, words, faults_of, seen=known)


def test_coaching_waits_for_a_coach_and_is_seen_through_no_door(
    shared: System, clip: Path, coach_id: int
) -> None:
    learner = shared.learner()
    wait_first(shared, learner, coach_id)
    cook(learner, clip)
    message = held(shared, learner)
    session_once(shared, learner, lambda session: session.coaching_video_gcs_path)
    with command(shared) as db:
        user = user_of(db, learner)
        release_owed(db, user)  # as when they come back
        session = shared.session(learner)
        assert not shown_of(db, session).coaching
        assert not shown_of(db, session).video_path
        (listed,) = newest_cooks(db, user.id, 5)
        assert (listed.coaching, listed.video_path) == ({}, "")
    assert held(shared, learner).id == message.id
    assert not [b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text]
    with command(shared) as db:
        review.send(db, message.id, coach_id)
    card_of(learner)
    wait_for_words(learner, phrasebook.COACHING_VIDEO_NOTE)
    with command(shared) as db:
        assert shown_of(db, shared.session(learner)).video_path
        with pytest.raises(ReviewOver):
            review.stop(db, message.id, coach_id)


def test_what_is_put_right_before_it_goes_is_all_that_the_learner_reads(
    shared: System, clip: Path, coach_id: int
) -> None:
    learner = shared.learner()
    wait_first(shared, learner, coach_id)
    cook(learner, clip)
    message = held(shared, learner)
    with command(shared) as db:
        review.stop(db, message.id, coach_id)
    correct(shared, learner, coach_id, BETTER)
    with command(shared) as db:
        review.send(db, message.id, coach_id)
    assert BETTER["mondaiten"] in card_of(learner).text
    wait_for_words(learner, phrasebook.COACHING_VIDEO_NOTE)
    assert len([b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text]) == 1
    session = session_once(shared, learner, lambda session: session.status == SessionStatus.COMPLETED)
    assert session.coaching_text["mondaiten"] == BETTER["mondaiten"]


def test_what_is_put_right_later_comes_as_a_persons_message_and_a_new_video(
    shared: System, clip: Path, coach_id: int
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    old = card_of(learner)
    wait_for_words(learner, phrasebook.COACHING_VIDEO_NOTE)
    cards = len(learner.thread().of_type("flex"))
    correct(shared, learner, coach_id, BETTER)
    line = wait_for_words(learner, console_talk.corrected_by("山本"))
    card = card_of(learner, cards)
    assert BETTER["mondaiten"] in card.text
    assert BETTER["mondaiten"] not in old.text
    assert (line.sender_name, card.sender_name) == ("コーチ 山本", "コーチ 山本")
    wait_for_words(learner, console_talk.VIDEO_ANEW)
    assert len(learner.thread().of_type("video")) >= 2
    assert "quoteToken" in line.message


def test_two_coaches_do_not_overwrite_each_other(shared: System, clip: Path, coach_id: int) -> None:
    learner = shared.learner()
    cook(learner, clip)
    card_of(learner)
    correct(shared, learner, coach_id, BETTER, seen=0)
    with pytest.raises(CorrectionLate):
        correct(shared, learner, coach_id, {"mondaiten": "火が弱めでした。"}, seen=0)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"mondaiten": ""}, "missing:mondaiten"),
        ({"next_action": "油を大さじ2入れます。"}, "measurement:next_action"),
        ({"safety": "鶏肉は中が赤くても大丈夫です。"}, "safety:safety"),
        ({"praise": "hello"}, "language:praise"),
        ({}, "unchanged"),
    ],
)
def test_a_correction_is_held_to_what_the_ai_is_held_to(
    shared: System, clip: Path, coach_id: int, words: Mapping[str, str], fault: str
) -> None:
    learner = shared.learner()
    cook(learner, clip)
    card_of(learner)
    with pytest.raises(CorrectionUnfit) as refusal:
        correct(shared, learner, coach_id, words)
    assert fault in refusal.value.faults


def test_a_thread_that_is_taken_holds_the_coaching_back_at_every_door(
    shared: System, clip: Path, coach_id: int
) -> None:
    learner = shared.learner()
    with command(shared) as db:
        take(db, user_of(db, learner), coach_id)
    cook(learner, clip)
    session = session_once(shared, learner, lambda session: session.coaching_text)
    with command(shared) as db:
        assert not shown_of(db, session).coaching
