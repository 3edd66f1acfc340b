"""What coaches should see of a learner's words: its kind, where it stands, when."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session as DbSession

from knowledge_base.intents.kinds import FOR_COACHES, Intent
from logs.logger import get_logger
from models.flag import CoachFlag

log = get_logger(__name__)


def flag_for_coaches(
    db: DbSession, user_id: int, intent: Intent, *, message_id: int | None, session_id: int | None
) -> None:
    """Once for a message, and only what is for coaches. The words themselves are in no log."""
    if intent not in FOR_COACHES:
        return
    row = {"user_id": user_id, "session_id": session_id, "message_id": message_id, "kind": intent.value}
    db.execute(insert(CoachFlag).values(**row).on_conflict_do_nothing())
    log.info("flagged for coaches", kind=intent.value, message_id=message_id)
