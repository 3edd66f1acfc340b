"""The learner watched the coaching video to its end."""

from sqlmodel import Session as DbSession

from bot.router import Router
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import open_taps
from bot.tracking import session_id_of
from knowledge_base import phrasebook
from line.events import LineEvent
from models.session import CookingSession
from models.user import User
from services.cooking import mark_watched

router = Router()


@router.on("videoPlayComplete")
def thank(event: LineEvent, db: DbSession, user: User, session: CookingSession | None) -> Say | None:
    """Once: LINE sends the event again whenever the learner watches again."""
    session_id = session_id_of(event.tracking_id)
    if session_id is None or not mark_watched(db, user, session_id):
        return None
    return say(text_bubble(phrasebook.VIDEO_WATCHED), quick=open_taps(session, user))
