"""A learner asks for all of their data to be deleted."""

from datetime import datetime

from sqlmodel import Session as DbSession

from bot.router import THINKING, Context, Router, Thinking, action
from bot.say.bubbles import Say, say, text_bubble
from bot.say.leaving import leaving_card
from bot.say.steps import Steps
from knowledge_base import phrasebook, privacy_talk
from knowledge_base.intents.leaving import wants_to_leave as is_wish
from knowledge_base.intents.recognition import safety_intent, speaks_of_cooking
from line.events import LineEvent
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services.plan.state import has_living_plan, has_paid
from services.privacy import CONFIRM_WITHIN, delete_learner
from services.thread import Origin

router = Router()


def is_leaving(context: Context) -> bool:
    """Whose deletion is under way; a danger is answered all the same."""
    return context.user.leaving_since is not None and safety_intent(context.event.text) is None


@router.on("message.*", "postback", "follow", where=[is_leaving])
def wait_for_end() -> Say:
    return say(text_bubble(phrasebook.phrase("leaving")))


def wants_to_leave(context: Context) -> bool:
    """A memo that is waited for tells of what was deleted, too."""
    text = context.event.text
    return is_wish(text) and (context.step.ask is not Ask.MEMO or not speaks_of_cooking(text))


@router.on("message.text", where=[wants_to_leave])
def ask_to_confirm(db: DbSession, user: User, now: datetime) -> Say:
    return _card(db, user, now)


def is_theirs(context: Context) -> bool:
    return (context.event.data or {}).get("learner") == str(context.user.id)


@router.on("postback", where=[action("leave", at=int), is_theirs])
def leave(
    at: int, event: LineEvent, origin: Origin, db: DbSession, user: User, now: datetime
) -> Say | Thinking:
    if event.at.timestamp() - at > CONFIRM_WITHIN.total_seconds():
        return _card(db, user, now, lead=privacy_talk.TOO_LATE)
    delete_learner(db, user, origin)
    return THINKING


@router.on("postback", where=[action("stay")])
def stay(session: CookingSession | None, steps: Steps) -> Say:
    return steps.ask_next(session).say_after(text_bubble(privacy_talk.KEPT))


def _card(db: DbSession, user: User, now: datetime, lead: str = "") -> Say:
    return leaving_card(user, now, has_plan=has_living_plan(user), has_paid=has_paid(db, user), lead=lead)
