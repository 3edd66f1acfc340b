"""A message that waits is never forgotten, even when what it waits for ends at the very moment it begins to."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr
from sqlmodel import Session as DbSession

from models.base import database_now
from models.chat import Message, MessageType, WaitReason
from models.coach import Coach, CoachRole
from models.handover import Resume
from models.session import CookingSession
from models.user import User
from moment.resources import Resources, open_resources
from services import handover, outbox
from services.profile import take_in
from settings import LineChannel, Settings
from tests import quick_providers
from tests.database_locks import wait_for_lock


@pytest.fixture
def resources(settings: Settings) -> Iterator[Resources]:
    """With an account, of which nobody takes anything: what is sent stays owed."""
    account = LineChannel(name="moment", channel_id="1", channel_secret=SecretStr("secret"))
    changed = settings.change(line_channels=[account], line_api_url="http://127.0.0.1:9")
    with open_resources(changed, quick_providers.build) as resources:
        yield resources


@pytest.fixture
def user_id(resources: Resources) -> int:
    with resources.database.transaction() as db:
        return take_in(db, "U-orderly", "ゆうこ").id


@pytest.fixture
def two(resources: Resources, user_id: int) -> tuple[int, int]:
    """Two notices of one session."""
    with resources.database.transaction() as db:
        session = CookingSession(user_id=user_id, dish_id=1, session_number=1)
        db.add(session)
        db.flush()
        first, second = (
            outbox.owe(db, outbox.new_message(user_id, MessageType.NOTICE, text=words, session_id=session.id))
            for words in ("先", "あと")
        )
        return first.id, second.id


def settle(db: DbSession, message_id: int) -> None:
    message = db.get_one(Message, message_id, with_for_update=True)
    message.delivered_at, message.due_at = database_now(db), None
    db.add(message)
    outbox.wake_next(db, message.session_id, message.id)


def waits_for(resources: Resources, message_id: int) -> WaitReason | None:
    with resources.database.transaction() as db:
        message = db.get_one(Message, message_id)
        assert message.waits_for is not None or message.due_at is not None or message.delivered_at is not None
        return message.waits_for


def test_a_message_waits_for_the_earlier_one_and_is_woken(resources: Resources, two: tuple[int, int]) -> None:
    first, second = two
    resources.delivery.deliver(second)
    assert waits_for(resources, second) is WaitReason.EARLIER_MESSAGE
    with resources.database.transaction() as db:
        settle(db, first)
    assert waits_for(resources, second) is None


def test_a_message_that_comes_while_the_earlier_one_is_settled_does_not_wait(
    resources: Resources, two: tuple[int, int]
) -> None:
    first, second = two
    with ThreadPoolExecutor(1) as pool:
        with resources.database.transaction() as db:
            settle(db, first)
            delivery = pool.submit(resources.delivery.deliver, second)
            wait_for_lock(resources.database.engine)
        delivery.result()
    assert waits_for(resources, second) is None


def test_a_message_that_begins_to_wait_while_the_earlier_one_is_settled_is_woken(
    resources: Resources, two: tuple[int, int]
) -> None:
    first, second = two

    def settle_first() -> None:
        with resources.database.transaction() as db:
            settle(db, first)

    with ThreadPoolExecutor(1) as pool:
        with resources.database.transaction() as db:
            row = db.get_one(Message, second, with_for_update=True)
            outbox.hold_order(db, row.session_id or 0)
            other = pool.submit(settle_first)
            wait_for_lock(resources.database.engine)
            row.waits_for, row.due_at, row.nudge_at = WaitReason.EARLIER_MESSAGE, None, None
            db.add(row)
        other.result()
    assert waits_for(resources, second) is None


def test_an_answer_that_comes_while_the_coach_gives_the_thread_back_is_not_held(
    resources: Resources, user_id: int
) -> None:
    with resources.database.transaction() as db:
        coach = Coach(name="佐藤", role=CoachRole.COACH)
        db.add(coach)
        db.flush()
        coach_id = coach.id
        handover.take_silently(db, db.get_one(User, user_id), coach_id)
        answer = outbox.owe(db, outbox.new_message(user_id, MessageType.ANSWER, text="火を弱めます"))
        answer_id = answer.id
    with ThreadPoolExecutor(1) as pool:
        with resources.database.transaction() as db:
            handover.hand_back(db, db.get_one(User, user_id), coach_id, Resume.NEXT, "")
            delivery = pool.submit(resources.delivery.deliver, answer_id)
            wait_for_lock(resources.database.engine)
        delivery.result()
    assert waits_for(resources, answer_id) is None
