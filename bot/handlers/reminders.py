"""Being reminded while one is away: switched off and on again, by a tap or by words."""

from datetime import datetime

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import open_taps
from knowledge_base import away_talk
from knowledge_base.intents.reminders import ReminderWish, reminder_wish
from models.session import CookingSession
from models.user import User
from services.reminders import switch_off, switch_on

router = Router()


def wants_none(context: Context) -> bool:
    return reminder_wish(context.event.text) is ReminderWish.OFF


def wants_them(context: Context) -> bool:
    return reminder_wish(context.event.text) is ReminderWish.ON


@router.on("postback", where=[action("reminders_off")])
@router.on("message.text", where=[wants_none])
def end_reminders(db: DbSession, user: User, session: CookingSession | None, now: datetime) -> Say:
    switch_off(db, user, now)
    return say(text_bubble(away_talk.OFF), quick=open_taps(session, user))


@router.on("message.text", where=[wants_them])
def bring_reminders(db: DbSession, user: User, session: CookingSession | None, now: datetime) -> Say:
    switch_on(db, user, now)
    return say(text_bubble(away_talk.ON), quick=open_taps(session, user))
