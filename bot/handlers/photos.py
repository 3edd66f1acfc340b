"""Photos, one or many at once."""

from sqlmodel import Session as DbSession

from bot.router import Router
from bot.say.bubbles import Say, text_bubble
from bot.say.steps import Steps
from knowledge_base import phrasebook
from line.events import LineEvent
from models.session import CookingSession
from models.user import User
from services import photos
from services.thread import Origin

router = Router()


@router.on("message.image")
def photo(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say | None:
    """Of several that come together the first is answered."""
    is_first = photos.take_photo(db, user, session, origin, album_id=event.album.id if event.album else "")
    if not is_first:
        return None
    return steps.ask_next(session).say_after(text_bubble(phrasebook.IMAGE_RECEIVED))
