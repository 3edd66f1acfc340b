"""The learner took a message back."""

from sqlmodel import Session as DbSession

from bot.router import Router
from line.events import LineEvent
from models.user import User
from services.withdrawal import withdraw_message

router = Router()


@router.on("unsend")
def unsend(event: LineEvent, db: DbSession, user: User) -> None:
    """No reply token comes with this event, so what must be said is owed as a push."""
    if event.unsent_message_id is not None:
        withdraw_message(db, user, event.unsent_message_id)
