"""Why a thread needs a person: what brings each reason up, and what takes it away."""

from datetime import timedelta

from models.base import database_now
from models.chat import MessageType, WaitReason
from models.session import SessionStatus
from models.user import User
from services.threads.marks import mark_done
from services.threads.needs import FORGOTTEN_AFTER, Need, waiting_of
from tests.services.threads.conftest import Desk


def needs(desk: Desk, user: User) -> list[Need]:
    desk.db.flush()
    waiting = waiting_of(desk.db, [user.id]).get(user.id)
    return list(waiting.needs) if waiting else []


def test_a_thread_that_the_ai_answers_needs_nobody(desk: Desk) -> None:
    user = desk.learner()
    desk.says(user, "火加減は？", MessageType.QUESTION)
    desk.answers(user, "中火です", MessageType.ANSWER)
    desk.cook(user, status=SessionStatus.COMPLETED)
    assert needs(desk, user) == []


def test_flagged_words_wait_until_a_coach_has_answered(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    flag = desk.flag(user, desk.says(user, "やけどしました"))
    assert waiting_of(desk.db, [user.id])[user.id].since == flag.created_at
    desk.answers(user, "冷やしてください", MessageType.ANSWER)
    assert needs(desk, user) == [Need.FLAGGED], "the AI's answer is none of a person's"
    handover = desk.taken(user, asker)
    desk.answers(user, "大丈夫ですか", MessageType.COACH, coach_id=asker.coach_id, handover_id=handover.id)
    assert needs(desk, user) == []
    desk.flag(user, desk.says(user, "まだ痛いです"))
    assert Need.FLAGGED in needs(desk, user)


def test_done_holds_for_what_the_coach_had_seen(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    seen = desk.says(user, "やけどしました")
    desk.flag(user, seen)
    desk.flag(user, desk.says(user, "指を切りました"), "cut")
    mark_done(desk.db, asker.coach_id, user.id, seen.id)
    assert needs(desk, user) == [Need.FLAGGED], "what came meanwhile is not done"
    mark_done(desk.db, asker.coach_id, user.id, seen.id + 1)
    assert needs(desk, user) == []
    mark_done(desk.db, asker.coach_id, user.id, seen.id)
    assert needs(desk, user) == [], "a page that was older undoes nothing"


def test_who_writes_to_a_coach_waits_for_them(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    other, another = desk.learner(), desk.coach()
    desk.taken(other, another)
    desk.says(user, "前の話")
    handover = desk.taken(user, asker)
    assert needs(desk, user) == []
    first = desk.says(user, "こんにちは")
    desk.says(user, "いますか")
    waiting = waiting_of(desk.db, [user.id])[user.id]
    assert (waiting.since, waiting.needs) == (first.created_at, [Need.LEARNER_WAITS])
    assert needs(desk, other) == []
    desk.answers(user, "います", MessageType.COACH, coach_id=asker.coach_id, handover_id=handover.id)
    assert needs(desk, user) == []


def test_what_was_taken_back_is_waited_for_no_more(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    desk.taken(user, asker)
    desk.says(user, "［送信取消］", unsent_at=database_now(desk.db))
    assert needs(desk, user) == []


def test_drafts_wait_for_whoever_has_the_thread(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    handover = desk.taken(user, asker)
    other = desk.learner()
    desk.taken(other, asker)
    draft = desk.answers(user, "下書き", MessageType.ANSWER, delivered_at=None, waits_for=WaitReason.COACH)
    assert needs(desk, user) == [Need.DRAFTS]
    assert needs(desk, other) == []
    handover.returned_at = database_now(desk.db)
    assert needs(desk, user) == []
    handover.returned_at, draft.retry_key = None, None
    assert needs(desk, user) == [], "it was given up"


def test_a_failed_cook_waits_until_it_is_done_or_another_is_begun(desk: Desk) -> None:
    user = desk.learner()
    failed = desk.cook(user, ago=timedelta(hours=1), status=SessionStatus.FAILED)
    assert needs(desk, user) == [Need.FAILED]
    failed.status = SessionStatus.PROCESSING
    assert needs(desk, user) == []
    failed.status = SessionStatus.FAILED
    desk.cook(user, 2)
    assert needs(desk, user) == []


def test_what_was_given_up_is_named_by_whose_it_is(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    now = database_now(desk.db)
    ours = desk.answers(user, "届きません", delivered_at=None, parked_at=now - timedelta(minutes=2))
    desk.says(user, "なぜ？", MessageType.QUESTION, parked_at=now - timedelta(minutes=1))
    assert needs(desk, user) == [Need.UNDELIVERED, Need.UNANSWERED]
    mark_done(desk.db, asker.coach_id, user.id, ours.id)
    assert needs(desk, user) == []


def test_a_forgotten_thread_is_brought_up_and_stays(desk: Desk) -> None:
    user, asker = desk.learner(), desk.coach()
    handover = desk.taken(user, asker, ago=FORGOTTEN_AFTER + timedelta(minutes=1))
    assert needs(desk, user) == [Need.FORGOTTEN]
    mark_done(desk.db, asker.coach_id, user.id, 10**6)
    assert needs(desk, user) == [Need.FORGOTTEN]
    said = desk.answers(user, "います", MessageType.COACH, coach_id=asker.coach_id, handover_id=handover.id)
    assert needs(desk, user) == []
    handover.returned_at = said.created_at
    assert needs(desk, user) == []
