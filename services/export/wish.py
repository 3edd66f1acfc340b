"""A learner wants their data: one file at a time is made for them, and goes with what it holds."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs import leases
from jobs.queue import Job, enqueue
from knowledge_base.export_talk import TITLE
from models.base import database_now
from models.chat import Message, MessageType, Topic
from models.export import Export
from models.user import User
from services.outbox import queue_message
from services.profile import lock_learner
from services.thread import NOT_LINE, Origin

LIFE = timedelta(days=7)  # of the file and of its link
SAME_FOR = timedelta(days=1)  # asked again within it, they get the link that they have


def ask_for_data(db: DbSession, user: User, origin: Origin = NOT_LINE) -> bool:
    """The link comes as a message: at once where there is one, else when the file is made. False where that is under way
    already. Raises LearnerGone."""
    lock_learner(db, user.id)
    export = _current(db, user.id)
    if export is not None and export.ready_at is None:
        return False
    if export is not None and _is_fresh(db, export):
        tell(db, export, origin)
        return True
    if export is not None:
        _end(db, export)
    _begin(db, user.id, origin)
    return True


def tell(db: DbSession, export: Export, origin: Origin) -> Message:
    """An answer: by the reply token while that lives, and never overtaken by another."""
    return queue_message(
        db,
        export.user_id,
        MessageType.ANSWER,
        text=TITLE,
        topic=Topic.EXPORT,
        facts={"export_id": str(export.id)},
        channel=origin.channel,
        reply_token=origin.reply_token,
        reply_until=origin.reply_until,
    )


def end_exports(db: DbSession, user_id: int) -> None:
    """Something was taken back: what holds it goes. One that is being made is begun anew."""
    export = _current(db, user_id)
    if export is None:
        return
    _end(db, export)
    if export.ready_at is None:
        _begin(db, user_id, origin_of(export))


def origin_of(export: Export) -> Origin:
    return Origin(channel=export.channel, reply_token=export.reply_token, reply_until=export.reply_until)


def _current(db: DbSession, user_id: int) -> Export | None:
    mine = select(Export).where(Export.user_id == user_id, col(Export.over_at).is_(None))
    return db.exec(mine.with_for_update(), execution_options={"populate_existing": True}).first()


def _is_fresh(db: DbSession, export: Export) -> bool:
    return export.ready_at is not None and database_now(db) - export.ready_at < SAME_FOR


def _begin(db: DbSession, user_id: int, origin: Origin) -> None:
    export = Export(
        user_id=user_id,
        object_key=f"exports/{uuid4().hex}/moment-data.zip",
        channel=origin.channel,
        reply_token=origin.reply_token,
        reply_until=origin.reply_until,
    )
    leases.due_now(export)
    db.add(export)
    db.flush()
    enqueue(db, Job.EXPORT, export.id)


def _end(db: DbSession, export: Export) -> None:
    """Whoever is at it finds its lease lost; what is owed from now on is to purge it."""
    export.over_at = func.now()  # type: ignore[assignment]
    export.lease_token, export.parked_at, export.attempts = None, None, 0
    leases.due_now(export)
    db.add(export)
    db.flush()
    enqueue(db, Job.EXPORT, export.id)
