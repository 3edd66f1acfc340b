"""Photos, one or many at once."""

from sqlmodel import Session as DbSession

from bot.router import Router
from bot.say.bubbles import Say, text_bubble
from bot.say.steps import Steps
from knowledge_base import clip_talk, phrasebook
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
    album = event.album
    taken = photos.take_photo(
        db, user, session, origin, album_id=album.id if album else "", is_here=not event.external_content
    )
    if not taken.is_first:
        return None
    words = _words(taken, (album.total if album else None) or 1, is_here=not event.external_content)
    return steps.ask_next(session).say_after(text_bubble(words))


def _words(taken: photos.Taken, count: int, *, is_here: bool) -> str:
    if not (taken.has_cook and is_here):
        return phrasebook.IMAGE_RECEIVED
    return clip_talk.photos_kept(count, taken.room) if taken.room else clip_talk.PHOTOS_FULL
