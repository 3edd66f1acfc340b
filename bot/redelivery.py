"""An operator frees messages that were parked."""

from uuid import uuid4

from sqlmodel import col, select

from models.chat import Message
from models.database import transaction
from pipeline.queue import Job, enqueue


def redeliver(session_id: int) -> int:
    """Owes the session's parked messages again, as new sends; returns how many."""
    with transaction() as db:
        parked = db.exec(
            select(Message)
            .where(Message.session_id == session_id, col(Message.parked_at).is_not(None))
            .where(col(Message.delivered_at).is_(None), col(Message.retry_key).is_not(None))
            .with_for_update()
        ).all()
        for message in parked:
            message.parked_at, message.next_attempt_at, message.first_attempted_at = None, None, None
            message.retry_key, message.reply_token, message.attempts = uuid4(), None, 0
            # Rendered anew: what LINE refused may be what we now render otherwise.
            message.line_body, message.delivered_by, message.error = None, "", ""
            db.add(message)
            enqueue(db, Job.DELIVER, message.id or 0)
    return len(parked)
