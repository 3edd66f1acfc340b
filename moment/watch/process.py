"""A process that is watched: what it tells of itself while it serves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from prometheus_client import REGISTRY
from prometheus_client.registry import Collector

from logs.logger import get_logger
from moment.resources import Resources
from moment.watch.endpoint import Endpoint
from moment.watch.life import Life
from moment.watch.ports import RECONCILER, WEB, port_of
from moment.watch.pulse import Pulse
from moment.watch.rows import RowMetrics

log = get_logger(__name__)


@contextmanager
def watched_web(resources: Resources) -> Iterator[Endpoint]:
    """Its metrics alone: whether it lives and may be sent traffic, its own port tells (moment/health.py)."""
    with _open(resources, WEB, [REGISTRY], None) as endpoint:
        yield endpoint


@contextmanager
def watched_worker(resources: Resources, queue: str) -> Iterator[Endpoint]:
    """Alive while its consumers look for work."""
    signs = {"consumers": resources.queue.broker.silence}
    with _beating(resources, signs) as life, _open(resources, queue, [REGISTRY], life) as endpoint:
        yield endpoint


@contextmanager
def watched_reconciler(resources: Resources) -> Iterator[Endpoint]:
    """Alive while its passes end in time. It tells what rows tell: it is the one process that need not be many."""
    reconciler = resources.reconciler
    rows = RowMetrics(resources.database)
    rows.collect()  # what finishes from now on is counted
    pause = reconciler.every.total_seconds()
    signs = {"passes": lambda: max(0.0, reconciler.passes.silence() - pause)}
    with (
        _beating(resources, signs) as life,
        _open(resources, RECONCILER, [REGISTRY, rows], life) as endpoint,
    ):
        yield endpoint


@contextmanager
def _beating(resources: Resources, signs: Mapping[str, Callable[[], float]]) -> Iterator[Life]:
    with Pulse(resources.database, resources.queue) as pulse:
        yield Life({**signs, "database": pulse.database.silence, "broker": pulse.broker.silence})


@contextmanager
def _open(
    resources: Resources, place: str, sources: Sequence[Collector], life: Life | None
) -> Iterator[Endpoint]:
    settings = resources.settings
    with Endpoint(settings.watch_host, port_of(settings, place), sources, life) as endpoint:
        log.info("process started", place=place, watch=endpoint.url)
        yield endpoint
