"""A coach's eye on the coaching: it may wait for one before it goes, and be corrected then, or after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, ScalarSelect, delete, func, literal, null
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from knowledge_base import phrasebook
from models.chat import Message, MessageType, Sender, WaitReason
from models.coaching import CoachingText
from models.review import Correction, ReviewPause
from models.session import CookingSession, StageName, StageRun
from models.user import User
from services.coaches import audit
from services.media import forget_messages
from services.outbox import queue_coaching_text, queue_message
from services.scheduling import wake

MINUTES = (1, 2, 3, 5)  # to choose from: the text is promised within five
EDITABLE = (
    *("last_time", "mondaiten", "skill", "next_action", "success_sign"),
    *("praise", "comparison", "stop_cue", "safety"),
)
NEEDED = ("mondaiten", "skill", "next_action", "success_sign")

# What is wrong with a text that learners shall read, as kinds of fault; none where it may go.
CheckWords = Callable[[str], Sequence[str]]


class ReviewOver(MomentError):
    """It was sent meanwhile."""

    words = "console.review_over"


class CorrectionUnfit(MomentError):
    """Something is missing, too long, or against what coaching never says."""

    words = "console.correction_unfit"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class CorrectionLate(MomentError):
    """Another coach has corrected it since, or the learner took it back."""

    words = "console.correction_late"


@dataclass(frozen=True)
class Pauses:
    """In minutes: the learner's own, and that of all who have none; 0 for none."""

    own: int
    of_all: int


def pause_of(user_id: Mapped[int] | ColumnElement[Any]) -> ScalarSelect[int]:
    """Of one learner, or of all (NULL), asked within another statement."""
    pause = select(col(ReviewPause.minutes)).where(col(ReviewPause.user_id).is_not_distinct_from(user_id))
    return pause.correlate(User).scalar_subquery()


def pauses_of(db: DbSession, user_id: int) -> Pauses:
    own, of_all = db.execute(select(pause_of(literal(user_id)), pause_of(null()))).one()
    return Pauses(own or 0, of_all or 0)


def pause_of_all(db: DbSession) -> int:
    """In minutes."""
    return db.execute(select(pause_of(null()))).scalar() or 0


def set_pause(db: DbSession, coach_id: int, user_id: int | None, minutes: int) -> None:
    """Of texts that are written from now on; 0 ends it. `user_id` None: of all learners who have none of their own."""
    if minutes == 0:
        db.execute(delete(ReviewPause).where(col(ReviewPause.user_id).is_not_distinct_from(user_id)))
    else:
        wish = insert(ReviewPause).values(user_id=user_id, minutes=minutes, coach_id=coach_id)
        now = {"minutes": minutes, "coach_id": coach_id}
        db.execute(wish.on_conflict_do_update(index_elements=["user_id"], set_=now))
    audit(db, coach_id, "review.pause", user_id=user_id, minutes=minutes)


def owe_coaching_text(db: DbSession, session: CookingSession) -> Message:
    """At once, or after its pause: a coach who does nothing holds nobody up."""
    pauses = pauses_of(db, session.user_id)
    return queue_coaching_text(db, session, timedelta(minutes=pauses.own or pauses.of_all))


def stop(db: DbSession, message_id: int, coach_id: int) -> None:
    """It waits for a coach until one sends it. Raises ReviewOver."""
    message = _lock(db, message_id)
    message.due_at, message.nudge_at = None, None
    db.add(message)
    _audit_of(db, coach_id, "review.stop", message)


def send(db: DbSession, message_id: int, coach_id: int) -> None:
    """Without waiting longer. Raises ReviewOver."""
    message = _lock(db, message_id)
    message.waits_for = None
    leases.due_now(message)
    db.add(message)
    enqueue(db, Job.DELIVER, message.id)
    _audit_of(db, coach_id, "review.send", message)


def last_correction(db: DbSession, session_id: int) -> int:
    """Its id; 0 where nothing was corrected."""
    latest = select(func.max(Correction.id)).where(Correction.session_id == session_id)
    return db.exec(latest).one() or 0


def correct(
    db: DbSession,
    session: CookingSession,
    coach_id: int,
    words: Mapping[str, str],
    check: CheckWords,
    *,
    seen: int,
) -> Correction:
    """Of a text that nobody has begun to send its words change; after one that is sent a new message goes, which quotes it.
    Either way the video is made from the new words. The session is locked; `seen` is the last correction that the coach
    had before them. Raises CorrectionUnfit, CorrectionLate."""
    if not session.coaching_text or seen != last_correction(db, session.id):
        raise CorrectionLate(f"session {session.id}")
    before = CoachingText.model_validate(session.coaching_text)
    after = _new_text(before, words, check)
    session.coaching_text = after.model_dump()
    db.add(session)
    correction = Correction(
        session_id=session.id, coach_id=coach_id, before=before.model_dump(), after=after.model_dump()
    )
    db.add(correction)
    _tell(db, session, coach_id, phrasebook.coaching_text(after, session.session_number))
    _make_video_anew(db, session)
    db.flush()
    audit(db, coach_id, "coaching.correct", user_id=session.user_id, session_id=session.id)
    return correction


def _new_text(before: CoachingText, words: Mapping[str, str], check: CheckWords) -> CoachingText:
    """Raises CorrectionUnfit."""
    changed = {name: words[name].replace("\r\n", "\n").strip() for name in EDITABLE if name in words}
    faults = [f"missing:{name}" for name in NEEDED if not changed.get(name, getattr(before, name))]
    for name, text in changed.items():
        if text and text != getattr(before, name):
            faults += [f"{fault}:{name}" for fault in check(text)]
    if changed == {name: getattr(before, name) for name in changed}:
        faults.append("unchanged")
    if faults:
        raise CorrectionUnfit(faults)
    try:
        return CoachingText.model_validate(before.model_dump() | changed)
    except ValidationError as error:
        raise CorrectionUnfit(["unreadable"]) from error


def _tell(db: DbSession, session: CookingSession, coach_id: int, text: str) -> None:
    its_text = select(Message).where(
        Message.session_id == session.id, Message.kind == MessageType.COACHING_READY
    )
    message = db.exec(its_text.with_for_update()).first()
    if message is not None and message.attempts == 0 and message.delivered_at is None:
        message.text = text
        db.add(message)
        return
    queue_message(
        db,
        session.user_id,
        MessageType.COACHING_CORRECTED,
        text=text,
        sender=Sender.COACH,
        session_id=session.id,
        facts={"quotes": str(message.id)} if message is not None else None,
        coach_id=coach_id,
    )


def _make_video_anew(db: DbSession, session: CookingSession) -> None:
    """Where the footage is here still. The one that tells otherwise is shown no more."""
    if not session.videos or not all(each.is_stored for each in session.videos):
        return
    anew = col(StageRun.stage).in_([StageName.NARRATE, StageName.PRODUCE_VIDEO])
    leases.begin_anew(
        db, StageRun, col(StageRun.session_id) == session.id, anew, started_at=None, finished_at=None
    )
    session.narration_script, session.coaching_cut = {}, {}
    session.coaching_video_gcs_path, session.coaching_preview_gcs_path = "", ""
    videos = [MessageType.COACHING_VIDEO, MessageType.COACHING_VIDEO_CORRECTED]
    forget_messages(db, session, col(Message.delivered_at).is_(None), col(Message.kind).in_(videos))
    wake(db, session)


def _lock(db: DbSession, message_id: int) -> Message:
    message = db.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.waits_for is not WaitReason.REVIEW or not message.is_owed:
        raise ReviewOver(f"message {message_id}")
    return message


def _audit_of(db: DbSession, coach_id: int, act: str, message: Message) -> None:
    session = db.get_one(CookingSession, message.session_id)
    audit(db, coach_id, act, user_id=session.user_id, message_id=message.id)
