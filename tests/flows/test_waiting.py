"""「まだ？」 at every stage: answered at once by a reply, with the stage, the time and what is open; never by a push."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from knowledge_base import consent_talk, phrasebook, waiting_talk
from models.base import database_now
from models.chat import Message, MessageType, Sender, Topic
from models.dish import Dish
from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.progress import Phase
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.user import User
from services.outbox import new_message, owe, queue_coaching_video
from simulator.line.client import Learner
from storage.keys import coaching_video_key, preview_key
from tests.consents import consent_of
from tests.flows.steps import command, replies, send_video, words
from tests.liff.kitchen import COACHING
from tests.system import System, pick

PAUSED_AT = "analyze"
RATED = dict.fromkeys(("appearance", "taste", "texture", "aroma"), 4)


def told(learner: Learner, text: str = "まだ？") -> str:
    return words(replies(learner, lambda: learner.text(text)))


def here(phase: Phase) -> str:
    return f"👉{waiting_talk.PHASES[phase]}"


def cooked(
    system: System,
    learner: Learner,
    *,
    state: MediaState = MediaState.STORED,
    has_consent: bool = True,
    stages: tuple[str, ...] = (),
    **values: Any,
) -> int:
    """A cook whose rows stand at some stage; nothing is due, so that it stays there."""
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        dish = db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
        facts: dict[str, Any] = {
            "status": SessionStatus.PROCESSING,
            "memo_skipped": True,
            "self_ratings": RATED,
        }
        session = CookingSession(user_id=user.id, dish_id=dish.id, session_number=1, **(facts | values))
        db.add(session)
        db.flush()
        now = database_now(db)
        db.add(
            Media(
                user_id=user.id,
                session_id=session.id,
                consent_id=consent_of(db, user.id) if has_consent else None,
                kind=MediaKind.VIDEO,
                source=MediaSource.LINE,
                state=state,
                position=1,
                object_key=f"clip-{session.id}",
                received_at=now,
            )
        )
        for stage in stages:
            run = StageRun(session_id=session.id, stage=stage, job="run_stage", attempts=1)
            run.finished_at = now
            db.add(run)
        if "coaching_text" in values and "coaching_video_gcs_path" in values:
            session.coaching_video_gcs_path = coaching_video_key(session.id, 1)
            session.coaching_preview_gcs_path = preview_key(session.id, 1)
        return session.id


def test_nothing_under_way_tells_what_is_open(shared: System) -> None:
    learner = shared.learner()
    answer = told(learner)
    assert waiting_talk.NOTHING_UNDER_WAY in answer
    assert phrasebook.CHOOSE_DISH_ALT in answer
    pick(learner)
    answer = told(learner, "あとどれくらいかかりますか")
    assert waiting_talk.NOTHING_UNDER_WAY in answer
    assert phrasebook.ASK_VIDEO_ALONE in answer


def test_from_the_video_on_it_tells_the_stage_the_time_and_what_is_asked(shared: System, clip: Path) -> None:
    """A memo that is waited for stays open: 「まだですか」 is none."""
    learner = shared.learner()
    pick(learner)
    send_video(learner, clip)
    answer = told(learner, "まだですか")
    assert "チャーハン（1回目）" in answer
    assert "文章のコーチングは、あと" in answer
    assert phrasebook.ASK_MEMO[:12] in answer
    assert phrasebook.MEMO_SKIP_LABEL in learner.thread().labels()
    assert shared.session(learner).voice_transcript == ""


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"state": MediaState.OWED}, [here(Phase.RECEIVED), "・動画を確認中", "あと"]),
        ({}, ["✅受け取りました", here(Phase.LOOKING), "・コーチング作成中", "あと"]),
        ({"stages": (StageName.ANALYZE_VIDEO,)}, ["✅動画を確認中", here(Phase.WRITING), "・動画を作成中"]),
        (
            {
                "stages": (StageName.ANALYZE_VIDEO, StageName.COACH_TEXT),
                "status": SessionStatus.TEXT_READY,
                "coaching_text": COACHING.model_dump(),
            },
            ["✅コーチング作成中", here(Phase.FILMING), "文章のコーチングはできました"],
        ),
        (
            {
                "status": SessionStatus.COMPLETED,
                "coaching_text": COACHING.model_dump(),
                "coaching_video_gcs_path": "…",
            },
            ["チャーハン（1回目）：お届けしました", waiting_talk.DELIVERED],
        ),
        (
            {"status": SessionStatus.COMPLETED, "coaching_text": COACHING.model_dump()},
            ["お届けしました", waiting_talk.TEXT_DELIVERED],
        ),
        ({"status": SessionStatus.FAILED}, ["うまくいきませんでした", phrasebook.TRY_LATER]),
    ],
    ids=["received", "looking", "writing", "filming", "delivered", "text alone", "failed"],
)
def test_each_stage_has_its_words(shared: System, values: dict[str, Any], said: list[str]) -> None:
    learner = shared.learner()
    cooked(shared, learner, **values)
    answer = told(learner)
    assert [part for part in said if part not in answer] == [], answer


def test_a_delay_or_a_failure_is_told_in_the_words_that_came_with_it(shared: System) -> None:
    learner = shared.learner()
    session_id = cooked(shared, learner)
    with shared.database.transaction() as db:
        user_id = db.get_one(CookingSession, session_id).user_id
        news = owe(
            db,
            new_message(
                user_id, MessageType.STILL_WORKING, text=phrasebook.STILL_WORKING, session_id=session_id
            ),
        )
        news.delivered_at, news.due_at, news.nudge_at = database_now(db), None, None
    answer = told(learner)
    assert here(Phase.LOOKING) in answer
    assert phrasebook.STILL_WORKING in answer
    assert "あと" not in answer


def test_a_video_that_is_still_owed_is_not_called_delivered(shared: System) -> None:
    learner = shared.learner()
    session_id = cooked(
        shared,
        learner,
        status=SessionStatus.COMPLETED,
        coaching_text=COACHING.model_dump(),
        coaching_video_gcs_path="…",
    )
    with shared.database.transaction() as db:
        message = queue_coaching_video(db, db.get_one(CookingSession, session_id))
        message.due_at = message.nudge_at = None  # as one that waits for the month's quota
        db.info.clear()
    assert waiting_talk.BEING_SENT in told(learner)


def test_a_question_that_is_open_is_told_of_too(shared: System) -> None:
    learner = shared.learner()
    session_id = cooked(shared, learner)
    with shared.database.transaction() as db:
        user_id = db.get_one(CookingSession, session_id).user_id
        question = owe(
            db, new_message(user_id, MessageType.QUESTION, text="塩はいつ入れますか", sender=Sender.USER)
        )
        question.retry_key = None
        later = database_now(db).replace(year=2099)
        question.due_at = question.nudge_at = later
    assert waiting_talk.QUESTION_UNDER_WAY in told(learner)


def test_before_their_consent_they_are_asked_for_that(shared: System) -> None:
    learner = shared.learner()
    cooked(shared, learner, has_consent=False)
    answer = words(replies(learner, lambda: learner.text("まだ？")))
    assert consent_talk.TITLE in answer
    assert here(Phase.LOOKING) not in answer


def test_the_menu_of_dishes_tells_it_too_while_coaching_is_made(shared: System) -> None:
    learner = shared.learner()
    cooked(shared, learner)
    answer = words(replies(learner, lambda: learner.postback("action=menu")))
    assert phrasebook.COACHING_UNDER_WAY in answer
    assert here(Phase.LOOKING) in answer


def test_an_answer_that_found_no_reply_token_is_dropped_and_never_pushed(shared: System) -> None:
    learner = shared.learner()
    session_id = cooked(shared, learner)
    before = len(learner.thread().from_bot)
    with command(shared) as db:
        user_id = db.get_one(CookingSession, session_id).user_id
        message = owe(
            db,
            new_message(
                user_id,
                MessageType.NOTICE,
                text="…",
                topic=Topic.PROGRESS,
                channel="moment",
                reply_token="gone",
                reply_until=database_now(db).replace(year=2020),
            ),
        )
        message_id = message.id

    def is_dropped() -> bool:
        with shared.database.transaction() as db:
            row = db.get_one(Message, message_id)
            return row.retry_key is None and row.nudge_at is None

    learner.wait_for(lambda _: is_dropped(), 20, what="the message's drop")
    assert learner.thread().from_bot[before:] == []


@pytest.mark.parametrize("text", ["まだ火が通ってない？", "まだ焼きますか"])
def test_food_that_is_not_done_is_a_question_for_the_coach(shared: System, text: str) -> None:
    learner = shared.learner()
    assert waiting_talk.NOTHING_UNDER_WAY not in told(learner, text)
