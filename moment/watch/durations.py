"""How long stages took and learners waited: each row counted once, when it is first seen to be finished.

The counts begin with the process, as a counter's do; the rows keep all that was before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.metrics_core import Metric
from sqlalchemy import Row, text
from sqlmodel import Session as DbSession

from models.base import database_now
from models.session import StageName

# A row's time is that of its transaction's start: it may be seen this much later. (Twice what one may wait for a
# lock and its statement; see models/database.py.)
OVERLAP = timedelta(seconds=80)

STAGE_BUCKETS = (0.1, 0.3, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600)
WAIT_BUCKETS = (5, 10, 20, 40, 60, 90, 120, 180, 240, 300, 420, 600, 1200, 3600)

STAGES = [stage.value for stage in StageName]

# Each stage is named, for the index begins with it.
FINISHED_STAGES = text(
    """
    SELECT id, extract(epoch FROM finished_at - started_at) AS seconds,
           stage AS part, coalesce(usage ->> 'provider', '') AS provider
      FROM stage_run WHERE stage = ANY(:stages) AND finished_at > :since
    """
)
# The condition of the index ix_message_coached, word for word.
DELIVERED_COACHING = text(
    """
    SELECT id, extract(epoch FROM delivered_at - (SELECT min(received_at) FROM media
                                                   WHERE session_id = message.session_id AND kind = 'video')) AS seconds,
           CASE kind WHEN 'coaching_ready' THEN 'text' ELSE 'video' END AS part
      FROM message
     WHERE kind IN ('coaching_ready', 'coaching_video') AND delivered_at IS NOT NULL AND delivered_at > :since
    """
)


@dataclass
class _Seen:
    """Which rows of the overlap are counted already."""

    ids: Collection[int] = frozenset()

    def new(self, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
        new = [row for row in rows if row.id not in self.ids and row.seconds is not None]
        self.ids = frozenset(row.id for row in rows)
        return new


@dataclass
class Durations:
    """The histograms. One thread at a time."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    stages: Histogram = field(init=False)
    coaching: Histogram = field(init=False)
    _start: datetime | None = None  # of the counting
    _read_at: datetime | None = None
    _stages_seen: _Seen = field(default_factory=_Seen)
    _coaching_seen: _Seen = field(default_factory=_Seen)

    def __post_init__(self) -> None:
        self.stages = Histogram(
            "moment_stage_seconds",
            "From the start of a stage's last attempt to its end",
            ["stage", "provider"],
            registry=self.registry,
            buckets=STAGE_BUCKETS,
        )
        self.coaching = Histogram(
            "moment_coaching_seconds",
            "From a learner's video to the coaching text or video in the chat",
            ["part"],
            registry=self.registry,
            buckets=WAIT_BUCKETS,
        )

    def read(self, db: DbSession) -> None:
        """Counts what has finished since the last reading; the first only notes when the counting begins."""
        now = database_now(db)
        self._start = self._start or now
        since = max(self._start, (self._read_at or now) - OVERLAP)
        stages = db.execute(FINISHED_STAGES, {"since": since, "stages": STAGES}).all()
        coaching = db.execute(DELIVERED_COACHING, {"since": since}).all()
        self._read_at = now
        for run in self._stages_seen.new(stages):
            self.stages.labels(run.part, run.provider).observe(float(run.seconds))
        for message in self._coaching_seen.new(coaching):
            self.coaching.labels(message.part).observe(float(message.seconds))

    def collect(self) -> Iterable[Metric]:
        return self.registry.collect()
