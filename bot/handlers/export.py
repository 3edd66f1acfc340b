"""A learner asks for their data."""

from sqlmodel import Session as DbSession

from bot.router import THINKING, Context, Router, Thinking, action
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import open_taps
from knowledge_base import export_talk
from knowledge_base.intents.recognition import speaks_of_cooking
from models.chat import MessageType
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services.export.wish import ask_for_data
from services.thread import Origin, record_inbound

router = Router()


def wants_data(context: Context) -> bool:
    """A memo that is waited for tells of other records, too."""
    text = context.event.text
    return export_talk.wants_data(text) and (context.step.ask is not Ask.MEMO or not speaks_of_cooking(text))


@router.on("postback", where=[action("export")])
@router.on("message.text", where=[wants_data])
def send_data(origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> Say | Thinking:
    record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
    if ask_for_data(db, user, origin):
        return THINKING
    return say(text_bubble(export_talk.UNDER_WAY), quick=open_taps(session, user))
