"""What is kept for so long only: raw films and voices, events as they came, speech of videos that were never finished."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Counter
from sqlalchemy import and_, delete, func, literal, or_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from errors import MomentError
from logs.logger import get_logger
from models.base import database_now
from models.database import Database
from models.inbox import InboxEvent, UnsentMessage
from models.media import EXPIRED, Media, MediaKind, MediaState
from models.session import CookingSession, SessionStatus
from services.footage import drop_question
from services.media import expire, take_back
from storage.store import ObjectStore

log = get_logger(__name__)

DELETED = Counter("moment_retention_deleted", "What was kept for so long only, and is deleted", ["what"])

EVERY = timedelta(hours=1)
BATCH = 200
RAW = (MediaKind.VIDEO, MediaKind.MEMO, MediaKind.VOICE_QUESTION, MediaKind.FILE)
SPEECH = "speech/"  # as narrators keep it
# Nothing is made of its footage, or not any more. A failed one may be cooked again, or is refused another try kindly.
_OVER = (SessionStatus.COMPLETED, SessionStatus.FAILED, SessionStatus.PENDING_UPLOAD)
_NOTHING = literal({}, JSONB)


@dataclass
class Swept:
    """How many of each are deleted."""

    footage: int = 0
    events: int = 0
    speech: int = 0


@dataclass(frozen=True)
class Retention:
    """Several processes may sweep at once, and any may die: what is left the next sweep finds."""

    database: Database
    store: ObjectStore
    footage_kept: timedelta
    inbox_kept: timedelta
    speech_kept: timedelta

    def run(self, stop: threading.Event) -> None:
        """Once an hour until `stop` is set."""
        while not stop.is_set():
            self.sweep(stop)
            stop.wait(EVERY.total_seconds())

    def sweep(self, stop: threading.Event | None = None) -> Swept:
        """What one kind stumbles over is logged, and does not keep the others from theirs. Its counts are what it did."""
        swept, stop = Swept(), stop or threading.Event()
        for name, batch in (
            ("footage", self._expire_footage),
            ("events", self._blank_events),
            ("speech", self._delete_speech),
        ):
            try:
                setattr(swept, name, _all_batches(batch, stop))
            except Exception as error:  # noqa: BLE001 - the border of the sweep: the next one finds what is left
                _log_failure(name, error)
            DELETED.labels(name).inc(getattr(swept, name))
        log.info("retention", footage=swept.footage, events=swept.events, speech=swept.speech)
        return swept

    def _expire_footage(self) -> int:
        """Purging is owed by the rows."""
        with self.database.transaction() as db:
            ids = db.exec(_expired_media(self.footage_kept)).all()
        return sum(self._expire(media_id) for media_id in ids)

    def _expire(self, media_id: int) -> bool:
        with self.database.transaction() as db:
            session = _cook_of(db, media_id)
            media = db.get(Media, media_id, with_for_update=True, populate_existing=True)
            if media is None or not media.is_stored:
                return False  # it was taken back
            if session is None or session.status in _OVER:
                expire(db, media, session)
            elif _was_never_agreed_to(media, session):
                take_back(db, media, session, EXPIRED)
                drop_question(db, media.user_id, session)
            else:
                return False  # it is cooked with again
        return True

    def _blank_events(self) -> int:
        """That they came is kept, by which one that comes again is known."""
        with self.database.transaction() as db:
            age = database_now(db) - self.inbox_kept
            is_over = col(InboxEvent.handled_at).is_not(None), col(InboxEvent.received_at) < age
            has_words = col(InboxEvent.body) != _NOTHING
            old = select(InboxEvent.id).where(*is_over, has_words).order_by(col(InboxEvent.received_at))
            batch = old.limit(BATCH).with_for_update(skip_locked=True)
            blank = update(InboxEvent).where(col(InboxEvent.id).in_(batch)).values(body={}, error="")
            count: int = db.execute(blank).rowcount  # type: ignore[attr-defined]
            # LINE brings nothing so late: that it was taken back need not be known any more.
            db.execute(delete(UnsentMessage).where(col(UnsentMessage.unsent_at) < age))
        return count

    def _delete_speech(self) -> int:
        with self.database.transaction() as db:
            age = database_now(db) - self.speech_kept
        count = 0
        for key in self.store.keys_before(SPEECH, age, BATCH):
            self.store.delete(key)
            count += 1
        return count


def _all_batches(batch: Callable[[], int], stop: threading.Event) -> int:
    """Until one finds nothing."""
    total = 0
    while not stop.is_set() and (count := batch()):
        total += count
    return total


def _expired_media(kept: timedelta) -> SelectOfScalar[int]:
    old = col(Media.state) == MediaState.STORED, col(Media.received_at) < func.now() - kept
    is_waiting = col(CookingSession.status) == SessionStatus.UPLOADED, col(Media.consent_id).is_(None)
    is_over = or_(col(CookingSession.id).is_(None), col(CookingSession.status).in_(_OVER), and_(*is_waiting))
    return (
        select(Media.id)
        .outerjoin(CookingSession, col(CookingSession.id) == col(Media.session_id))
        .where(*old, col(Media.kind).in_(RAW), is_over)
        .order_by(col(Media.received_at))
        .limit(BATCH)
    )


def _was_never_agreed_to(media: Media, session: CookingSession) -> bool:
    """The learner was asked whether it may be looked at, and has not answered since."""
    return session.status == SessionStatus.UPLOADED and not media.may_be_seen


def _cook_of(db: DbSession, media_id: int) -> CookingSession | None:
    """Locked first, as everywhere."""
    session_id = db.exec(select(Media.session_id).where(Media.id == media_id)).first()
    return db.get(CookingSession, session_id, with_for_update=True) if session_id is not None else None


def _log_failure(name: str, error: Exception) -> None:
    if isinstance(error, MomentError):
        log.warning("retention waits", what=name, error=type(error).__name__)
    else:
        log.error("retention failed", what=name, error=type(error).__name__, exc_info=error)
