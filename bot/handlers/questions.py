"""Questions, and everything else a learner may send: nothing meets silence."""

import re
from collections.abc import Callable

from sqlmodel import Session as DbSession

from bot.router import THINKING, Context, Router, Thinking, asks
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import Steps, error_words, open_taps
from knowledge_base import phrasebook
from line.events import LineEvent
from models.chat import MessageType
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services import questions
from services.thread import Origin, record_inbound

router = Router()

OTHER = {
    "message.sticker": phrasebook.STICKER_RECEIVED,
    "message.location": phrasebook.LOCATION_RECEIVED,
}


# 「もう一度送っていいですか」「動画を送り直しましょうか」…
_SEND_AGAIN = re.compile(
    r"送り直|撮り直|再送|(もう一度|もう一回|もういちど|もういっかい|もっかい|再度|また).{0,8}(送|撮|出)"
)


def asks_to_send_again(context: Context) -> bool:
    return _SEND_AGAIN.search(context.event.text) is not None


@router.on("message.text", where=[asks(Ask.TRY_LATER), asks_to_send_again])
def send_again(steps: Steps) -> Say:
    return steps.ask_dish().say_after(text_bubble(phrasebook.SEND_AGAIN))


@router.on("message.text")
def question(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None
) -> Say | Thinking:
    return think_about(lambda: questions.ask(db, user, session, event.text, origin), user, session)


def think_about(ask: Callable[[], object], user: User, session: CookingSession | None) -> Say | Thinking:
    """The answer is owed by a job."""
    try:
        ask()
    except questions.TooManyQuestions as error:
        return say(text_bubble(error_words(error)), quick=open_taps(session, user))
    return THINKING


@router.on("message.*")
def anything_else(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
    words = OTHER.get(event.kind, phrasebook.UNKNOWN_RECEIVED)
    return steps.ask_next(session).say_after(text_bubble(words))


@router.on("postback")
def unknown_button(session: CookingSession | None, steps: Steps) -> Say:
    """A button of an older version, or data that is not ours."""
    return steps.ask_next(session).say_after(text_bubble(phrasebook.OLD_BUTTON))
