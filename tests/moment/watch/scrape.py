"""What a scrape of a process's metrics holds."""

from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from moment.watch.endpoint import Endpoint


@dataclass(frozen=True)
class Scrape:
    families: tuple[Metric, ...]

    @property
    def names(self) -> set[str]:
        """As a query names them: a counter with its `_total`."""
        return {
            f"{family.name}_total" if family.type == "counter" else family.name for family in self.families
        }

    @property
    def ours(self) -> set[str]:
        return {name for name in self.names if name.startswith("moment_")}

    def value(self, name: str, **labels: str) -> float:
        """Of the one sample of this name that has these labels; 0 when there is none."""
        values = [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert len(values) <= 1, values
        return values[0] if values else 0.0


def read(text: str) -> Scrape:
    families: Iterable[Metric] = text_string_to_metric_families(text)
    return Scrape(tuple(families))


def scrape(source: Collector) -> Scrape:
    return read(generate_latest(source).decode())


def scrape_endpoint(endpoint: Endpoint) -> Scrape:
    answer = httpx.get(f"{endpoint.url}/metrics", trust_env=False)
    assert answer.status_code == 200
    return read(answer.text)
