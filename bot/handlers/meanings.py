"""What a learner's words mean, whatever they are asked just now: a danger, a wish to stop, a question."""

from collections.abc import Mapping

from sqlmodel import Session as DbSession

from bot.handlers.questions import think_about
from bot.router import Context, Router, Thinking, asks
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import open_taps
from knowledge_base import phrasebook
from knowledge_base.intents.kinds import EMERGENCIES, Intent
from knowledge_base.intents.recognition import (
    is_question_alone,
    safety_intent,
    talk_intent,
    tells_besides,
    wishes_alone,
)
from knowledge_base.intents.replies import known_reply
from line.events import LineEvent
from models.chat import MessageType
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services import questions
from services.replying import answer_at_once
from services.thread import Origin, record_inbound

router = Router()

NEVER_A_MEMO = frozenset({Intent.SELF_HARM, Intent.VIOLENCE})
# Said while a memo is waited for, these are none.
ABOUT_US = frozenset(
    {
        Intent.HUMAN_COACH,
        Intent.ARE_YOU_HUMAN,
        Intent.DELETE_DATA,
        Intent.END_SUBSCRIPTION,
        Intent.PRICE,
        Intent.AGAIN,
        Intent.REPEAT,
        Intent.REPHRASE,
        Intent.COMPLAINT,
        Intent.FIRST_MEETING,
        Intent.GREETING,
    }
)
# Their words are as common in a memo: 「お試しで弱火にしたら…」.
TOLD_OF_A_COOK = frozenset({Intent.DELETE_DATA, Intent.END_SUBSCRIPTION, Intent.PRICE})


def tells_of_danger(context: Context) -> bool | Mapping[str, object]:
    """In a memo that tells more, or only that something was done, it is warned of beside the memo."""
    text = context.event.text
    intent = safety_intent(text)
    if intent is None:
        return False
    may_be_memo = context.step.ask is Ask.MEMO and intent not in NEVER_A_MEMO
    if may_be_memo and (tells_besides(text) if intent in EMERGENCIES else not is_question_alone(text)):
        return False
    return {"intent": intent}


@router.on("message.text", where=[tells_of_danger])
def answer_danger(
    intent: Intent,
    event: LineEvent,
    origin: Origin,
    db: DbSession,
    user: User,
    session: CookingSession | None,
) -> None:
    """As an answer that is owed: no later word of the learner's takes it away."""
    answer_at_once(db, user, session, event.text, intent, origin)


def wants_to_stop(context: Context) -> bool:
    return talk_intent(context.event.text) is Intent.STOP


@router.on("message.text", where=[asks(Ask.MEMO), wants_to_stop])
def stop_memo(event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession) -> Say:
    record_inbound(db, user, MessageType.OTHER, text=event.text, session=session, origin=origin)
    return say(text_bubble(phrasebook.MEMO_STOPPED), quick=open_taps(session, user))


@router.on("message.text", where=[wants_to_stop])
def stop(event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> Say:
    """Nothing is undone by a word: how to is said, and what was asked for stays open."""
    record_inbound(db, user, MessageType.TEXT, text=event.text, session=session, origin=origin)
    return say(text_bubble(known_reply(Intent.STOP, event.text)), quick=open_taps(session, user))


def asks_alone(context: Context) -> bool:
    text = context.event.text
    if is_question_alone(text):
        return True
    intent = talk_intent(text)
    return intent in ABOUT_US and (intent not in TOLD_OF_A_COOK or wishes_alone(text))


@router.on("message.text", where=[asks(Ask.MEMO), asks_alone])
def question_before_memo(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession
) -> Say | Thinking:
    """The memo is still waited for."""
    return think_about(lambda: questions.ask(db, user, session, event.text, origin), user, session)
