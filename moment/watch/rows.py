"""The metrics that rows tell, read when they are asked for, and no more often than the database likes."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from logs.logger import get_logger
from models.database import Database
from moment.watch.durations import Durations
from moment.watch.flags import RecentFlags
from moment.watch.outages import Outages
from moment.watch.owed import OwedWork

log = get_logger(__name__)

KEEP_SECONDS = 5.0  # however many scrape, and however often
STATEMENT_SECONDS = 3


@dataclass
class RowMetrics:
    """A database that is away is told as such; how much was owed is then not known, and not told. Thread-safe."""

    database: Database
    keep_seconds: float = KEEP_SECONDS
    owed: OwedWork = field(default_factory=OwedWork)
    durations: Durations = field(default_factory=Durations)
    outages: Outages = field(default_factory=Outages)
    flags: RecentFlags = field(default_factory=RecentFlags)
    _read_at: float | None = None
    _is_readable: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at >= self.keep_seconds:
                self._is_readable = self._read()
                self._read_at = time.monotonic()
            told = GaugeMetricFamily("moment_rows_readable", "Whether the rows could be read: 1 or 0")
            told.add_metric([], float(self._is_readable))
            parts = (self.owed, self.outages, self.flags) if self._is_readable else ()
            now = [metric for part in parts for metric in part.collect()]
            return [told, *self.durations.collect(), *now]

    def _read(self) -> bool:
        try:
            with self.database.transaction() as db:
                db.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"))
                self.owed.read(db)
                self.durations.read(db)
                self.outages.read(db)
                self.flags.read(db)
        except SQLAlchemyError as error:
            log.warning("rows not read for the metrics", exc_info=error)
            return False
        return True
