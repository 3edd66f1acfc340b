"""What a person should see of a learner's words: its kind, where it stands, when. `moment flags` lists it."""

from collections.abc import Sequence

from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.intents.kinds import FOR_COACHES, Intent
from logs.logger import get_logger
from models.flag import CoachFlag

log = get_logger(__name__)

FLAGS = Counter("moment_flags", "Messages that a person should see", ["kind"])


def flag_for_coaches(
    db: DbSession, user_id: int, intent: Intent, *, message_id: int | None, session_id: int | None
) -> None:
    """Once for a message, and only what is for coaches. The words themselves are in no log."""
    if intent not in FOR_COACHES:
        return
    row = {"user_id": user_id, "session_id": session_id, "message_id": message_id, "kind": intent.value}
    new = insert(CoachFlag).values(**row).on_conflict_do_nothing().returning(col(CoachFlag.id))
    if db.execute(new).first() is None:
        return
    FLAGS.labels(intent.value).inc()
    log.warning("flagged for coaches", kind=intent.value, message_id=message_id, session_id=session_id)


def newest_flags(db: DbSession, count: int) -> Sequence[CoachFlag]:
    return db.exec(select(CoachFlag).order_by(col(CoachFlag.id).desc()).limit(count)).all()
