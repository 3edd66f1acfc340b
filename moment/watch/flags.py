"""What learners have written or called lately that a person should see, at whichever door."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.intents.kinds import FOR_COACHES
from models.flag import CoachFlag

LATELY = timedelta(hours=1)
MOST = 1_000  # of the newest, found by their ids: the table grows for ever


@dataclass
class RecentFlags:
    """As at the last reading."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def read(self, db: DbSession) -> None:
        newest = select(CoachFlag.kind, CoachFlag.created_at).order_by(col(CoachFlag.id).desc()).limit(MOST)
        flags = newest.subquery()
        lately = select(flags.c.kind).where(flags.c.created_at > func.now() - LATELY)
        self.counts = Counter(db.execute(lately).scalars())

    def collect(self) -> Iterable[Metric]:
        told = GaugeMetricFamily(
            "moment_recent_flags", "Flags of the last hour, for a person to see", labels=["kind"]
        )
        for intent in FOR_COACHES:
            told.add_metric([intent.value], float(self.counts.get(intent.value, 0)))
        return [told]
