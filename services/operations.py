"""What an operator does to a session that stands still."""

from uuid import uuid4

from sqlalchemy import ColumnElement
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from models.chat import Message, MessageType
from models.media import LIVE, Media, MediaKind
from models.session import CookingSession, StageRun
from services.scheduling import wake


class FootageGone(MomentError):
    """Its film was kept for as long as we keep raw footage: nothing can be made of it any more."""

    words = "console.footage_gone"


class SessionUnknown(MomentError):
    """No session has this id."""


def retry_session(db: DbSession, session_id: int) -> list[str]:
    """Gives what was given up its attempts back and wakes it; returns the names. Raises SessionUnknown, FootageGone."""
    session = db.get(CookingSession, session_id, with_for_update=True)
    if session is None:
        raise SessionUnknown(f"no session {session_id}")
    if has_lost_footage(session):
        raise FootageGone(
            f"session {session_id}: its film is older than MOMENT_FOOTAGE_KEPT and deleted; "
            "the learner can choose the dish again, which is not counted"
        )
    return [*_free_media(db, session), *_free_stages(db, session)]


def has_lost_footage(session: CookingSession) -> bool:
    return session.video is None and any(
        each.is_expired and each.kind == MediaKind.VIDEO for each in session.media
    )


def redeliver(db: DbSession, session_id: int) -> int:
    """Owes the session's parked messages again, as new sends; returns how many."""
    return _redeliver(db, col(Message.session_id) == session_id)


def retry_message(db: DbSession, message: Message) -> None:
    """Parked: ours is owed again, as a new send; a question of the learner's is taken up again."""
    which = col(Message.id) == message.id
    if message.retry_key is not None:
        _redeliver(db, which)
    elif message.kind == MessageType.QUESTION:
        leases.free(db, Message, which)
        enqueue(db, Job.ANSWER, message.id)


def retry_all(db: DbSession) -> tuple[int, int]:
    """As the two above, for all that was given up, also what belongs to no session: how many sessions, how many
    messages."""
    parked_stages = select(StageRun.session_id).where(col(StageRun.parked_at).is_not(None))
    parked_media = select(Media.session_id).where(
        col(Media.parked_at).is_not(None), col(Media.state).in_(LIVE), col(Media.session_id).is_not(None)
    )
    session_ids = {*db.exec(parked_stages), *db.exec(parked_media)} - {None}
    count = 0
    for session_id in sorted(filter(None, session_ids)):
        try:
            retry_session(db, session_id)
        except FootageGone:  # before anything was changed
            continue
        count += 1
    return count, _redeliver(db)


def _redeliver(db: DbSession, *which: ColumnElement[bool]) -> int:
    parked = (
        *which,
        col(Message.parked_at).is_not(None),
        col(Message.delivered_at).is_(None),
        col(Message.retry_key).is_not(None),
    )
    messages = db.exec(select(Message).where(*parked).with_for_update()).all()
    for message in messages:
        message.retry_key, message.reply_token, message.first_attempted_at = uuid4(), None, None
        # Rendered anew: what LINE refused may be what we now render otherwise.
        message.line_body, message.delivered_by, message.waits_for = None, "", None
        db.add(message)
        enqueue(db, Job.DELIVER, message.id)
    db.flush()
    leases.free(db, Message, *parked)
    return len(messages)


def _free_media(db: DbSession, session: CookingSession) -> list[str]:
    parked = [media for media in session.media if media.parked_at is not None and media.is_live]
    leases.free(db, Media, col(Media.id).in_([media.id for media in parked]))
    for media in parked:
        db.refresh(media)
        enqueue(db, Job.FETCH_MEDIA, media.id)
    return [f"fetch_{media.kind}" for media in parked]


def _free_stages(db: DbSession, session: CookingSession) -> list[str]:
    parked = (col(StageRun.session_id) == session.id, col(StageRun.parked_at).is_not(None))
    runs = db.exec(select(StageRun).where(*parked)).all()
    leases.free(db, StageRun, *parked)
    for run in runs:
        enqueue(db, Job(run.job), session.id, run.stage)
    session.pipeline_error = ""
    wake(db, session)
    return [run.stage for run in runs]
