"""A learner wants their data, or an admin does in their stead: one file at a time is made of them, and goes with what it
holds."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, or_
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from knowledge_base.export_talk import TITLE
from models.base import database_now
from models.chat import Message, MessageType, Topic
from models.export import Export
from models.user import User
from services.outbox import queue_message
from services.privacy import LearnerLeaving
from services.profile import lock_learner
from services.thread import NOT_LINE, Origin


class ExportNotMade(MomentError):
    """There is no file of their data yet, or none any more."""

    words = "console.export_not_made"


LIFE = timedelta(days=7)  # of the file and of its link
SAME_FOR = timedelta(days=1)  # asked again within it, they get the link that they have


def ask_for_data(db: DbSession, user: User, origin: Origin = NOT_LINE) -> bool:
    """The link comes as a message: at once where there is one, else when the file is made. False where that is under way
    already. Raises LearnerGone."""
    lock_learner(db, user.id)
    export = _current(db, user.id)
    if export is not None and export.ready_at is None:
        if not export.is_wished:
            export.sqlmodel_update({"is_wished": True, **_answer_to(origin)})
            db.add(export)
        return False
    if export is not None and _is_fresh(db, export):
        tell(db, export, origin)
        return True
    if export is not None:
        _end(db, export)
    _begin(db, user.id, origin)
    return True


def ask_for_admin(db: DbSession, user: User) -> None:
    """The same file, of which the learner is told nothing. One that lives already is theirs as well. Raises LearnerGone,
    LearnerLeaving."""
    if user.leaving_since is not None:
        raise LearnerLeaving(f"learner {user.id}")
    lock_learner(db, user.id)
    export = _current(db, user.id)
    if export is not None and export_of(db, user.id) is not None:
        return
    if export is not None:
        _end(db, export)  # its time is over
    _begin(db, user.id, is_wished=False)


def export_of(db: DbSession, user_id: int) -> Export | None:
    """The one that is made or has been, while it is good."""
    is_good = or_(col(Export.expires_at).is_(None), col(Export.expires_at) > func.now())
    mine = Export.user_id == user_id, col(Export.over_at).is_(None), is_good
    return db.exec(select(Export).where(*mine)).first()


def made_export(db: DbSession, user_id: int) -> Export:
    """Raises ExportNotMade."""
    export = export_of(db, user_id)
    if export is None or export.ready_at is None:
        raise ExportNotMade(f"user {user_id}")
    return export


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
        _begin(db, user_id, origin_of(export), is_wished=export.is_wished)


def origin_of(export: Export) -> Origin:
    return Origin(channel=export.channel, reply_token=export.reply_token, reply_until=export.reply_until)


def _current(db: DbSession, user_id: int) -> Export | None:
    mine = select(Export).where(Export.user_id == user_id, col(Export.over_at).is_(None))
    return db.exec(mine.with_for_update(), execution_options={"populate_existing": True}).first()


def _is_fresh(db: DbSession, export: Export) -> bool:
    return export.ready_at is not None and database_now(db) - export.ready_at < SAME_FOR


def _begin(db: DbSession, user_id: int, origin: Origin = NOT_LINE, *, is_wished: bool = True) -> None:
    export = Export(
        user_id=user_id,
        object_key=f"exports/{uuid4().hex}/moment-data.zip",
        is_wished=is_wished,
        **_answer_to(origin),
    )
    leases.due_now(export)
    db.add(export)
    db.flush()
    enqueue(db, Job.EXPORT, export.id)


def _answer_to(origin: Origin) -> dict[str, Any]:
    return {
        "channel": origin.channel,
        "reply_token": origin.reply_token,
        "reply_until": origin.reply_until,
    }


def _end(db: DbSession, export: Export) -> None:
    """Whoever is at it finds its lease lost; what is owed from now on is to purge it."""
    export.over_at = func.now()  # type: ignore[assignment]
    export.lease_token, export.parked_at, export.attempts = None, None, 0
    leases.due_now(export)
    db.add(export)
    db.flush()
    enqueue(db, Job.EXPORT, export.id)
