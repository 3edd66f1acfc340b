"""Whether the learner's first video may be looked at, and that it may no more."""

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action, asks
from bot.say.bubbles import Say, say, text_bubble
from bot.say.consent import is_consent_card
from bot.say.steps import Steps
from knowledge_base import consent_talk, phrasebook
from models.chat import MessageType, RoomType
from models.rules.next_step import Ask, NextStep
from models.session import CookingSession
from models.user import User
from services import footage
from services.thread import Origin, last_said, record_inbound

router = Router()


def says_yes(context: Context) -> bool:
    return consent_talk.says_yes(context.event.text)


def says_no(context: Context) -> bool:
    return consent_talk.says_no(context.event.text)


def answers(context: Context) -> bool:
    """In words that leave it open, or that may answer another question."""
    text = context.event.text
    return any(each(text) for each in (consent_talk.says_either, consent_talk.says_yes, consent_talk.says_no))


def was_asked_last(context: Context) -> bool:
    """A「はい」 to another question agrees to nothing, and a「いいえ」 refuses nothing."""
    message = last_said(context.db, context.user.id)
    return message is not None and any(map(is_consent_card, message.line_body or ()))


def withdraws(context: Context) -> bool:
    return consent_talk.withdraws(context.event.text)


@router.on("postback", where=[action("agree")])
@router.on("message.text", where=[asks(Ask.CONSENT), says_yes, was_asked_last])
def agree(db: DbSession, user: User, session: CookingSession | None, steps: Steps) -> Say:
    """Also by a card of before: what comes next may be looked at then."""
    footage.agree(db, user)
    if session is None or session.video is None or session.coaching_text:
        return steps.ask_next(session).say_after(text_bubble(consent_talk.NOTED))
    bubbles, taps = steps.begin_looking(session)
    return say(*bubbles, quick=taps, room=RoomType.COOKING_VIDEOS)


@router.on("postback", where=[action("refuse"), asks(Ask.CONSENT)])
@router.on("message.text", where=[asks(Ask.CONSENT), says_no, was_asked_last])
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
@router.on("message.text", where=[asks(Ask.CONSENT), answers])
def ask_again(session: CookingSession, steps: Steps) -> Say:
    return steps.ask_next(session).say_after(text_bubble(consent_talk.ASK_AGAIN))


@router.on("message.text", where=[withdraws])
def withdraw(
    origin: Origin, db: DbSession, user: User, session: CookingSession | None, step: NextStep
) -> Say:
    record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
    had_footage = step.ask is Ask.CONSENT  # of which they were asked, and have not answered
    if footage.withdraw(db, user):
        return say(text_bubble(consent_talk.WITHDRAWN))
    return say(text_bubble(consent_talk.REFUSED if had_footage else consent_talk.NONE_GIVEN))
