"""A learner looks at what came of their last cook."""

from sqlmodel import Session as DbSession

from bot.router import Router, action
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import open_taps
from knowledge_base import away_talk
from models.session import CookingSession
from models.user import User
from services.results import last_result, show_again
from services.thread import Origin

router = Router()


@router.on("postback", where=[action("last_result")])
def show_last(origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> Say | None:
    """It is rendered where links are made: with its delivery."""
    coached = last_result(db, user)
    if coached is None:
        return say(text_bubble(away_talk.NO_RESULT), quick=open_taps(session, user))
    show_again(db, user, coached, origin)
    return None
