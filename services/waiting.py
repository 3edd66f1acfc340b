"""How far a learner's coaching is, as they ask of it: what the rows tell, and nothing is changed."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import Message, MessageType, Sender, rooms_of
from models.dish import Dish
from models.rules.progress import Phase, StageState, phase_of
from models.session import CookingSession
from models.user import User
from services.record import news_of
from services.sessions import estimates, progress_of

_COACHING = (MessageType.COACHING_READY, MessageType.COACHING_VIDEO)


@dataclass(frozen=True)
class Waiting:
    """`news` is what they were told of it that takes longer, or has failed. `is_sent` where nothing made is still on its way
    to them. Minutes are whole, 0 when it is due, None when nothing is known."""

    phase: Phase
    dish: str
    number: int
    text_minutes: int | None
    video_minutes: int | None
    news: str
    is_sent: bool
    has_video: bool


def waiting_of(db: DbSession, session: CookingSession, promise: timedelta) -> Waiting | None:
    """None while the video is waited for. `promise` is said of the text until there are sessions to measure."""
    progress = progress_of(db, [session], estimates(db, promise))[session.id]
    finished = [stage for stage, state in progress.stages.items() if state is StageState.DONE]
    phase = phase_of(session, finished)
    if phase is None:
        return None
    dish = db.get_one(Dish, session.dish_id)
    return Waiting(
        phase=phase,
        dish=dish.name_ja,
        number=session.session_number,
        text_minutes=_minutes(progress.text_in),
        video_minutes=_minutes(progress.video_in),
        news=_news(db, session, phase),
        is_sent=not _is_on_its_way(db, session),
        has_video=session.coaching_video_gcs_path != "",
    )


def has_open_question(db: DbSession, user: User) -> bool:
    """Whether they wait for an answer, too."""
    theirs = col(Message.chat_room_id).in_(rooms_of(user.id)), Message.sender == Sender.USER
    is_open = col(Message.nudge_at).is_not(None), col(Message.parked_at).is_(None)
    return db.exec(select(Message.id).where(*theirs, *is_open).limit(1)).first() is not None


def _news(db: DbSession, session: CookingSession, phase: Phase) -> str:
    told = news_of(db, session)
    if phase is Phase.FAILED:
        return told.get(MessageType.COACHING_FAILED, "")
    return told.get(MessageType.STILL_WORKING, "")


def _is_on_its_way(db: DbSession, session: CookingSession) -> bool:
    mine = Message.session_id == session.id, col(Message.kind).in_(_COACHING)
    is_owed = (
        col(Message.retry_key).is_not(None),
        col(Message.delivered_at).is_(None),
        col(Message.parked_at).is_(None),
    )
    return db.exec(select(Message.id).where(*mine, *is_owed).limit(1)).first() is not None


def _minutes(left: timedelta | None) -> int | None:
    return None if left is None else ceil(left / timedelta(minutes=1))
