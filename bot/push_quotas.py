"""Asks LINE once an hour how many pushes each account has left this month, for the console and the metrics."""

import threading
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Gauge
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from line.accounts import LineAccounts
from line.client import LineError, Quota
from logs.logger import get_logger
from models.database import Database
from models.quota import PushQuota

log = get_logger(__name__)

USED = Gauge("moment_line_pushes_used", "Pushes of this month, as LINE counts them", ["channel"])
MOST = Gauge("moment_line_pushes_most", "As many pushes LINE allows in this month", ["channel"])

EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=5)  # after a look in which LINE or the database did not answer


@dataclass(frozen=True)
class PushQuotas:
    """Several processes may look; the last one's stays."""

    database: Database
    line: LineAccounts

    def run(self, stop: threading.Event) -> None:
        """At once, and every hour until `stop` is set."""
        while not stop.is_set():
            pause = EVERY if self.look() else AGAIN
            stop.wait(pause.total_seconds())

    def look(self) -> bool:
        """Whether all are known now."""
        known = [self._look_at(channel) for channel in self.line.names]
        return all(known)

    def _look_at(self, channel: str) -> bool:
        """What is not known now is not told: the row grows old."""
        try:
            quota = self.line.client(channel).quota()
            self._note(channel, quota)
        except (LineError, SQLAlchemyError) as error:
            log.warning("quota not known", channel=channel, error=type(error).__name__)
            _set(USED, channel, None)
            _set(MOST, channel, None)
            return False
        _set(USED, channel, quota.used)
        _set(MOST, channel, quota.most)
        return True

    def _note(self, channel: str, quota: Quota) -> None:
        known = {"most": quota.most, "used": quota.used, "looked_at": func.now()}
        noting = insert(PushQuota).values(channel=channel, **known)
        with self.database.transaction() as db:
            db.execute(noting.on_conflict_do_update(index_elements=["channel"], set_=known))


def _set(gauge: Gauge, channel: str, count: int | None) -> None:
    if count is None:
        gauge.remove(channel)
    else:
        gauge.labels(channel).set(count)
