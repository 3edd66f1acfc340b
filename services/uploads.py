"""Files that a learner's own browser sends into the store: opened, gone on with, completed, cancelled, looked after.

The store is asked outside of transactions. What is here is taken as if it had come by LINE.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs.leases import Lease, LeaseLost, Leases, due_now, finish, try_again
from jobs.queue import Job, enqueue
from logs.logger import get_logger
from models.base import database_now
from models.database import Database
from models.media import Media, MediaKind
from models.rules.history import latest_session
from models.rules.next_step import Ask, next_step
from models.session import CookingSession
from models.upload import Upload
from models.user import User
from services import cooking
from services.awaited import UploadUnknown, check_awaited, check_takes
from services.footage import ask_for_consent
from services.offered_file import OfferedFile, check_content
from services.outbox import queue_notice
from services.profile import LearnerGone, lock_learner
from storage.keys import new_media_key
from storage.sniff import HEAD_BYTES
from storage.store import ObjectMissing, ObjectStore, StoreError, UploadOver

log = get_logger(__name__)

MOST_OPEN = 4  # of one learner's; the one that was left alone longest gives way to another
ABANDONED_AFTER = timedelta(days=3)
FIRST_LOOK = timedelta(minutes=2)  # for a file whose page has ended
LONGEST_PAUSE = timedelta(hours=1)
TRY_AGAIN = timedelta(seconds=10)
CHAT_ASKS = timedelta(seconds=20)  # the page tells the chat what came, which replies
_WHICH_DISH: Mapping[MediaKind, str] = {
    MediaKind.VIDEO: "which_dish_video",
    MediaKind.MEMO: "which_dish_memo",
}


class UploadClosed(MomentError):
    """It was cancelled, or is completed already."""

    words = "web.upload_closed"


class UploadIncomplete(MomentError):
    """Not all of it is here yet."""

    words = "web.upload_incomplete"


@dataclass(frozen=True)
class Progress:
    """An upload, and how many of its first bytes are here."""

    upload: Upload
    kept: int


@dataclass(frozen=True)
class Uploads:
    """`origin` is that of the pages that send."""

    database: Database
    leases: Leases
    store: ObjectStore
    origin: str
    most_bytes: Mapping[MediaKind, int]

    def open(self, user_id: int, session_id: int, file: OfferedFile) -> Progress:
        """For this cook; the same file goes on where it was. Raises FileUnfit, UploadUnknown, CookClosed, VideoThere,
        MemoClosed, StoreError."""
        file.check(self.most_bytes[file.kind])
        with self.database.transaction() as db:
            check_awaited(db, user_id, session_id, file.kind)
            known = _find_open(db, user_id, file)
            if known is not None:
                known.session_id = session_id
                _touch(known)
        if known is not None and (kept := self._kept(known)) is not None:
            return Progress(known, kept)
        key = new_media_key(file.kind)
        place = self.store.open_upload(key, file.stored_type, file.size, self.origin)
        return self._keep(user_id, session_id, file, key, place)

    def look(self, user_id: int, upload_id: int) -> Progress:
        """Raises UploadUnknown, StoreError."""
        with self.database.transaction() as db:
            upload = _mine(db, user_id, upload_id)
            if upload.is_open:
                _touch(upload)
        if not upload.is_open:
            return Progress(upload, upload.size if upload.completed_at else 0)
        kept = self._kept(upload)
        if kept is None:
            return Progress(self.cancel(user_id, upload_id), 0)
        return Progress(upload, kept)

    def complete(self, user_id: int, upload_id: int) -> Upload:
        """All of it is here, and goes the way of what comes by LINE. Once more changes nothing.

        Raises UploadUnknown, UploadClosed, UploadIncomplete, FileUnfit, VideoThere, MemoClosed, StoreError.
        """
        with self.database.transaction() as db:
            upload = _mine(db, user_id, upload_id)
        if upload.cancelled_at is not None:
            raise UploadClosed(f"upload {upload_id}")
        if upload.completed_at is not None:
            return upload
        upload, refusal = self._take(upload, self._head(upload))
        if refusal is not None:
            raise refusal
        return upload

    def cancel(self, user_id: int, upload_id: int) -> Upload:
        """What was sent goes. Raises UploadUnknown, UploadClosed once it is completed."""
        with self.database.transaction() as db:
            upload = _mine(db, user_id, upload_id, lock=True)
            if upload.completed_at is not None:
                raise UploadClosed(f"upload {upload_id}")
            if upload.cancelled_at is None:
                _cancel(db, upload)
        return upload

    def settle(self, upload_id: int) -> None:
        """The row's work: looks for what its page has not told of, cancels what was abandoned, purges what was cancelled."""
        with self.database.transaction() as db:
            lease = self.leases.claim(db, Upload, upload_id)
            upload = db.get(Upload, upload_id, populate_existing=True)
        if lease is None or upload is None:
            return
        try:
            with self.leases.hold(lease):
                if upload.is_open:
                    self._look_for(lease, upload)
                else:
                    self._purge(lease, upload)
        except LeaseLost as lost:  # its page was quicker
            log.info("lease lost", lease=str(lost))

    def _keep(self, user_id: int, session_id: int, file: OfferedFile, key: str, place: str) -> Progress:
        upload = Upload(
            user_id=user_id,
            session_id=session_id,
            kind=file.kind,
            fingerprint=file.fingerprint,
            size=file.size,
            object_key=key,
            place=place,
        )
        due_now(upload, after=FIRST_LOOK)
        try:
            twin = self._add(upload, file)
        except LearnerGone:
            self.store.cancel_upload(place)  # no row tells of it
            raise
        if twin is not None:  # another tab was quicker
            self.store.cancel_upload(place)
            return Progress(twin, self._kept(twin) or 0)
        log.info("upload opened", upload_id=upload.id, kind=file.kind, bytes=file.size)
        return Progress(upload, 0)

    def _add(self, upload: Upload, file: OfferedFile) -> Upload | None:
        """None, or the one of the same file that is there already. Raises LearnerGone."""
        with self.database.transaction() as db:
            lock_learner(db, upload.user_id)
            others = _open_ones(db, upload.user_id)
            twin = next((each for each in others if _is_of(each, file)), None)
            if twin is None:
                for other in others[MOST_OPEN - 1 :]:
                    _cancel(db, other)
                db.add(upload)
        return twin

    def _kept(self, upload: Upload) -> int | None:
        """None where the store knows it no more: it is cancelled then."""
        try:
            return self.store.kept(upload.place, upload.size)
        except UploadOver:
            with self.database.transaction() as db:
                row = db.get(Upload, upload.id, with_for_update=True)
                if row is not None and row.is_open:
                    _cancel(db, row)
            return None

    def _head(self, upload: Upload) -> bytes:
        """The first bytes of what is here. Raises UploadIncomplete, StoreError."""
        try:
            if self.store.describe(upload.object_key).bytes != upload.size:
                raise UploadIncomplete(f"upload {upload.id}")
            return b"".join(self.store.read(upload.object_key, 0, min(HEAD_BYTES, upload.size)))
        except ObjectMissing as error:
            raise UploadIncomplete(f"upload {upload.id}") from error

    def _take(self, upload: Upload, head: bytes) -> tuple[Upload, MomentError | None]:
        """Whoever comes first takes it; what can't be taken is cancelled, for the reason that is returned."""
        with self.database.transaction() as db:
            session = latest_session(db, upload.user_id, lock=True)
            row = db.get(Upload, upload.id, with_for_update=True, populate_existing=True)
            if row is None:
                raise UploadUnknown(f"upload {upload.id}")
            if not row.is_open:
                return row, None if row.completed_at else UploadClosed(f"upload {row.id}")
            try:
                check_content(row.kind, head)
                check_takes(db, session, row.kind)
            except MomentError as refusal:
                _cancel(db, row)
                return row, refusal
            row.media_id = _receive(db, row, session).id
            row.completed_at = func.now()  # type: ignore[assignment]
            row.place, row.lease_token, row.due_at, row.nudge_at = "", None, None, None
            db.flush()
            db.refresh(row)
        log.info("upload completed", upload_id=row.id, kind=row.kind, bytes=row.size)
        return row, None

    def _look_for(self, lease: Lease, upload: Upload) -> None:
        with self.database.transaction() as db:
            age = database_now(db) - upload.touched_at
        try:
            if age > ABANDONED_AFTER and self.store.kept(upload.place, upload.size) < upload.size:
                self._give_up(lease)
                return
            _, refusal = self._take(upload, self._head(upload))
        except UploadOver:
            self._give_up(lease)
        except UploadIncomplete:
            self._come_again(lease, min(max(FIRST_LOOK, age / 2), LONGEST_PAUSE))
        except StoreError as error:
            log.warning("upload not looked for", error=type(error).__name__)
            self._come_again(lease, LONGEST_PAUSE / 6)
        else:
            if refusal is not None:  # its page is gone
                with self.database.transaction() as db:
                    queue_notice(db, upload.user_id, refusal.words_key)

    def _come_again(self, lease: Lease, pause: timedelta) -> None:
        with self.database.transaction() as db:
            try_again(db, lease, "", pause, attempts=0)

    def _give_up(self, lease: Lease) -> None:
        with self.database.transaction() as db:
            row = db.get(Upload, lease.row_id, with_for_update=True, populate_existing=True)
            if row is None or row.lease_token != lease.token:
                raise LeaseLost(str(lease))
            _cancel(db, row)
        log.info("upload abandoned", upload_id=lease.row_id)

    def _purge(self, lease: Lease, upload: Upload) -> None:
        try:
            if upload.cancelled_at is not None:
                self.store.cancel_upload(upload.place)
                self.store.delete(upload.object_key)
        except Exception as error:
            log.error("upload not purged", error=type(error).__name__, exc_info=error)
            pause = min(TRY_AGAIN * 2 ** min(lease.attempt, 12), LONGEST_PAUSE)
            with self.database.transaction() as db:
                try_again(db, lease, type(error).__name__, pause)
            return
        with self.database.transaction() as db:
            finish(db, lease, place="")


def unfinished(db: DbSession, user_id: int) -> list[Upload]:
    """Those of the learner's that are on their way, the one that was touched last first."""
    return _open_ones(db, user_id)


def _mine(db: DbSession, user_id: int, upload_id: int, *, lock: bool = False) -> Upload:
    statement = select(Upload).where(Upload.id == upload_id, Upload.user_id == user_id)
    upload = db.exec(statement.with_for_update() if lock else statement).first()
    if upload is None:
        raise UploadUnknown(f"upload {upload_id}")
    return upload


def _open_ones(db: DbSession, user_id: int) -> list[Upload]:
    is_open = col(Upload.completed_at).is_(None), col(Upload.cancelled_at).is_(None)
    statement = select(Upload).where(Upload.user_id == user_id, *is_open)
    return list(db.exec(statement.order_by(col(Upload.touched_at).desc(), col(Upload.id).desc())))


def _find_open(db: DbSession, user_id: int, file: OfferedFile) -> Upload | None:
    return next((each for each in _open_ones(db, user_id) if _is_of(each, file)), None)


def _is_of(upload: Upload, file: OfferedFile) -> bool:
    return upload.kind == file.kind and upload.fingerprint == file.fingerprint


def _touch(upload: Upload) -> None:
    upload.touched_at = func.now()  # type: ignore[assignment]


def _receive(db: DbSession, upload: Upload, session: CookingSession | None) -> Media:
    user = db.get_one(User, upload.user_id)
    take = cooking.take_video if upload.kind == MediaKind.VIDEO else cooking.take_memo
    media = take(db, user, session, object_key=upload.object_key)
    if session is not None and next_step(session).ask is Ask.CONSENT:
        ask_for_consent(db, user.id, after=CHAT_ASKS)
    if media.session_id is None:  # the cook it was for is gone
        queue_notice(db, user.id, _WHICH_DISH[upload.kind])
    else:
        upload.session_id = media.session_id
    return media


def _cancel(db: DbSession, upload: Upload) -> None:
    """Whoever is at it finds its lease lost; what is owed from now on is to purge it."""
    upload.cancelled_at = func.now()  # type: ignore[assignment]
    upload.lease_token, upload.attempts = None, 0
    due_now(upload)
    db.add(upload)
    db.flush()
    enqueue(db, Job.SETTLE_UPLOAD, upload.id)
