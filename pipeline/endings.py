"""How a session stops short: a video or memo that can't be used, a stage given up, an unsent video."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import copy
from models.chat import Message, MessageType, Sender
from models.session import CookingSession, SessionStatus, StageRun
from pipeline.graph import MEMO_STAGES, StageName
from pipeline.outbox import owe
from pipeline.queue import Job, enqueue

VIDEO_STAGES = frozenset(StageName) - MEMO_STAGES


def forget_stages(db: DbSession, session: CookingSession, stages: Collection[StageName]) -> None:
    """Their runs never were; one still at work finds its lease lost and its yield is thrown away."""
    db.exec(delete(StageRun).where(col(StageRun.session_id) == session.id, col(StageRun.stage).in_(stages)))


def forget_video(db: DbSession, session: CookingSession) -> None:
    """Back to waiting for a video; the memo and the ratings stay. The attempt is not spent."""
    forget_stages(db, session, VIDEO_STAGES)
    session.video_message_id = None
    session.video_received_at = None
    session.raw_video_url = ""
    session.video_facts = {}
    session.proxy_url = ""
    session.proxy_facts = {}
    session.video_analysis = {}
    session.retrieved_principles = []
    session.pipeline_job_id = None
    session.pipeline_started_at = None
    session.pipeline_error = ""
    session.status = SessionStatus.PENDING_UPLOAD
    once = delete(Message).where(
        col(Message.session_id) == session.id,
        col(Message.meta)["type"].astext.in_([MessageType.COOKING_VIDEO, MessageType.COACHING_FAILED]),
    )
    db.exec(once)


def withdraw_video(db: DbSession, session: CookingSession) -> None:
    """After the text: no coaching video is made of the footage, and none stays linked."""
    forget_stages(db, session, [StageName.PRODUCE_VIDEO])
    session.raw_video_url = ""
    session.proxy_url = ""
    session.proxy_facts = {}
    session.coaching_video_gcs_path = ""
    session.coaching_preview_gcs_path = ""
    owed = col(Message.delivered_at).is_(None)
    db.exec(
        delete(Message).where(
            col(Message.session_id) == session.id,
            owed,
            col(Message.meta)["type"].astext == MessageType.COACHING_VIDEO,
        )
    )


def forget_memo(db: DbSession, session: CookingSession) -> None:
    forget_stages(db, session, MEMO_STAGES)
    session.memo_message_id = None
    session.voice_memo_url = None
    session.voice_transcript = ""
    session.structured_input = {}


def reject_video(db: DbSession, session: CookingSession, reason: str) -> None:
    """Our copies go after this is committed: a stage that deleted them and died would miss them in its next try."""
    sent = select(Message).where(
        Message.session_id == session.id, Message.line_message_id == session.video_message_id
    )
    for message in db.exec(sent):
        message.meta = {**message.meta, "rejected": reason}
        db.add(message)
        enqueue(db, Job.PURGE, message.id or 0)
    forget_video(db, session)
    session.pipeline_error = f"video rejected: {reason}"
    _notice(db, session, copy.VIDEO_REJECTED[reason])


def reject_memo(db: DbSession, session: CookingSession, reason: str) -> None:
    forget_memo(db, session)
    _notice(db, session, copy.MEMO_REJECTED[reason])


def say_still_working(db: DbSession, session: CookingSession) -> None:
    """To a learner who waits for the text longer than promised; once a session."""
    told = select(Message.id).where(
        Message.session_id == session.id, col(Message.meta)["type"].astext == MessageType.STILL_WORKING
    )
    if not session.coaching_text and db.exec(told).first() is None:
        owe(
            db,
            session.user_id,
            MessageType.STILL_WORKING,
            text=copy.STILL_WORKING,
            sender=Sender.SYSTEM,
            session_id=session.id,
        )


def give_up(db: DbSession, session: CookingSession, stage: StageName, error: str) -> None:
    """The session has failed until an operator retries it; the learner is told kindly, once."""
    session.status = SessionStatus.FAILED
    session.pipeline_error = f"{stage}: {error}"
    told = select(Message.id).where(
        Message.session_id == session.id, col(Message.meta)["type"].astext == MessageType.COACHING_FAILED
    )
    if db.exec(told).first() is None:
        words = copy.VIDEO_FAILED if session.coaching_text else copy.COACHING_FAILED
        owe(
            db,
            session.user_id,
            MessageType.COACHING_FAILED,
            text=words,
            sender=Sender.SYSTEM,
            session_id=session.id,
        )


def reopen(db: DbSession, session: CookingSession) -> list[str]:
    """Gives every given-up stage its attempts back; returns their names."""
    parked = db.exec(
        select(StageRun).where(StageRun.session_id == session.id, col(StageRun.parked_at).is_not(None))
    ).all()
    for run in parked:
        run.attempt, run.parked_at, run.not_before, run.leased_until, run.error = 0, None, None, None, ""
        db.add(run)
    if session.status == SessionStatus.FAILED:
        session.status = _status_of(session)
        session.pipeline_error = ""
    db.flush()
    return [run.stage for run in parked]


def _status_of(session: CookingSession) -> SessionStatus:
    if session.coaching_text:
        return SessionStatus.TEXT_READY
    if session.pipeline_job_id:
        return SessionStatus.PROCESSING
    return SessionStatus.UPLOADED if session.raw_video_url else SessionStatus.PENDING_UPLOAD


def _notice(db: DbSession, session: CookingSession, words: str) -> None:
    owe(db, session.user_id, MessageType.NOTICE, text=words, sender=Sender.SYSTEM, session_id=session.id)
