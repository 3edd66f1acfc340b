"""Finds rows that are owed work and wakes it again: what makes the queue a mere nudge.

Every pass is cheap and idempotent; waking what already runs does nothing, for each job claims its row.
"""

import logging
import threading
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import ChatRoom, Message, MessageType, Sender
from models.database import transaction
from models.inbox import EventSource, InboxEvent
from models.session import CookingSession, SessionStatus, StageRun
from models.user import User
from pipeline.advance import advance
from pipeline.graph import StageName
from pipeline.queue import Job, enqueue
from pipeline.running import park_exhausted
from settings import settings

log = logging.getLogger(__name__)

# A fresh row's own nudge is on its way; what is older was forgotten.
SETTLED = timedelta(seconds=2)
BATCH = 500
# What nobody has fetched or asked for in this time, LINE and the learner have given up too.
KEPT = timedelta(days=1)
# Statuses in which a stage may be owed. The others wait for the learner or an operator.
AT_WORK = (
    SessionStatus.PENDING_UPLOAD,
    SessionStatus.UPLOADED,
    SessionStatus.PROCESSING,
    SessionStatus.TEXT_READY,
)


def reconcile() -> None:
    """One pass over everything owed. What one part stumbles over does not keep the others from theirs."""
    for part in (_events, _messages, _questions, _media, _sessions):
        try:
            with transaction() as db:
                part(db)
        except OperationalError as error:
            log.warning("reconcile: database away: %s", type(error.orig).__name__)
        except SQLAlchemyError:
            log.exception("reconcile: %s", part.__name__)
    park_exhausted()


def run(stop: threading.Event) -> None:
    """A pass every `reconcile_every` until `stop` is set. A database that is away is waited for."""
    while not stop.is_set():
        try:
            reconcile()
        except OperationalError as error:
            log.warning("reconcile: database away: %s", type(error.orig).__name__)
        stop.wait(settings().reconcile_every.total_seconds())


def _events(db: DbSession) -> None:
    owed = (
        select(InboxEvent.line_user_id)
        .where(InboxEvent.source == EventSource.LINE, col(InboxEvent.handled_at).is_(None))
        .where(col(InboxEvent.received_at) < func.now() - SETTLED)
        .where(or_(col(InboxEvent.not_before).is_(None), col(InboxEvent.not_before) <= func.now()))
        .distinct()
        .limit(BATCH)
    )
    for line_user_id in db.exec(owed):
        enqueue(db, Job.HANDLE_EVENTS, line_user_id)


def _messages(db: DbSession) -> None:
    owed = (
        select(Message.id)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .join(User, col(ChatRoom.user_id) == col(User.id))
        .where(col(Message.retry_key).is_not(None), col(User.blocked_at).is_(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
        .where(or_(col(Message.next_attempt_at).is_(None), col(Message.next_attempt_at) <= func.now()))
        .where(col(Message.created_at) < func.now() - SETTLED)
        .order_by(col(Message.id))
        .limit(BATCH)
    )
    for message_id in db.exec(owed):
        enqueue(db, Job.DELIVER, message_id or 0)


def _questions(db: DbSession) -> None:
    answered = select(Message.answers_id).where(col(Message.answers_id).is_not(None))
    owed = (
        select(Message.id)
        .where(Message.sender == Sender.USER, col(Message.meta)["type"].astext == MessageType.QUESTION)
        .where(col(Message.meta)["unsent"].astext.is_(None), col(Message.parked_at).is_(None))
        .where(col(Message.id).not_in(answered), col(Message.created_at) > func.now() - KEPT)
        .where(or_(col(Message.next_attempt_at).is_(None), col(Message.next_attempt_at) <= func.now()))
        .where(col(Message.created_at) < func.now() - SETTLED)
        .limit(BATCH)
    )
    for message_id in db.exec(owed):
        enqueue(db, Job.ANSWER, message_id or 0)


def _media(db: DbSession) -> None:
    meta = col(Message.meta)
    unwanted = (
        select(Message.id)
        .where(or_(meta["unsent"].astext.is_not(None), meta["rejected"].astext.is_not(None)))
        .where(meta["purged_at"].astext.is_(None))
        .limit(BATCH)
    )
    for message_id in db.exec(unwanted):
        enqueue(db, Job.PURGE, message_id or 0)
    unplaced = (
        select(Message.id)
        .where(Message.sender == Sender.USER, col(Message.session_id).is_(None))
        .where(col(Message.meta)["type"].astext.in_([MessageType.VIDEO, MessageType.AUDIO]))
        .where(col(Message.meta)["unsent"].astext.is_(None))
        .where(col(Message.created_at) < func.now() - SETTLED)
        .where(col(Message.created_at) > func.now() - KEPT)
        .where(col(Message.meta)["kept_at"].astext.is_(None))
        .where(or_(col(Message.next_attempt_at).is_(None), col(Message.next_attempt_at) <= func.now()))
        .limit(BATCH)
    )
    for message_id in db.exec(unplaced):
        enqueue(db, Job.KEEP_MEDIA, message_id or 0)


def _sessions(db: DbSession) -> None:
    owed = (
        select(CookingSession)
        .where(col(CookingSession.status).in_(AT_WORK))
        .where(or_(_has_video(), _has_new_memo()))
        .where(col(CookingSession.updated_at) < func.now() - SETTLED)
        .order_by(col(CookingSession.id))
        .limit(BATCH)
    )
    for session in db.exec(owed):
        advance(db, session)


def _has_video() -> ColumnElement[bool]:
    return col(CookingSession.video_message_id).is_not(None)


def _has_new_memo() -> ColumnElement[bool]:
    """A memo before its video, whose words are not read yet; a read one waits for the learner."""
    read = select(StageRun.session_id).where(
        StageRun.stage == StageName.EXTRACT_ENTITIES,
        or_(col(StageRun.finished_at).is_not(None), col(StageRun.parked_at).is_not(None)),
    )
    return and_(col(CookingSession.memo_message_id).is_not(None), col(CookingSession.id).not_in(read))
