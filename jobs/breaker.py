"""A circuit breaker for each service of somebody else: one that is down is found so by a few, not by every try of
everybody.

It opens when several pieces of work in a row have met an outage: one alone may fail of itself. While it is open one
call goes through every so often, by the database's clock; all others are refused at once, and their rows wait as for
any outage. The first answer closes it and wakes what waits. All processes share it, as a row; a service that answers
has none.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf

from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from structlog.contextvars import get_contextvars

from errors import MomentError, is_outage
from jobs.leases import make_due
from logs.logger import get_logger
from models.chat import Message
from models.database import Database
from models.media import Media
from models.outage import ServiceOutage
from models.session import StageRun

log = get_logger(__name__)

CHANGES = Counter("moment_breaker_changes", "Times that a service was found down, or back", ["service", "to"])

FAILURES = 3  # of different work, with no answer in between
FORGET_AFTER = timedelta(minutes=10)  # since the last failure: it says nothing of now
PROBE_AGAIN = timedelta(seconds=15)  # after one that failed
LONGEST_PROBE = timedelta(minutes=3)  # one of which nothing was heard for so long has died
REFUSED_PAUSE = timedelta(minutes=1)  # of work that was refused while a probe found the service back
KNOWN_SECONDS = 5.0  # how long a process relies on what it has read
_WORK = ("session_id", "media_id", "message_id")  # by which of its ids work is told apart

Opened = Mapping[str, bool]  # by service, of those that have failed: whether its breaker is open


class ServiceDown(MomentError):
    """It is known not to answer now; it was not asked."""

    retryable = True
    outage = True
    longest_pause = REFUSED_PAUSE

    def __init__(self, service: str) -> None:
        super().__init__(f"{service} is down")


# Failures of one piece of work count once.
_NOTE_FAILURE = text(
    """
    INSERT INTO service_outage AS known (service, failures, last_work) VALUES (:service, 1, :work)
    ON CONFLICT (service) DO UPDATE
       SET failures = CASE WHEN known.failed_at < now() - :forget_after THEN 1
                           WHEN known.last_work = excluded.last_work THEN known.failures
                           ELSE known.failures + 1 END,
           last_work = excluded.last_work, failed_at = now()
    RETURNING failures, opened_at
    """
)
_OPEN = text(
    """
    UPDATE service_outage
       SET opened_at = coalesce(opened_at, now()), probe_at = now() + :probe_again WHERE service = :service
    """
)
_TAKE_PROBE = text(
    """
    UPDATE service_outage SET probe_at = now() + :longest_probe
     WHERE service = :service AND opened_at IS NOT NULL AND probe_at <= now() RETURNING service
    """
)
_CLOSE = text(
    """
    DELETE FROM service_outage WHERE service = :service
    RETURNING opened_at IS NOT NULL AS was_open, extract(epoch FROM now() - opened_at) AS seconds
    """
)


@dataclass
class Breakers:
    """One a process. Thread-safe: two threads may read the same rows, no more. Without a database it lets all through."""

    database: Database
    known_seconds: float = KNOWN_SECONDS
    _known: Opened = field(default_factory=dict)
    _known_at: float = -inf  # monotonic seconds

    @contextmanager
    def guard(self, service: str, *outages: type[MomentError]) -> Iterator[None]:
        """Around one call of the service, outside any transaction. `outages` are those of its errors that say it is
        down; all that are outages, if none are named. Raises ServiceDown."""
        self._admit(service)
        try:
            yield
        except Exception as error:
            if isinstance(error, outages or Exception) and is_outage(error):
                self._note_failure(service)
            elif isinstance(error, MomentError) and not is_outage(error):
                self._note_answer(service)
            raise
        else:
            self._note_answer(service)

    def _admit(self, service: str) -> None:
        if time.monotonic() - self._known_at > self.known_seconds:
            self._read()
        if self._known.get(service) and not self._take_probe(service):
            raise ServiceDown(service)

    def _read(self) -> None:
        """From one thread to the next the time is set first: one of them reads, the others go on."""
        self._known_at = time.monotonic()
        statement = select(ServiceOutage.service, col(ServiceOutage.opened_at).is_not(None))
        try:
            with self.database.reads() as db:
                self._known = dict(db.exec(statement).all())
        except SQLAlchemyError as error:
            self._known = {}
            log.warning("breakers not read", exc_info=error)

    def _take_probe(self, service: str) -> bool:
        """Whether this call is the one that finds out; also when the breaker has closed meanwhile."""
        with self.database.transaction() as db:
            values = {"service": service, "longest_probe": LONGEST_PROBE}
            if db.execute(_TAKE_PROBE, values).first() is not None:
                return True
            row = db.get(ServiceOutage, service)
            return row is None or row.opened_at is None

    def _note_failure(self, service: str) -> None:
        ids = get_contextvars()
        work = next((f"{name} {ids[name]}" for name in _WORK if name in ids), "")
        try:
            with self.database.transaction() as db:
                values = {"service": service, "work": work, "forget_after": FORGET_AFTER}
                failures, opened_at = db.execute(_NOTE_FAILURE, values).one()
                if failures < FAILURES and opened_at is None:
                    self._known = {**self._known, service: False}
                    return
                db.execute(_OPEN, {"service": service, "probe_again": PROBE_AGAIN})
        except SQLAlchemyError as error:
            log.warning("outage not noted", service=service, exc_info=error)
            return
        self._known = {**self._known, service: True}
        if opened_at is None:
            CHANGES.labels(service, "down").inc()
            log.error("service down", service=service, failures=failures)

    def _note_answer(self, service: str) -> None:
        if service not in self._known:
            return
        try:
            with self.database.transaction() as db:
                row = db.execute(_CLOSE, {"service": service}).first()
                if row is not None and row.was_open:
                    _wake_what_waits(db)
        except SQLAlchemyError as error:
            log.warning("answer not noted", service=service, exc_info=error)
            return
        self._known = {name: is_open for name, is_open in self._known.items() if name != service}
        if row is not None and row.was_open:
            CHANGES.labels(service, "back").inc()
            log.warning("service back", service=service, away_seconds=round(row.seconds))


def _wake_what_waits(db: DbSession) -> None:
    """What waits for another service finds that out at once, and waits on. The reconciler nudges."""
    for table in (StageRun, Media, Message):
        waiting = col(table.away_since).is_not(None), col(table.nudge_at).is_not(None)
        # Waits for no row: one that is locked is being settled.
        rows = select(table.id).where(*waiting).with_for_update(skip_locked=True)
        make_due(db, table, col(table.id).in_(rows))
