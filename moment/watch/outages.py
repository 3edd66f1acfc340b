"""Which services of others are known to be down."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.outage import ServiceOutage


@dataclass
class Outages:
    """As at the last reading."""

    services: list[str] = field(default_factory=list)

    def read(self, db: DbSession) -> None:
        is_open = col(ServiceOutage.opened_at).is_not(None)
        self.services = list(db.exec(select(ServiceOutage.service).where(is_open)))

    def collect(self) -> Iterable[Metric]:
        down = GaugeMetricFamily(
            "moment_service_down", "Services whose breaker is open: 1", labels=["service"]
        )
        for service in self.services:
            down.add_metric([service], 1.0)
        return [down]
