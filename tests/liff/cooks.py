"""Cooks as the pipeline leaves them, written straight into the rows."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from models.base import database_now
from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.database import Database
from models.dish import Dish
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.upload import Upload
from models.user import SubscriptionStatus
from services.outbox import room_of
from services.profile import take_in
from storage.keys import coaching_video_key, preview_key
from tests.consents import consent_of

COACHING = {
    "mondaiten": "卵に火が入りすぎてから、ご飯を入れていました。",
    "skill": "卵は余熱でも固まります。",
    "next_action": "卵のふちが固まりはじめたら、すぐにご飯を入れてください。",
    "success_sign": "ご飯の一粒ずつに、卵のつやがまとっています。",
    "principle_ids": ["egg-sets-fast"],
}
ANALYSIS = {
    "cooking_events": [{"t": "0:23", "t_seconds": 23, "event": "卵が入りました", "duration_seconds": 2}],
    "key_moment_timestamp": "0:41",
    "key_moment_seconds": 41,
    "diagnosis": "卵に火が入りすぎました。",
    "fault": "egg_set_early",
}
PRINCIPLE = {
    "principle_id": "egg-sets-fast",
    "title": "卵はすぐ固まる",
    "text": "",
    "category": "egg_cookery",
    "score": 0.9,
}


def pay(database: Database, line_user_id: str) -> int:
    """A learner who may cook on after the trial; their id."""
    with database.transaction() as db:
        user = take_in(db, line_user_id, "ゆうこ")
        user.subscription_status = SubscriptionStatus.ACTIVE
        consent_of(db, user.id)
        return user.id


def add_cook(
    database: Database,
    user_id: int,
    *,
    slug: str = "fried-rice",
    number: int = 1,
    status: SessionStatus = SessionStatus.COMPLETED,
    note: str = "",
) -> int:
    """With a video that is stored, a memo and what else the status says; `note` stands in the learner's words. Its id."""
    has_text = status in (SessionStatus.TEXT_READY, SessionStatus.COMPLETED)
    with database.transaction() as db:
        dish = db.exec(select(Dish).where(Dish.slug == slug)).one()
        session = CookingSession(
            user_id=user_id,
            dish_id=dish.id,
            session_number=number,
            status=status,
            self_ratings={"taste": 4},
            voice_transcript=f"おいしくできました。{note}",
            pipeline_job_id=uuid4(),
        )
        if has_text:
            session.coaching_text = {**COACHING, "praise": f"よくできました。{note}"}
            session.video_analysis = ANALYSIS
            session.retrieved_principles = [PRINCIPLE]
        db.add(session)
        db.flush()
        consent_id = consent_of(db, user_id)
        video = _media(session, MediaKind.VIDEO, consent_id)
        memo = _media(session, MediaKind.MEMO, consent_id)
        session.raw_video_url, session.voice_memo_url = video.object_key, memo.object_key
        if status is SessionStatus.COMPLETED:
            session.coaching_video_gcs_path = coaching_video_key(session.id, 1)
            session.coaching_preview_gcs_path = preview_key(session.id, 1)
        db.add_all([video, memo])
        return session.id


def run_stage(database: Database, session_id: int, stage: StageName, *, done: bool = False) -> None:
    """As a worker that is at it, or has done it."""
    with database.transaction() as db:
        found = select(StageRun).where(StageRun.session_id == session_id, StageRun.stage == stage)
        run = db.exec(found).first() or StageRun(session_id=session_id, stage=stage, job="run_stage")
        run.attempts = 1
        run.lease_token = None if done else uuid4()
        run.finished_at = database_now(db) if done else None
        db.add(run)


def write_text(database: Database, session_id: int) -> None:
    run_stage(database, session_id, StageName.COACH_TEXT, done=True)
    _set(database, session_id, SessionStatus.TEXT_READY, coaching_text=COACHING)


def show_video(database: Database, session_id: int) -> None:
    run_stage(database, session_id, StageName.PRODUCE_VIDEO, done=True)
    path = coaching_video_key(session_id, 1)
    _set(database, session_id, SessionStatus.COMPLETED, coaching_video_gcs_path=path)


def fail(database: Database, session_id: int) -> None:
    _set(database, session_id, SessionStatus.FAILED)


def say_in(
    database: Database, user_id: int, text: str, room: RoomType = RoomType.COACHING, **columns: Any
) -> int:
    """A message of the learner's; its id."""
    with database.transaction() as db:
        values: dict[str, Any] = {"sender": Sender.USER, "kind": MessageType.TEXT, **columns}
        message = Message(chat_room_id=room_of(db, user_id, room).id, text=text, **values)
        db.add(message)
        db.flush()
        return message.id


def messages_of(database: Database, user_id: int) -> list[Message]:
    with database.transaction() as db:
        rooms = select(ChatRoom.id).where(ChatRoom.user_id == user_id)
        mine = select(Message).where(col(Message.chat_room_id).in_(rooms))
        return list(db.exec(mine.order_by(col(Message.id))))


def age(database: Database, session_id: int, by: timedelta) -> None:
    """Its video came so long ago."""
    with database.transaction() as db:
        for media in db.get_one(CookingSession, session_id).media:
            media.received_at -= by
            db.add(media)


def _media(session: CookingSession, kind: MediaKind, consent_id: int) -> Media:
    return Media(
        user_id=session.user_id,
        session_id=session.id,
        kind=kind,
        source=MediaSource.UPLOAD,
        object_key=f"{kind}/{uuid4().hex}.mp4",
        state=MediaState.STORED,
        facts={"duration_seconds": 61.5},
        view_key="view",
        consent_id=consent_id,
    )


def _set(database: Database, session_id: int, status: SessionStatus, **columns: object) -> None:
    with database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        session.status = status
        for name, value in columns.items():
            setattr(session, name, value)
        db.add(session)


def add_upload(database: Database, user_id: int) -> int:
    """A file that is on its way. Its id."""
    with database.transaction() as db:
        upload = Upload(
            user_id=user_id, kind=MediaKind.VIDEO, fingerprint=uuid4().bytes, size=9, object_key=uuid4().hex
        )
        db.add(upload)
        db.flush()
        return upload.id
