"""How much work is owed and how long it has been due, as metrics."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.metrics_core import Metric
from sqlalchemy import union_all
from sqlmodel import Session as DbSession

from services.owed_work import KINDS, due_rows, parked_rows


@dataclass
class OwedWork:
    """The gauges, each as at the last reading."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    due: Gauge = field(init=False)
    age: Gauge = field(init=False)
    parked: Gauge = field(init=False)

    def __post_init__(self) -> None:
        kind, registry = ["kind"], self.registry
        self.due = Gauge("moment_owed_rows", "Rows whose work is due now", kind, registry=registry)
        self.age = Gauge(
            "moment_owed_age_seconds", "How long the oldest of them has been due", kind, registry=registry
        )
        self.parked = Gauge(
            "moment_parked_rows", "Rows that were given up and wait for an operator", kind, registry=registry
        )

    def read(self, db: DbSession) -> None:
        for kind, count, age in db.execute(union_all(*map(due_rows, KINDS))):
            self.due.labels(kind).set(count)
            self.age.labels(kind).set(max(float(age or 0), 0.0))
        parking = [kind for kind in KINDS if kind.parks]
        for kind, count in db.execute(union_all(*map(parked_rows, parking))):
            self.parked.labels(kind).set(count)

    def collect(self) -> Iterable[Metric]:
        return self.registry.collect()
