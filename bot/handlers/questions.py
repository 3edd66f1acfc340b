"""Questions, and everything else a learner may send: nothing meets silence."""

from datetime import datetime

from sqlmodel import Session as DbSession

from bot.events import LineEvent
from bot.received import note
from bot.router import Router
from bot.say.bubbles import Say, say, text_bubble
from bot.say.prompts import prompt_for
from knowledge_base import copy
from models.chat import MessageType
from models.session import CookingSession
from models.user import User
from pipeline.queue import Job, enqueue

router = Router()

OTHER = {
    "message.image": copy.IMAGE_RECEIVED,
    "message.sticker": copy.STICKER_RECEIVED,
    "message.location": copy.LOCATION_RECEIVED,
    "message.file": copy.FILE_NOT_MEDIA,
}


@router.on("message.text")
def question(event: LineEvent, db: DbSession, user: User, session: CookingSession | None) -> None:
    """The answer takes a model, so it comes from its own job, by this event's reply token if it still lives."""
    asked = note(db, user, event, MessageType.QUESTION, session=session)
    enqueue(db, Job.ANSWER, asked.id or 0)


@router.on("message.*")
def anything_else(
    event: LineEvent, db: DbSession, user: User, session: CookingSession | None, now: datetime
) -> Say:
    note(db, user, event, MessageType.OTHER, session=session)
    prompt = prompt_for(db, user, session, now)
    words = OTHER.get(event.kind, copy.UNKNOWN_RECEIVED)
    return say(text_bubble(words), *prompt.bubbles, quick=prompt.quick)


@router.on("postback")
def unknown_button(db: DbSession, user: User, session: CookingSession | None, now: datetime) -> Say:
    """A button of an older version, or data that is not ours."""
    prompt = prompt_for(db, user, session, now)
    return say(text_bubble(copy.OLD_BUTTON), *prompt.bubbles, quick=prompt.quick)
