"""Threads made of rows, without a conversation: each test says what there is."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session as DbSession
from sqlmodel import select

from models.base import database_now
from models.chat import Message, MessageType, RoomType, Sender
from models.coach import Coach, CoachAssignment, CoachRole
from models.database import Database
from models.dish import Dish
from models.flag import CoachFlag
from models.handover import Handover
from models.session import CookingSession
from models.user import User
from services.coaches import Asker
from services.outbox import room_of
from services.profile import take_in

_numbers = count(1)


@dataclass
class Desk:
    """What there is, made in one transaction of the test's."""

    db: DbSession
    _order: "count[int]" = field(default_factory=count)

    def learner(self, name: str = "ゆうこ") -> User:
        user = take_in(self.db, f"U{next(_numbers)}", name)
        self.db.flush()
        return user

    def coach(self, name: str = "佐藤", *, is_limited: bool = False) -> Asker:
        coach = Coach(name=name, role=CoachRole.COACH, is_limited=is_limited)
        self.db.add(coach)
        self.db.flush()
        return Asker(coach.id, name, CoachRole.COACH, is_limited, 0)

    def says(
        self, user: User, words: str = "こんにちは", kind: MessageType = MessageType.TEXT, **values: Any
    ) -> Message:
        """The learner."""
        return self._message(user, Sender.USER, kind, words, **values)

    def answers(
        self, user: User, words: str = "はい", kind: MessageType = MessageType.NOTICE, **values: Any
    ) -> Message:
        """We, and it was delivered."""
        sent = {"retry_key": uuid4(), "delivered_at": database_now(self.db), "delivered_by": "push"}
        sender = Sender.COACH if kind == MessageType.COACH else Sender.AI
        return self._message(user, sender, kind, words, **(sent | values))

    def flag(self, user: User, message: Message, kind: str = "burn") -> CoachFlag:
        flag = CoachFlag(user_id=user.id, message_id=message.id, kind=kind)
        self.db.add(flag)
        self.db.flush()
        return flag

    def cook(
        self, user: User, number: int = 1, *, ago: timedelta = timedelta(), **values: Any
    ) -> CookingSession:
        dish = self.db.exec(select(Dish).where(Dish.slug == "fried-rice")).one()
        session = CookingSession(
            user_id=user.id,
            dish_id=dish.id,
            session_number=number,
            created_at=database_now(self.db) - ago,
            **values,
        )
        self.db.add(session)
        self.db.flush()
        return session

    def taken(self, user: User, asker: Asker, *, ago: timedelta = timedelta()) -> Handover:
        handover = Handover(user_id=user.id, coach_id=asker.coach_id, created_at=database_now(self.db) - ago)
        self.db.add(handover)
        self.db.flush()
        self.answers(user, "ここからは", MessageType.HANDOVER_BEGUN, handover_id=handover.id)
        return handover

    def assigned(self, user: User, asker: Asker) -> None:
        self.db.add(CoachAssignment(coach_id=asker.coach_id, user_id=user.id))
        self.db.flush()

    def _message(self, user: User, sender: Sender, kind: MessageType, words: str, **values: Any) -> Message:
        room = room_of(self.db, user.id, values.pop("room", RoomType.COACHING))
        # One after the other, as if each had a transaction of its own.
        at = database_now(self.db) + timedelta(milliseconds=next(self._order))
        message = Message(chat_room_id=room.id, sender=sender, kind=kind)
        message.sqlmodel_update({"text": words, "created_at": at} | values)
        self.db.add(message)
        self.db.flush()
        return message


@pytest.fixture
def desk(database: Database) -> Any:
    with database.sessions() as db:
        yield Desk(db)
