"""Whether the learner's first video may be looked at, and that it may no more."""

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action, asks
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import Steps
from knowledge_base import consent_talk, phrasebook
from models.chat import MessageType, RoomType
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services import footage
from services.thread import Origin, record_inbound

router = Router()


def says_yes(context: Context) -> bool:
    return consent_talk.says_yes(context.event.text)


def says_no(context: Context) -> bool:
    return consent_talk.says_no(context.event.text)


def says_either(context: Context) -> bool:
    return consent_talk.says_either(context.event.text)


def withdraws(context: Context) -> bool:
    return consent_talk.withdraws(context.event.text)


@router.on("postback", where=[action("agree")])
@router.on("message.text", where=[asks(Ask.CONSENT), says_yes])
def agree(db: DbSession, user: User, session: CookingSession | None, steps: Steps) -> Say:
    """Also by a card of before: what comes next may be looked at then."""
    footage.agree(db, user)
    if session is None or session.video is None or session.coaching_text:
        return steps.ask_next(session).say_after(text_bubble(consent_talk.NOTED))
    bubbles, taps = steps.begin_looking(session)
    return say(*bubbles, quick=taps, room=RoomType.COOKING_VIDEOS)


@router.on("postback", where=[action("refuse"), asks(Ask.CONSENT)])
@router.on("message.text", where=[asks(Ask.CONSENT), says_no])
@router.on("message.text", where=[asks(Ask.CONSENT), withdraws])
def refuse(db: DbSession, user: User) -> Say:
    footage.refuse(db, user)
    return say(text_bubble(consent_talk.REFUSED))


@router.on("postback", where=[action("refuse")])
def refuse_later(session: CookingSession | None, steps: Steps) -> Say:
    """A card of before: nothing is asked now."""
    return steps.ask_next(session).say_after(text_bubble(phrasebook.OLD_BUTTON))


def is_choice(context: Context) -> bool:
    return (context.event.data or {}).get("action") in ("menu", "dish")


@router.on("postback", where=[asks(Ask.CONSENT), is_choice])
@router.on("message.text", where=[asks(Ask.CONSENT), says_either])
def ask_again(session: CookingSession, steps: Steps) -> Say:
    return steps.ask_next(session).say_after(text_bubble(consent_talk.ASK_AGAIN))


@router.on("message.text", where=[withdraws])
def withdraw(origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> Say:
    record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
    had_consent = footage.withdraw(db, user)
    return say(text_bubble(consent_talk.WITHDRAWN if had_consent else consent_talk.NONE_GIVEN))
