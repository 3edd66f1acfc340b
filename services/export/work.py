"""Making the file that a learner gets, and purging it again. Each step may be made again, wherever its process dies: the
row comes before the object, and knows its key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Session as DbSession
from sqlmodel import col
from structlog.contextvars import bound_contextvars

from errors import is_outage
from jobs.leases import Lease, LeaseLost, Leases, try_again, wait_out
from jobs.queue import LONGEST_JOB
from knowledge_base import export_talk
from logs.logger import get_logger
from models.base import database_now
from models.database import Database
from models.export import Export
from services.export.content import Content, StoredFile, read_content
from services.export.wish import LIFE, origin_of, tell
from services.outbox import queue_notice
from storage.links import MediaLinks
from storage.store import ObjectMissing, ObjectStore
from storage.zip_stream import ZipPart, zip_stream

log = get_logger(__name__)

MOST_BYTES = 1024**3  # of films in one file: what a phone can still open; the others get links of their own
FIRST_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True)
class Sorted:
    """What goes into the file, and what is too large for it."""

    inside: Sequence[StoredFile]
    outside: Sequence[StoredFile]


@dataclass(frozen=True)
class Exports:
    database: Database
    leases: Leases
    store: ObjectStore
    links: MediaLinks
    max_attempts: int

    def work(self, export_id: int) -> None:
        """Whatever the row owes: the file to be made, or to be purged."""
        with self.database.transaction() as db:
            lease = self.leases.claim(db, Export, export_id)
            export = db.get(Export, export_id, populate_existing=True)
        if lease is None or export is None:
            return
        with bound_contextvars(export_id=export_id):
            try:
                with self.leases.hold(lease):
                    if export.over_at is None and export.ready_at is None:
                        self._make(lease, export)
                    else:
                        self._purge(lease, export)
            except LeaseLost as lost:
                log.info("lease lost", lease=str(lost))

    def _make(self, lease: Lease, export: Export) -> None:
        if lease.is_spent(self.max_attempts):
            self._give_up(lease)
            return
        try:
            with self.database.transaction() as db:
                content, now = read_content(db, export.user_id), database_now(db)
            size = self._put(export, content, now)
            self._tell(lease, now)
        except LeaseLost:  # something was taken back meanwhile, or its learner left
            self.store.delete(export.object_key)
            raise
        except Exception as error:  # noqa: BLE001 - the border of the export: kept on its row and tried again
            self._note_failure(lease, error)
        else:
            log.info("export ready", files=len(content.files), bytes=size)

    def _put(self, export: Export, content: Content, now: datetime) -> int:
        films = self._sort(content.files)
        parts = self._parts(content, films, now)
        return self.store.put(export.object_key, zip_stream(parts, now), "application/zip")

    def _sort(self, files: Sequence[StoredFile]) -> Sorted:
        """One that is no longer there was taken back or has expired since its row was read."""
        inside, outside, total = [], [], 0
        for file in files:
            try:
                size = self.store.describe(file.key).bytes
            except ObjectMissing:
                continue
            if total + size <= MOST_BYTES:
                inside.append(file)
                total += size
            else:
                outside.append(file)
        return Sorted(inside, outside)

    def _parts(self, content: Content, films: Sorted, now: datetime) -> Iterator[ZipPart]:
        expires_at = now + LIFE
        yield _document("README.txt", export_talk.readme(now, expires_at))
        for document in content.documents:
            yield _document(document.name, document.text)
        if films.outside:
            links = [f"{file.name}\n{self.links.link(file.key, expires_at)}" for file in films.outside]
            yield _document("links.txt", "\n\n".join([export_talk.LINKS_LEAD, *links]) + "\n")
        for file in films.inside:
            try:
                chunks: Iterable[bytes] = self.store.read(file.key)
            except ObjectMissing:
                continue
            yield ZipPart(file.name, chunks, is_packed=True)

    def _tell(self, lease: Lease, now: datetime) -> None:
        """From now on the row owes the purge. Raises LeaseLost."""
        with self.database.transaction() as db:
            ready = {"attempts": 0, "ready_at": func.now(), "expires_at": now + LIFE}
            asked = _as_it_is(db, lease)
            origin = origin_of(asked)
            try_again(db, lease, "", LIFE, **ready, reply_token=None, reply_until=None)
            if asked.is_wished:
                tell(db, asked, origin)

    def _purge(self, lease: Lease, export: Export) -> None:
        """Twice where it was ended while somebody may have been at it, who puts it once more before they see that."""
        try:
            self.store.delete(export.object_key)
        except Exception as error:  # noqa: BLE001 - as above
            self._note_failure(lease, error)
            return
        with self.database.transaction() as db:
            over_at = export.over_at or database_now(db)
            until = over_at + LONGEST_JOB if export.ready_at is None else over_at
            if database_now(db) < until:
                try_again(db, lease, "", LONGEST_JOB, attempts=0)
                return
            db.execute(
                delete(Export).where(col(Export.id) == lease.row_id, col(Export.lease_token) == lease.token)
            )
        log.info("export purged")

    def _give_up(self, lease: Lease) -> None:
        log.error("export given up", attempt=lease.attempt)
        with self.database.transaction() as db:
            asked = _as_it_is(db, lease)
            try_again(db, lease, "given up", timedelta(), attempts=0, over_at=func.now())
            if asked.is_wished:
                queue_notice(db, asked.user_id, "export_failed")

    def _note_failure(self, lease: Lease, error: Exception) -> None:
        name = type(error).__name__
        with self.database.transaction() as db:
            if is_outage(error):
                log.warning("export waits", error=name)
                if wait_out(db, lease, name, first=FIRST_PAUSE) is not None:
                    return
            else:
                log.error("export failed", error=name, exc_info=error)
            try_again(db, lease, name, FIRST_PAUSE * 4 ** min(lease.attempt, 4))


def _as_it_is(db: DbSession, lease: Lease) -> Export:
    """By now its learner may wish for it too. Raises LeaseLost."""
    export = db.get(Export, lease.row_id, with_for_update=True)
    if export is None:
        raise LeaseLost(str(lease))
    return export


def _document(name: str, text: str) -> ZipPart:
    return ZipPart(name, [text.encode()])
