"""What an operator does to a session that stands still."""

from collections.abc import Collection, Mapping, Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from models.chat import Message, MessageType
from models.media import LIVE, Media, MediaKind
from models.session import CookingSession, StageName, StageRun
from services.scheduling import wake


class FootageGone(MomentError):
    """Its film was kept for as long as we keep raw footage: nothing can be made of it any more."""

    words = "console.footage_gone"


class AlreadyTold(MomentError):
    """The learner has what the stage leads to, or will have it at once: another one would contradict it."""

    words = "console.already_told"


class StageAtWork(MomentError):
    """Some process is at it, or at what follows from it."""

    words = "console.stage_at_work"


class SessionUnknown(MomentError):
    """No session has this id."""


# What rests on what each yields, in the order of the graph.
_TO_THE_VIDEO = (StageName.RETRIEVE, StageName.COACH_TEXT, StageName.NARRATE, StageName.PRODUCE_VIDEO)
_FOLLOWING: Mapping[StageName, Sequence[StageName]] = {
    StageName.PREPARE_VIDEO: (StageName.ANALYZE_VIDEO, *_TO_THE_VIDEO),
    StageName.TRANSCRIBE_MEMO: (StageName.EXTRACT_ENTITIES, *_TO_THE_VIDEO),
    StageName.EXTRACT_ENTITIES: _TO_THE_VIDEO,
    StageName.ANALYZE_VIDEO: _TO_THE_VIDEO,
    StageName.RETRIEVE: _TO_THE_VIDEO[1:],
    StageName.COACH_TEXT: _TO_THE_VIDEO[2:],
    StageName.NARRATE: _TO_THE_VIDEO[3:],
    StageName.PRODUCE_VIDEO: (),
    StageName.PRODUCE_FILM: (),
}


def retry_from(db: DbSession, session_id: int, stage: StageName) -> Collection[StageName]:
    """The stage is done anew, and whatever rests on it; what they have cost stays on their rows. Returns their names.
    Raises SessionUnknown, FootageGone, AlreadyTold, StageAtWork."""
    session = db.get(CookingSession, session_id, with_for_update=True, populate_existing=True)
    if session is None:
        raise SessionUnknown(f"no session {session_id}")
    if has_lost_footage(session):
        raise FootageGone(f"session {session_id}")
    if is_told(session, stage):
        raise AlreadyTold(f"session {session_id}: {stage}")
    stages = (stage, *_FOLLOWING[stage])
    runs = col(StageRun.session_id) == session.id, col(StageRun.stage).in_(stages)
    if leases.count_active(db, StageRun, *runs):
        raise StageAtWork(f"session {session_id}: {stage}")
    leases.begin_anew(db, StageRun, *runs, started_at=None, finished_at=None)
    for each in stages:
        _forget_yield(session, each)
    session.pipeline_error = ""
    wake(db, session)
    return stages


def is_told(session: CookingSession, stage: StageName) -> bool:
    """Whether what the stage leads to is made: the learner has it, or it is on its way."""
    match stage:
        case StageName.PRODUCE_FILM:
            return bool(session.film_gcs_path)
        case StageName.NARRATE | StageName.PRODUCE_VIDEO:
            return bool(session.coaching_video_gcs_path)
        case _:
            return bool(session.coaching_text)


def _forget_yield(session: CookingSession, stage: StageName) -> None:
    match stage:
        case StageName.PREPARE_VIDEO:
            for clip in session.videos:
                if clip.view_key != clip.object_key:  # others serve as they are
                    clip.view_key = ""
        case StageName.TRANSCRIBE_MEMO if session.memo is not None:  # what was written nobody hears again
            session.voice_transcript = ""
        case StageName.EXTRACT_ENTITIES:
            session.structured_input = {}
        case StageName.ANALYZE_VIDEO:
            session.video_analysis = {}
        case StageName.RETRIEVE:
            session.retrieved_principles = []
        case StageName.NARRATE:
            session.narration_script = {}


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
