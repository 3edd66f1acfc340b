"""One learner whose events, stages and messages move only when a test moves them: nothing runs beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.inbox import store_events
from models.chat import Message, Sender, rooms_of
from models.deletion import Deletion
from models.inbox import InboxEvent, InboxSubject
from models.lease import LeaseColumns
from models.media import Media
from models.outage import ServiceOutage
from models.session import CookingSession, StageRun
from models.user import SubscriptionStatus, User
from moment.resources import Resources
from simulator.line.client import Desk, Learner
from tests.consents import consent_of
from webhooks.line import line_row

LONG = timedelta(hours=1)
MAX_ROUNDS = 60  # of work until nothing is left to do
Json = dict[str, Any]


@dataclass
class Phone:
    """`line` is the learner's phone on the desk; the desk holds its webhooks back, we store our own."""

    resources: Resources
    line: Learner
    events: list[Json] = field(default_factory=list)  # all that LINE ever sent us
    message_ids: list[str] = field(default_factory=list)  # ids of messages the learner may take back
    _stamps: "count[int]" = field(default_factory=lambda: count(1_790_000_000_000, 1_000))

    @classmethod
    def new(cls, desk: Desk, resources: Resources) -> "Phone":
        line = desk.learner("ゆうこ")
        line.follow()
        phone = cls(resources, line)
        phone.arrives({"type": "follow", "follow": {"isUnblocked": False}})
        with resources.database.transaction() as db:
            user = phone.user(db)
            user.subscription_status = SubscriptionStatus.ACTIVE
            consent_of(db, user.id)
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
        store_events(self.resources.database, [line_row(self.line.channel, event)])
        with self.resources.database.transaction() as db:
            subject_id = self.subject(db).id
        self.resources.inbox.handle(subject_id)

    def says(self, message: Json, message_id: str | None) -> None:
        assert message_id is not None
        self.message_ids.append(message_id)
        self.arrives({"type": "message", "message": {"id": message_id, **message}})

    def taps(self, data: str) -> None:
        self.arrives({"type": "postback", "postback": {"data": data}})

    def sends(self, kind: Literal["video", "audio"], file: Path, *, gone: bool = False) -> None:
        message = self.line.media(kind, file, gone=gone)
        self.says({"type": kind, "contentProvider": {"type": "line"}}, message.message_id)

    def unsends(self, message_id: str) -> None:
        self.message_ids.remove(message_id)
        self.arrives({"type": "unsend", "unsend": {"messageId": message_id}})

    def time_passes(self) -> None:
        """Pauses, leases and the memo's grace are over, and services that were found down may be asked again."""
        with self.resources.database.transaction() as db:
            for table, mine in self._owing(db):
                due = update(table).where(mine, col(table.due_at).is_not(None))
                db.execute(due.values(due_at=func.now(), nudge_at=func.now()))
            is_placed = col(Media.session_id).is_not(None)
            longer_ago = {"received_at": col(Media.received_at) - LONG}
            db.execute(update(Media).where(self._my_media(db), is_placed).values(longer_ago))
            is_down = col(ServiceOutage.opened_at).is_not(None)
            db.execute(update(ServiceOutage).where(is_down).values(probe_at=func.now()))

    def subject(self, db: DbSession) -> InboxSubject:
        return db.exec(select(InboxSubject).where(InboxSubject.subject == self.line.user_id)).one()

    def sessions(self, db: DbSession) -> Sequence[CookingSession]:
        mine = select(CookingSession).where(CookingSession.user_id == self.user(db).id)
        return db.exec(mine.order_by(col(CookingSession.id))).all()

    def messages(self, db: DbSession) -> Sequence[Message]:
        return db.exec(select(Message).where(self._my_messages(db)).order_by(col(Message.id))).all()

    def media(self, db: DbSession) -> Sequence[Media]:
        return db.exec(select(Media).where(self._my_media(db)).order_by(col(Media.id))).all()

    def inbox(self, db: DbSession) -> Sequence[InboxEvent]:
        return db.exec(select(InboxEvent).where(InboxEvent.subject == self.line.user_id)).all()

    def owing(self, db: DbSession) -> Sequence[LeaseColumns]:
        """Every row of the learner's that may owe work, but the sessions."""
        return [row for table, mine in self._owing(db) for row in db.exec(select(table).where(mine))]

    def owes_work(self) -> bool:
        """Whether a worker would find anything to do, now or later."""
        with self.resources.database.transaction() as db:
            rows, sessions = self.owing(db), self.sessions(db)
        return any(row.nudge_at for row in rows) or any(session.nudge_at for session in sessions)

    def ready(self) -> list[tuple[int, str]]:
        """The stages a worker may run now: session, stage."""
        with self.resources.database.transaction() as db:
            due = select(StageRun).where(self._my_runs(db), col(StageRun.due_at) <= func.now())
            return [(run.session_id, run.stage) for run in db.exec(due.order_by(col(StageRun.id)))]

    def run(self, session_id: int, stage: str) -> None:
        self.resources.runner.run(session_id, stage)

    def schedule_all(self) -> None:
        with self.resources.database.transaction() as db:
            session_ids = [session.id for session in self.sessions(db) if session.nudge_at is not None]
        for session_id in session_ids:
            self.resources.scheduler.run(session_id)

    def tend_media(self) -> None:
        """What the media queue does: fetches what is owed, purges what was taken back."""
        for media_id in self._due(Media):
            self.resources.intake.work(media_id)

    def answer_all(self) -> None:
        for question in self._due(Message, Message.sender == Sender.USER):
            self.resources.answers.answer(question)

    def deliver_all(self) -> None:
        for message_id in self._due(Message, Message.sender != Sender.USER):
            self.resources.delivery.deliver(message_id)

    def work_once(self) -> None:
        """Time passes, and each worker does what is due then."""
        self.time_passes()
        self.tend_media()
        self.schedule_all()
        for session_id, stage in self.ready():
            self.run(session_id, stage)
        self.answer_all()
        self.deliver_all()
        self.purge_all()

    def purge_all(self) -> None:
        """What was made of footage that is gone; each is looked for again later, should it come late."""
        with self.resources.database.transaction() as db:
            due = db.exec(select(Deletion.id).where(col(Deletion.due_at) <= func.now())).all()
        for deletion_id in due:
            self.resources.erasure.work(deletion_id)

    def work(self) -> None:
        """Everything that workers would do by and by."""
        for _ in range(MAX_ROUNDS):
            self.work_once()
            if not self.owes_work():
                return
        with self.resources.database.transaction() as db:
            owed: list[object] = [row for row in self.owing(db) if row.nudge_at is not None]
            owed += [session for session in self.sessions(db) if session.nudge_at is not None]
        raise AssertionError(f"there is still work after {MAX_ROUNDS} rounds: {owed}")

    def _due(self, table: type[Message] | type[Media], *which: Any) -> list[int]:
        with self.resources.database.transaction() as db:
            mine = dict(self._owing(db))[table]
            due = select(table.id).where(mine, col(table.due_at) <= func.now(), *which)
            return list(db.exec(due.order_by(col(table.id))))

    def _owing(self, db: DbSession) -> Sequence[tuple[type[Any], ColumnElement[bool]]]:
        return [
            (InboxSubject, col(InboxSubject.subject) == self.line.user_id),
            (Message, self._my_messages(db)),
            (Media, self._my_media(db)),
            (StageRun, self._my_runs(db)),
        ]

    def _my_messages(self, db: DbSession) -> ColumnElement[bool]:
        rooms = rooms_of(self.user(db).id)
        return col(Message.chat_room_id).in_(rooms)

    def _my_media(self, db: DbSession) -> ColumnElement[bool]:
        return col(Media.user_id) == self.user(db).id

    def _my_runs(self, db: DbSession) -> ColumnElement[bool]:
        sessions = select(CookingSession.id).where(CookingSession.user_id == self.user(db).id)
        return col(StageRun.session_id).in_(sessions)
