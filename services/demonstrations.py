"""What a coach shows on a learner's footage: recorded, heard, looked over, sent as their own message."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, update
from sqlmodel import Session as DbSession
from sqlmodel import col, delete, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from knowledge_base import console_talk
from models.chat import Message, MessageType, Sender, Topic
from models.demonstration import Demonstration, Recording, SpokenLine
from models.media import Media, MediaKind
from models.session import CookingSession
from models.user import User
from services.coaches import audit
from services.handover import take_silently, withdraw_line
from services.outbox import queue_message
from services.privacy import owe_purge
from storage.keys import new_demonstration_keys

MOST_LINES = 120


class ClipGone(MomentError):
    """The footage was taken back, or is not kept any more."""

    words = "console.clip_gone"


class DemonstrationGone(MomentError):
    """It was discarded, or went with its footage."""

    words = "console.demonstration_gone"


class RecordingUnfit(MomentError):
    """No sound, too long, or not what our page sends."""

    words = "console.recording_unfit"


class DemonstrationSent(MomentError):
    """It is on its way, or with the learner."""

    words = "console.demonstration_sent"


def begin(
    db: DbSession,
    session: CookingSession,
    clip_id: int,
    coach_id: int,
    recording: Recording,
) -> Demonstration:
    """The row knows where its voice will lie before the store has it: nothing is left that no row knows. Raises ClipGone."""
    clip_of(db, session, clip_id)
    voice_key, film_key, preview_key = new_demonstration_keys()
    row = Demonstration(
        session_id=session.id,
        clip_id=clip_id,
        coach_id=coach_id,
        recording=recording.model_dump(mode="json"),
        voice_key=voice_key,
        film_key=film_key,
        preview_key=preview_key,
    )
    db.add(row)
    db.flush()
    audit(db, coach_id, "demonstration.record", user_id=session.user_id, demonstration_id=row.id)
    return row


def owe_hearing(db: DbSession, demonstration_id: int) -> None:
    """Its voice lies in the store. Where its footage was taken back meanwhile that goes, too."""
    row = db.get(Demonstration, demonstration_id, with_for_update=True)
    if row is None:
        return
    leases.due_now(row)
    db.add(row)
    db.flush()
    enqueue(db, Job.HEAR, row.id)


def clip_of(db: DbSession, session: CookingSession, clip_id: int) -> Media:
    """Of this cook, here, and its learner has agreed to its being seen. Raises ClipGone."""
    clip = db.get(Media, clip_id)
    is_its = clip is not None and clip.session_id == session.id and clip.kind == MediaKind.VIDEO
    if clip is None or not is_its or not clip.is_stored or not clip.may_be_seen:
        raise ClipGone(f"clip {clip_id} of session {session.id}")
    return clip


def demonstration_of(
    db: DbSession, user_id: int, demonstration_id: int, *, lock: bool = False
) -> Demonstration:
    """Of this learner. Raises DemonstrationGone."""
    statement = (
        select(Demonstration)
        .join(CookingSession, col(CookingSession.id) == col(Demonstration.session_id))
        .where(Demonstration.id == demonstration_id, CookingSession.user_id == user_id)
    )
    row = db.exec(statement.with_for_update(of=Demonstration) if lock else statement).first()
    if row is None:
        raise DemonstrationGone(f"demonstration {demonstration_id} of learner {user_id}")
    return row


def send(db: DbSession, user: User, row: Demonstration, coach_id: int, lines: Sequence[SpokenLine]) -> None:
    """Who shows something has the thread; the film is made, and goes then. The row is locked. Raises DemonstrationSent,
    ThreadTaken, LearnerLeaving."""
    if row.sent_at is not None:
        raise DemonstrationSent(f"demonstration {row.id}")
    handover, _ = take_silently(db, user, coach_id)
    row.lines = [line.model_dump() for line in lines if line.text.strip()]
    row.sent_at, row.coach_id, row.handover_id = func.now(), coach_id, handover.id  # type: ignore[assignment]
    row.attempts, row.parked_at, row.lease_token = 0, None, None
    leases.due_now(row)
    db.add(row)
    db.flush()
    enqueue(db, Job.SHOW, row.id)
    audit(db, coach_id, "demonstration.send", user_id=user.id, demonstration_id=row.id)


def owe_film(db: DbSession, row: Demonstration, user_id: int) -> Message:
    """It is made: the person's own message."""
    is_first = row.handover_id is not None and withdraw_line(db, row.handover_id)
    return queue_message(
        db,
        user_id,
        MessageType.COACH,
        video=row.film_key,
        sender=Sender.COACH,
        session_id=row.session_id,
        topic=Topic.HANDOVER if is_first or _is_first_word(db, row) else None,
        facts={"preview": row.preview_key},
        coach_id=row.coach_id,
        handover_id=row.handover_id,
    )


def discard(db: DbSession, row: Demonstration, coach_id: int, user_id: int) -> None:
    """Nobody sees it. The row is locked. Raises DemonstrationSent."""
    if row.sent_at is not None and row.parked_at is None:
        raise DemonstrationSent(f"demonstration {row.id}")
    audit(db, coach_id, "demonstration.discard", user_id=user_id, demonstration_id=row.id)
    _forget(db, [row])


def forget_demonstrations(db: DbSession, clip: Media) -> None:
    """The footage was taken back: what was shown on it goes, also from the thread."""
    _forget(
        db, db.exec(select(Demonstration).where(Demonstration.clip_id == clip.id).with_for_update()).all()
    )


def _forget(db: DbSession, rows: Iterable[Demonstration]) -> None:
    """Whoever is at one finds its row gone; what they put by then goes all the same."""
    for row in rows:
        owe_purge(db, [row.voice_key, row.film_key, row.preview_key])
        its_message = col(Message.session_id) == row.session_id, col(Message.video_gcs_path) == row.film_key
        db.exec(delete(Message).where(*its_message, col(Message.delivered_at).is_(None)))
        # That something was shown stays in the thread, as words: a message holds one of both.
        db.execute(update(Message).where(*its_message).values(video_gcs_path="", text=console_talk.FILM_GONE))
        db.delete(row)
    db.flush()


def _is_first_word(db: DbSession, row: Demonstration) -> bool:
    said = select(Message.id).where(Message.handover_id == row.handover_id)
    return row.handover_id is not None and db.exec(said.limit(1)).first() is None
