"""「まだ？」: how far the coaching is. Asked for, and answered by a reply alone."""

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action, says
from bot.say.bubbles import Say
from bot.say.steps import Steps
from bot.say.waiting import tell_progress
from knowledge_base import menu_talk
from knowledge_base.intents import waiting as words
from line.events import LineEvent
from models.chat import MessageType
from models.session import CookingSession
from models.user import User
from services.thread import Origin, record_inbound

router = Router()


@router.on("postback", where=[action("waiting")])
@router.on("message.text", where=[says(menu_talk.PROGRESS.rstrip("？"), *words.WORDS)])
def tell(session: CookingSession | None, steps: Steps) -> Say:
    return tell_progress(steps, session)


def asks_how_far(context: Context) -> bool:
    return words.asks_how_far(context.event.text)


@router.on("message.text", where=[asks_how_far])
def answer_how_far(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    record_inbound(db, user, MessageType.TEXT, text=event.text, session=session, origin=origin)
    return tell_progress(steps, session)
