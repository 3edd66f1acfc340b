"""What learners send, brought into the store and looked into; and what they took back, purged from it.

A download belongs to its media row, not to a session's stages: a clip that was sent before its dish is fetched once,
and each of several clips has attempts of its own.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from structlog.contextvars import bound_contextvars

from errors import is_outage, longest_pause
from jobs.breaker import Breakers
from jobs.leases import (
    LONGEST_PAUSE,
    Lease,
    LeaseLost,
    Leases,
    active,
    count_active,
    finish,
    is_deleted,
    park,
    try_again,
    wait_out,
)
from jobs.queue import Job, enqueue
from line.accounts import LineAccounts
from line.content import ContentGone, ContentNotReady, ContentTooLarge, ContentUnavailable
from logs.logger import get_logger
from logs.timing import milliseconds_since
from models.database import Database
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession
from models.user import User
from pipeline.graph import Facts
from pipeline.media.photo import PhotoFacts, UnusablePhoto, photo_facts, write_photo
from pipeline.media.probe import (
    AudioFacts,
    NotMedia,
    UnusableClip,
    VideoFacts,
    audio_facts,
    check_usable,
    has_pictures,
)
from pipeline.media.view import serves_as_view
from pipeline.outcomes import (
    DIED,
    FETCH_VIDEO,
    PATIENCE_ATTEMPTS,
    give_up,
    is_final,
    say_memo_takes_longer,
    say_still_working,
    say_waiting_out,
)
from pipeline.providers.ports import AudioTooLong, UnreadableAudio
from pipeline.purging import Purging
from pipeline.scheduler import Scheduler
from services.files import say_what_it_is, settle_file
from services.media import MediaRejected, accept, reject
from services.privacy import purge_late
from storage.store import ObjectStore, chunks_of, local_file, write_all
from storage.workspace import workspace

log = get_logger(__name__)

LINE_CONTENT = "line_content"  # as its breaker is called
# LINE prepares most videos within seconds: looked for soon, then ever less often.
FIRST_LOOK = timedelta(seconds=1)
NOT_READY_SHARE = 0.1
# Of one learner's, so that many clips of theirs leave threads for the others.
AT_ONCE = 2
# What is gone was mostly taken back: the event that says so comes soon, and tells the learner what is true.
GONE = "gone"
GONE_PATIENCE = timedelta(seconds=5)
MAX_PHOTO_BYTES = 20_000_000
# Of a cook's clips: as many minutes as LINE takes in MOST_CLIPS, so that one view of them travels within a request.
MAX_SECONDS_TOGETHER = 30 * 60.0
COME_AGAIN = timedelta(seconds=1)
CONTENT_TYPES: Mapping[MediaKind, str] = {
    MediaKind.VIDEO: "video/mp4",
    MediaKind.MEMO: "audio/mp4",
    MediaKind.VOICE_QUESTION: "audio/mp4",
    MediaKind.PHOTO: "image/jpeg",
    MediaKind.FILE: "application/octet-stream",
}
# What the learner is told of when it never came; the session knows what to do without the others.
GIVEN_UP_FOR: Mapping[MediaKind, str] = {
    MediaKind.VOICE_QUESTION: "unreadable",
    MediaKind.PHOTO: "not_fetched",
    MediaKind.FILE: "not_fetched",
}


# With the media's cook locked, where it has one.
Settle = Callable[[DbSession, Media, Facts | None], None]


@dataclass(frozen=True)
class Found:
    """What the bytes are: a file's kind is known only from them."""

    kind: MediaKind
    facts: VideoFacts | AudioFacts | PhotoFacts


@dataclass(frozen=True)
class Intake:
    database: Database
    leases: Leases
    scheduler: Scheduler
    store: ObjectStore
    line: LineAccounts
    breakers: Breakers
    max_video_bytes: int
    max_video_seconds: float
    max_recording_bytes: int
    max_attempts: int
    retry_backoff: timedelta

    @cached_property
    def purging(self) -> Purging:
        return Purging(self.database, self.store, self.retry_backoff)

    def work(self, media_id: int) -> None:
        """Whatever the row owes: to be fetched and looked into, or to be purged."""
        with self.database.transaction() as db:
            media = _with_learner_locked(db, media_id)
            if media is None:
                return
            begun: dict[str, Any] = {"started_at": func.now()} if media.state == MediaState.OWED else {}
            theirs = col(Media.user_id) == media.user_id
            lease = self.leases.claim(db, Media, media_id, active(Media, theirs) < AT_ONCE, **begun)
            if lease is None:
                if count_active(db, Media, theirs) >= AT_ONCE:
                    enqueue(db, Job.FETCH_MEDIA, media_id, delay_seconds=COME_AGAIN.total_seconds())
                return
        with bound_contextvars(media_id=media_id):
            try:
                with self.leases.hold(lease):
                    if media.state == MediaState.OWED:
                        self._take_in(lease, media)
                    else:
                        self.purging.purge(lease, media)
            except LeaseLost as lost:
                log.info("lease lost", lease=str(lost))

    def _take_in(self, lease: Lease, media: Media) -> None:
        if lease.is_spent(self.max_attempts):
            self._give_up(lease, DIED)
            return
        start = time.monotonic()
        this_try = {"kind": media.kind, "attempt": lease.attempt}
        try:
            self._accept(lease, self._look_into(media))
        except LeaseLost as lost:
            log.info("lease lost", lease=str(lost))
            self._purge_again(media)
        except MediaRejected as rejection:
            ms = milliseconds_since(start)
            if rejection.reason == GONE and media.error != GONE:
                log.info("media gone", **this_try, ms=ms)
                self._wait_out(lease, GONE, first=GONE_PATIENCE, share=NOT_READY_SHARE)
                return
            log.info("media rejected", **this_try, reason=rejection.reason, ms=ms)
            self._reject(lease, media, rejection)
        except ContentNotReady as error:
            log.info("media not ready", **this_try, ms=milliseconds_since(start))
            self._wait_out(lease, str(error), first=FIRST_LOOK, share=NOT_READY_SHARE)
        except Exception as error:  # noqa: BLE001 - the border of the intake: kept on its row and tried again
            if is_deleted(self.database, Media, media.id):
                log.info("lease lost", lease=str(lease))
                self._purge_again(media)
                return
            self._log_failure(error, this_try | {"ms": milliseconds_since(start)})
            self._retry_or_give_up(lease, error)
        else:
            log.info("media fetched", **this_try, ms=milliseconds_since(start))

    def _log_failure(self, error: Exception, this_try: Mapping[str, Any]) -> None:
        name = type(error).__name__
        if is_outage(error):  # somebody else's, and seen again and again
            log.warning("media waits", **this_try, error=name)
        else:
            log.error("media not fetched", **this_try, error=name, exc_info=error)

    def _look_into(self, media: Media) -> Found:
        """Raises MediaRejected."""
        if media.kind == MediaKind.PHOTO:
            return Found(MediaKind.PHOTO, self._keep_photo(media))
        self._fetch(media)
        with local_file(self.store, media.object_key) as path:
            kind = _kind_of_file(path) if media.kind == MediaKind.FILE else media.kind
            return Found(kind, self._facts(kind, path))

    def _fetch(self, media: Media) -> None:
        """Raises MediaRejected."""
        if media.source != MediaSource.LINE or self.store.exists(media.object_key):
            return
        is_recording = media.kind in (MediaKind.MEMO, MediaKind.VOICE_QUESTION)
        ceiling = self.max_recording_bytes if is_recording else self.max_video_bytes
        self._receive(
            media,
            ceiling,
            lambda content: self.store.put(media.object_key, content, CONTENT_TYPES[media.kind]),
        )

    def _keep_photo(self, media: Media) -> PhotoFacts:
        """Only what we made of it comes into the store: cameras note where a picture was taken. Raises MediaRejected."""
        key = media.object_key
        if self.store.exists(key):
            with local_file(self.store, key) as photo:
                return photo_facts(photo)
        with workspace() as folder:
            sent, photo = folder / "sent", folder / "photo.jpg"
            self._receive(media, MAX_PHOTO_BYTES, lambda content: write_all(content, sent))
            try:
                facts = write_photo(sent, photo)
            except UnusablePhoto as error:
                raise MediaRejected(error.reason.value) from error
            self.store.put(key, chunks_of(photo), CONTENT_TYPES[media.kind])
            return facts

    def _receive(self, media: Media, ceiling: int, take: Callable[[Iterator[bytes]], object]) -> None:
        """Raises MediaRejected, ContentError, StoreError."""
        try:
            self._download(media, ceiling, take)
        except ContentGone as error:
            raise MediaRejected(GONE) from error
        except ContentTooLarge as error:
            raise MediaRejected("too_large") from error

    def _download(self, media: Media, ceiling: int, take: Callable[[Iterator[bytes]], object]) -> None:
        """Raises ContentError, StoreError. LINE that still prepares a clip has answered."""
        content = self.line.content(media.channel).stream(media.line_message_id or "", ceiling)
        not_ready: ContentNotReady | None = None
        with self.breakers.guard(LINE_CONTENT, ContentUnavailable):
            try:
                take(content)
            except ContentNotReady as answer:
                not_ready = answer
        if not_ready is not None:
            raise not_ready

    def _facts(self, kind: MediaKind, path: Path) -> VideoFacts | AudioFacts:
        """Raises MediaRejected."""
        if kind != MediaKind.VIDEO and path.stat().st_size > self.max_recording_bytes:
            raise MediaRejected("too_large", kind)  # as a file it might have been a video
        try:
            if kind == MediaKind.VIDEO:
                return check_usable(path, max_seconds=self.max_video_seconds)
            return audio_facts(path)
        except UnusableClip as error:
            raise MediaRejected(error.reason.value, kind) from error
        except AudioTooLong as error:
            raise MediaRejected("too_long", kind) from error
        except UnreadableAudio as error:
            raise MediaRejected("unreadable", kind) from error

    def _accept(self, lease: Lease, found: Found) -> None:
        def settle(db: DbSession, media: Media, facts: Facts | None) -> None:
            session = _session_of(facts)
            # A file's kind is settled before it is known where it is kept.
            if media.kind == MediaKind.FILE or not media.is_live:
                finish(db, lease, stored_at=func.now())
                if media.kind == MediaKind.FILE:
                    _accept_file(db, media, session, found)
                return
            _store(db, lease, media, found.facts)
            if self._is_too_much(media, session):
                reject(db, media, session, "too_long")
                return
            with db.no_autoflush:  # what changes in the session goes in one statement at the end
                accept(db, media, session, lambda db, _: self._wake(db, facts))
            _say_more(db, media, session, found)

        self._settle(lease, settle)

    def _is_too_much(self, media: Media, session: CookingSession | None) -> bool:
        """With the clips of the cook that are here already."""
        if session is None or media.kind != MediaKind.VIDEO or len(session.videos) < 2:
            return False
        clips = [VideoFacts.model_validate(clip.facts) for clip in session.videos if clip.is_stored]
        is_long = sum(clip.end_seconds for clip in clips) > MAX_SECONDS_TOGETHER
        return is_long or sum(clip.bytes for clip in clips) > self.max_video_bytes

    def _reject(self, lease: Lease, media: Media, rejection: MediaRejected) -> None:
        def settle(db: DbSession, row: Media, facts: Facts | None) -> None:
            finish(db, lease)
            session = _session_of(facts)
            if row.kind == MediaKind.FILE and rejection.kind is not None:
                session = settle_file(db, row, session, rejection.kind)
            if row.is_live:
                reject(db, row, session, rejection.reason)

        try:
            self._settle(lease, settle)
        except LeaseLost as lost:  # taken back while it was fetched: the learner has been told already
            log.info("lease lost", lease=str(lost))
            self._purge_again(media)

    def _retry_or_give_up(self, lease: Lease, error: Exception) -> None:
        description = f"{type(error).__name__}: {error}"[:2000]
        if is_outage(error):
            longest = longest_pause(error, LONGEST_PAUSE)
            self._wait_out(lease, description, first=self.retry_backoff, longest=longest)
            return
        if is_final(error, lease.attempt, self.max_attempts):
            self._give_up(lease, description)
            return
        pause = self.retry_backoff * 4 ** (lease.attempt - 1)

        def settle(db: DbSession, media: Media, facts: Facts | None) -> None:
            try_again(db, lease, description, pause)
            session = _session_of(facts)
            if lease.attempt == PATIENCE_ATTEMPTS and session is not None and media.kind == MediaKind.VIDEO:
                say_still_working(db, session)
            enqueue(db, Job.FETCH_MEDIA, media.id, delay_seconds=pause.total_seconds())

        self._settle_quietly(lease, settle)

    def _wait_out(
        self,
        lease: Lease,
        description: str,
        *,
        first: timedelta,
        share: float = 0.5,
        longest: timedelta = LONGEST_PAUSE,
    ) -> None:
        def settle(db: DbSession, media: Media, facts: Facts | None) -> None:
            pause = wait_out(db, lease, description, first=first, share=share, longest=longest)
            if pause is None:
                self._park(db, lease, media, facts, description)
                return
            session = _session_of(facts)
            if session is not None and (media is session.video or media.kind == MediaKind.FILE):
                say_waiting_out(db, session, lease.away)
            enqueue(db, Job.FETCH_MEDIA, media.id, delay_seconds=pause.total_seconds())

        self._settle_quietly(lease, settle)

    def _give_up(self, lease: Lease, description: str) -> None:
        self._settle_quietly(lease, lambda db, media, facts: self._park(db, lease, media, facts, description))

    def _park(self, db: DbSession, lease: Lease, media: Media, facts: Facts | None, description: str) -> None:
        """A video that never came fails its session; without a memo the coaching goes on; a question that could not
        be fetched is told to be unheard, a file of which nothing is known is asked for again."""
        log.error("media given up", attempt=lease.attempt)
        one_of_several = facts is not None and media.kind == MediaKind.VIDEO and len(facts.session.videos) > 1
        if media.kind in GIVEN_UP_FOR or one_of_several:
            finish(db, lease)
            reject(db, media, _session_of(facts), GIVEN_UP_FOR.get(media.kind, "not_fetched"))
            return
        park(db, lease, description)
        db.refresh(media)
        if facts is None:
            return
        if media.kind == MediaKind.VIDEO:
            give_up(db, facts.session, FETCH_VIDEO, description)
        else:
            self.scheduler.wake(db, facts)

    def _purge_again(self, media: Media) -> None:
        with self.database.transaction() as db:
            purge_late(db, media, media.object_key)

    def _wake(self, db: DbSession, facts: Facts | None) -> None:
        """At once, where services leave it to a job: the session is locked and read already."""
        if facts is not None:
            self.scheduler.wake(db, facts)

    def _settle_quietly(self, lease: Lease, settle: Settle) -> None:
        try:
            self._settle(lease, settle)
        except LeaseLost as lost:
            log.info("lease lost", lease=str(lost))

    def _settle(self, lease: Lease, settle: Settle) -> None:
        """With the session locked first, as everywhere: two orders of locking would deadlock. A clip may be placed
        in a session between the two looks at it."""
        its_session = select(Media.session_id).where(Media.id == lease.row_id).scalar_subquery()
        while True:
            with self.database.transaction() as db:
                facts = self.scheduler.lock(db, its_session)
                if facts is not None:
                    media = next((each for each in facts.session.media if each.id == lease.row_id), None)
                else:
                    media = _without_session(db, lease)
                if media is not None:
                    settle(db, media, facts)
                    return


def _without_session(db: DbSession, lease: Lease) -> Media | None:
    """Locked; None where it has been placed in a session. Raises LeaseLost."""
    media = db.get(Media, lease.row_id, with_for_update=True)
    if media is None:
        raise LeaseLost(str(lease))
    return media if media.session_id is None else None


def _with_learner_locked(db: DbSession, media_id: int) -> Media | None:
    """Whoever counts the learner's work and takes some more counts all of it, until the transaction ends. Messages and
    media may be stored meanwhile."""
    owned = select(Media).join(User, col(User.id) == col(Media.user_id)).where(Media.id == media_id)
    return db.exec(owned.with_for_update(of=User, key_share=True)).first()


def _session_of(facts: Facts | None) -> CookingSession | None:
    return facts.session if facts is not None else None


def _accept_file(db: DbSession, file: Media, session: CookingSession | None, found: Found) -> None:
    session = settle_file(db, file, session, found.kind)
    if file.is_live:
        file.sqlmodel_update(_as_stored(file, found.facts))
        db.flush()
        accept(db, file, session)
        say_what_it_is(db, file, session)
        _say_more(db, file, session, found)


def _say_more(db: DbSession, media: Media, session: CookingSession | None, found: Found) -> None:
    if session is not None and isinstance(found.facts, AudioFacts) and media.kind == MediaKind.MEMO:
        say_memo_takes_longer(db, session, found.facts.duration_seconds)


def _kind_of_file(path: Path) -> MediaKind:
    """Raises MediaRejected."""
    try:
        return MediaKind.VIDEO if has_pictures(path) else MediaKind.MEMO
    except NotMedia as error:
        raise MediaRejected(error.reason) from error


def _store(db: DbSession, lease: Lease, media: Media, facts: VideoFacts | AudioFacts | PhotoFacts) -> None:
    """In the statement that settles the lease. Raises LeaseLost."""
    stored = _as_stored(media, facts)
    finish(db, lease, stored_at=func.now(), **stored)
    for name, value in stored.items():
        set_committed_value(media, name, value)


def _as_stored(media: Media, facts: VideoFacts | AudioFacts | PhotoFacts) -> dict[str, Any]:
    stored = {"state": MediaState.STORED, "facts": facts.model_dump(mode="json")}
    if isinstance(facts, VideoFacts) and serves_as_view(facts):
        stored["view_key"] = media.object_key
    return stored
