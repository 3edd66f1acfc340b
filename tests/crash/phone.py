"""One learner whose events, stages and messages move only when a test moves them: nothing runs beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.answers import answer
from bot.conversation import handle_events
from bot.delivery import deliver
from models.chat import ChatRoom, Message, MessageType, Sender
from models.database import transaction
from models.inbox import InboxEvent
from models.session import CookingSession, StageRun
from models.user import SubscriptionStatus, User
from pipeline import objects
from pipeline.advance import facts_of
from pipeline.graph import ready
from pipeline.running import run_stages
from simulator.client import Desk, Learner
from webhooks.inbox import line_row, store

LONG = timedelta(hours=1)
Json = dict[str, Any]


@dataclass
class Phone:
    """`line` is the learner's phone on the desk; the desk holds its webhooks back, we store our own."""

    desk: Desk
    line: Learner
    events: list[Json] = field(default_factory=list)  # all that LINE ever sent us
    sent: list[str] = field(default_factory=list)  # ids of messages the learner may take back
    _stamps: "count[int]" = field(default_factory=lambda: count(1_790_000_000_000, 1_000))

    @classmethod
    def new(cls, desk: Desk) -> "Phone":
        line = desk.learner("ゆうこ")
        line.follow()
        phone = cls(desk, line)
        phone.arrives({"type": "follow", "follow": {"isUnblocked": False}})
        with transaction() as db:
            phone.user(db).subscription_status = SubscriptionStatus.ACTIVE
        return phone

    def user(self, db: DbSession) -> User:
        return db.exec(select(User).where(User.line_user_id == self.line.user_id)).one()

    def arrives(self, specific: Json) -> None:
        """An event of the learner's, stored and handled."""
        stamp = next(self._stamps)
        event = {
            "mode": "active",
            "timestamp": stamp,
            "source": {"type": "user", "userId": self.line.user_id},
            "webhookEventId": f"{self.line.user_id}-{stamp}",
            "deliveryContext": {"isRedelivery": False},
            **specific,
        }
        self.events.append(event)
        self._receive(event)

    def again(self, event: Json) -> None:
        self._receive({**event, "deliveryContext": {"isRedelivery": True}})

    def _receive(self, event: Json) -> None:
        store([line_row(self.line.channel, event)])
        handle_events(self.line.user_id)

    def says(self, message: Json, message_id: str | None) -> None:
        assert message_id is not None
        self.sent.append(message_id)
        self.arrives({"type": "message", "message": {"id": message_id, **message}})

    def taps(self, data: str) -> None:
        self.arrives({"type": "postback", "postback": {"data": data}})

    def sends(self, kind: Literal["video", "audio"], file: Path, *, gone: bool = False) -> None:
        sent = self.line.media(kind, file, gone=gone)
        self.says({"type": kind, "contentProvider": {"type": "line"}}, sent.message_id)

    def time_passes(self) -> None:
        """Pauses, leases and the memo's grace are over."""
        with transaction() as db:
            mine = select(CookingSession.id).where(CookingSession.user_id == self.user(db).id)
            db.exec(
                update(StageRun)
                .where(col(StageRun.session_id).in_(mine))
                .values(not_before=None, leased_until=None)
            )
            db.exec(
                update(Message).where(col(Message.id).in_(self._message_ids(db))).values(next_attempt_at=None)
            )
            for session in self.sessions(db):
                if session.video_received_at is not None:
                    session.video_received_at -= LONG

    def sessions(self, db: DbSession) -> Sequence[CookingSession]:
        mine = select(CookingSession).where(CookingSession.user_id == self.user(db).id)
        return db.exec(mine.order_by(col(CookingSession.id))).all()

    def messages(self, db: DbSession) -> Sequence[Message]:
        mine = select(Message).where(col(Message.id).in_(self._message_ids(db)))
        return db.exec(mine.order_by(col(Message.id))).all()

    def inbox(self, db: DbSession) -> Sequence[InboxEvent]:
        return db.exec(select(InboxEvent).where(InboxEvent.line_user_id == self.line.user_id)).all()

    def _message_ids(self, db: DbSession) -> Any:
        return select(Message.id).join(ChatRoom).where(ChatRoom.user_id == self.user(db).id)

    def ready(self) -> list[tuple[int, str]]:
        """The stages a worker might run now: session, stage."""
        with transaction() as db:
            return [
                (session.id or 0, stage.name)
                for session in self.sessions(db)
                for stage in ready(facts_of(db, session))
            ]

    def run(self, session_id: int, stage: str) -> None:
        run_stages(session_id, stage)

    def owed(self) -> list[int]:
        with transaction() as db:
            return [
                message.id or 0
                for message in self.messages(db)
                if message.retry_key and not message.delivered_at and not message.parked_at
            ]

    def deliver_all(self) -> None:
        for message_id in self.owed():
            deliver(message_id)

    def tend_media(self) -> None:
        """What the media queue does beside the stages: keep what has no dish yet, purge what was taken back."""
        with transaction() as db:
            mine = [message for message in self.messages(db) if message.sender == Sender.USER]
        for message in mine:
            if message.meta.get("unsent"):
                objects.purge(message.id or 0)
            elif (
                message.meta["type"] in (MessageType.VIDEO, MessageType.AUDIO) and message.session_id is None
            ):
                objects.keep_media(message.id or 0)

    def answer_all(self) -> None:
        with transaction() as db:
            asked = [m.id or 0 for m in self.messages(db) if m.meta["type"] == MessageType.QUESTION]
        for question in asked:
            answer(question)
