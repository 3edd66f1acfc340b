"""The learner took a message back: our copies go too, and nothing is made of it any more."""

from sqlalchemy import and_
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.events import LineEvent
from bot.received import received_message
from bot.router import Router
from knowledge_base import copy
from models.chat import Message, MessageType, Sender
from models.inbox import InboxEvent
from models.session import CookingSession, SessionStatus
from models.user import User
from pipeline.endings import forget_memo, forget_video, withdraw_video
from pipeline.outbox import owe
from pipeline.queue import Job, enqueue

router = Router()

UNSENT = "［送信取消］"


@router.on("unsend")
def unsend(event: LineEvent, db: DbSession, user: User) -> None:
    """No reply token comes with this event, so what must be said is owed as a push."""
    if event.unsent_message_id is None:
        return
    message = received_message(db, user, event.unsent_message_id)
    if message is None:
        return
    _blank_event(db, user, event.unsent_message_id)
    message.text = UNSENT
    message.meta = {**message.meta, "unsent": True}
    db.add(message)
    enqueue(db, Job.PURGE, message.id or 0)
    _take_back(db, user, message, event.unsent_message_id)


def _blank_event(db: DbSession, user: User, line_id: str) -> None:
    """Their words go from the inbox too, where they lie as they came."""
    statement = select(InboxEvent).where(
        InboxEvent.line_user_id == user.line_user_id, col(InboxEvent.body)["message"]["id"].astext == line_id
    )
    for row in db.exec(statement):
        row.body = {**row.body, "message": {**row.body["message"], "text": UNSENT}}
        db.add(row)


def _take_back(db: DbSession, user: User, message: Message, line_id: str) -> None:
    mine = select(CookingSession).where(CookingSession.user_id == user.id)
    with_video = db.exec(mine.where(CookingSession.video_message_id == line_id).with_for_update()).first()
    if with_video is not None:
        _video(db, user, with_video)
    spoken = col(CookingSession.memo_message_id) == line_id
    if message.meta["type"] == MessageType.TEXT:  # a written memo has no id on its session
        spoken = and_(
            col(CookingSession.id) == message.session_id, col(CookingSession.memo_message_id).is_(None)
        )
    with_memo = db.exec(mine.where(spoken).with_for_update()).first()
    if with_memo is not None:
        _memo(db, user, with_memo)


def _video(db: DbSession, user: User, session: CookingSession) -> None:
    if not session.coaching_text:
        forget_video(db, session)
        _tell(db, user, session, copy.VIDEO_UNSENT)
        return
    had_video = bool(session.coaching_video_gcs_path)
    withdraw_video(db, session)
    session.status = SessionStatus.COMPLETED
    _tell(db, user, session, copy.COACHING_VIDEO_UNSENT if had_video else copy.VIDEO_UNSENT_AFTER_TEXT)


def _memo(db: DbSession, user: User, session: CookingSession) -> None:
    before_text = not session.coaching_text
    forget_memo(db, session)
    db.add(session)
    if before_text:
        _tell(db, user, session, copy.MEMO_UNSENT)


def _tell(db: DbSession, user: User, session: CookingSession, words: str) -> None:
    db.add(session)
    owe(db, user.id or 0, MessageType.NOTICE, text=words, sender=Sender.SYSTEM, session_id=session.id)
