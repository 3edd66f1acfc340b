"""A learner is away for weeks, and is picked up where they left: once, by day, unless they want none of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, update
from sqlmodel import col, select

from knowledge_base import away_talk, phrasebook
from models.chat import ChatRoom, Message, Topic
from models.dish import Dish
from models.session import CookingSession, SessionStatus
from models.user import User
from moment.resources import open_resources
from simulator.line.client import Learner
from tests import quick_providers
from tests.flows.steps import push_keys, replies, session_once, tap, words
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"
WEEKS = timedelta(days=30)


@pytest.fixture(autouse=True)
def _by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the tests run."""
    monkeypatch.setattr("models.rules.absence.MORNING", 0)
    monkeypatch.setattr("models.rules.absence.NIGHT", 24)


def change(system: System, learner: Learner, **values: Any) -> None:
    with system.database.transaction() as db:
        db.exec(update(User).where(col(User.line_user_id) == learner.user_id).values(**values))


def go_away(system: System, learner: Learner, for_: timedelta = WEEKS) -> None:
    """All that is known of the learner is that much older."""
    long_ago = func.now() - for_
    change(system, learner, heard_at=long_ago, remind_at=func.now())
    mine = col(CookingSession.user_id) == user_of(system, learner).id
    with system.database.transaction() as db:
        db.exec(update(CookingSession).where(mine).values(created_at=long_ago))


def user_of(system: System, learner: Learner) -> User:
    with system.database.transaction() as db:
        return db.exec(select(User).where(User.line_user_id == learner.user_id)).one()


def add_coached_cook(system: System, learner: Learner) -> None:
    with system.database.transaction() as db:
        user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
        dish = db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
        session = CookingSession(user_id=user.id, dish_id=dish.id, session_number=1)
        session.status = SessionStatus.COMPLETED
        session.coaching_text = script.coaching.model_dump()
        session.coaching_text_delivered_at = func.now() - WEEKS  # type: ignore[assignment]
        db.add(session)


def look(system: System) -> int:
    with open_resources(system.settings, quick_providers.build) as resources:
        return resources.absences.look()


def reminder_of(system: System, learner: Learner, is_so: Callable[[Message], object]) -> Message:
    """Once this is true of it."""

    def rows(_: object) -> list[Message]:
        with system.database.transaction() as db:
            mine = select(Message).join(ChatRoom).join(User).where(User.line_user_id == learner.user_id)
            about = col(Message.meta)["topic"].astext == Topic.REMINDER
            return [message for message in db.exec(mine.where(about)) if is_so(message)]

    return learner.wait_for(rows, WAIT, what="the reminder's row")[0]


@pytest.fixture
def away(shared: System) -> Learner:
    """They have cooked fried rice once, weeks ago."""
    learner = shared.learner(paying=True)
    add_coached_cook(shared, learner)
    go_away(shared, learner)
    return learner


def test_they_are_reminded_once_of_where_they_left_and_go_on_from_there(
    shared: System, away: Learner
) -> None:
    pushes = len(push_keys(shared, away))
    assert look(shared) == 1
    reminder = away.wait_for_text("お久しぶりです", WAIT)
    assert "「チャーハン」1回目" in reminder.text
    assert script.coaching.next_action.rstrip("。") in reminder.text
    assert reminder.via == "push"
    assert look(shared) == 0
    change(shared, away, remind_at=func.now())  # whatever wakes it: once an absence
    assert look(shared) == 0
    assert len(push_keys(shared, away)) == pushes + 1
    answer = words(tap(away, away_talk.GO_ON_LABEL))
    assert "チャーハンの2回目ですね" in answer
    assert f"前回の「次に試すこと」だった「{script.coaching.next_action.rstrip('。')}」を試す回です" in answer
    assert user_of(shared, away).remind_at is not None  # a second absence is watched for


def test_a_cook_whose_video_never_came_is_kept(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    go_away(shared, learner)
    assert look(shared) == 1
    assert "チャーハンの1回目を選んだところ" in learner.wait_for_text("お久しぶりです", WAIT).text
    tap(learner, away_talk.GO_ON_LABEL)
    assert len(shared.sessions(learner)) == 1


def test_reminders_end_by_a_tap_and_begin_again_by_words(shared: System, away: Learner) -> None:
    look(shared)
    away.wait_for_text("お久しぶりです", WAIT)
    assert words(tap(away, away_talk.OFF_LABEL)) == away_talk.OFF
    go_away(shared, away, timedelta(days=80))
    change(shared, away, reminded_at=None)
    assert look(shared) == 0
    assert words(replies(away, lambda: away.text("お知らせを再開してください"))) == away_talk.ON
    assert words(replies(away, lambda: away.text("リマインドいらないです"))) == away_talk.OFF


def test_by_night_it_waits_for_the_morning_and_is_dropped_for_one_who_came_back(
    shared: System, away: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushes = len(push_keys(shared, away))
    monkeypatch.setattr("bot.delivery.daytime", lambda now: now + timedelta(hours=9))
    assert look(shared) == 1
    waiting = reminder_of(
        shared, away, lambda row: row.due_at is not None and row.due_at - row.created_at > timedelta(hours=8)
    )
    assert (waiting.lease_token, waiting.attempts, waiting.delivered_at) == (None, 0, None)
    replies(away, away.sticker)
    monkeypatch.undo()
    with shared.database.transaction() as db:
        db.exec(
            update(Message)
            .where(col(Message.id) == waiting.id, col(Message.due_at).is_not(None))
            .values(due_at=func.now(), nudge_at=func.now())
        )
    assert "overtaken" in reminder_of(shared, away, lambda row: row.due_at is None).error
    assert len(push_keys(shared, away)) == pushes


@pytest.mark.parametrize("status", ["paused", "cancelled"])
def test_nobody_whose_plan_rests_is_reminded(shared: System, away: Learner, status: str) -> None:
    change(shared, away, subscription_status=status)
    assert look(shared) == 0
    assert user_of(shared, away).remind_at is None


def test_by_night_nobody_is_looked_at(shared: System, away: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.absences.daytime", lambda now: now + timedelta(hours=1))
    assert look(shared) == 0
    assert user_of(shared, away).remind_at is not None


def test_who_comes_back_by_themselves_hears_where_they_left(shared: System, away: Learner) -> None:
    answer = words(replies(away, lambda: away.text("料理を選ぶ")))
    assert answer.startswith("前回の「チャーハン」1回目")
    assert phrasebook.CHOOSE_DISH_ALT in answer
    pick(away)
    session = session_once(shared, away, lambda session: session.session_number == 2)
    assert session.status == SessionStatus.PENDING_UPLOAD
