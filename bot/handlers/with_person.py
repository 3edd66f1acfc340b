"""A coach, who is a person, has the thread: what the learner writes is for them, and the bot says nothing to it. Taps, clips
and photos go on as ever."""

from sqlmodel import Session as DbSession

from bot.handlers.meanings import tells_of_danger
from bot.router import Context, Router
from line.events import LineEvent
from models.chat import MessageType
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services import questions
from services.handover import has_coach
from services.thread import Origin, record_inbound

router = Router()


def is_written_to_coach(context: Context) -> bool:
    """A danger is answered at once, whoever has the thread."""
    return has_coach(context.db, context.user.id) and not tells_of_danger(context)


@router.on("message.text", where=[is_written_to_coach])
def words_for_coach(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None
) -> None:
    """The reply token stays, for the coach's own words."""
    questions.ask(db, user, session, event.text, origin)


def is_spoken_to_coach(context: Context) -> bool:
    return context.step.ask is not Ask.MEMO and has_coach(context.db, context.user.id)


@router.on("message.audio", where=[is_spoken_to_coach])
def speech_for_coach(origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> None:
    """Fetched and heard as any question; what the AI would answer is the coach's draft."""
    questions.ask_by_voice(db, user, session, origin)


@router.on("message.sticker", "message.location", where=[is_spoken_to_coach])
def sign_for_coach(origin: Origin, db: DbSession, user: User, session: CookingSession | None) -> None:
    record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
