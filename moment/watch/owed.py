"""How much work is owed and how long it has been due: read from the rows that owe it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.metrics_core import Metric
from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.chat import Message, Sender
from models.deletion import Deletion
from models.export import Export
from models.inbox import InboxSubject
from models.media import Media
from models.menu import MenuLink
from models.session import CookingSession, StageRun
from models.upload import Upload


@dataclass(frozen=True)
class Kind:
    """Rows that owe one kind of work. `due` is from when it may be taken."""

    name: str
    table: Any
    due: Any
    which: tuple[ColumnElement[bool], ...] = ()
    parks: bool = True


def _leased(name: str, table: Any, *which: ColumnElement[bool]) -> Kind:
    return Kind(name, table, col(table.due_at), which)


KINDS: Sequence[Kind] = (
    _leased("inbox_subject", InboxSubject),
    _leased("message", Message, col(Message.sender) != Sender.USER),
    _leased("question", Message, col(Message.sender) == Sender.USER),
    _leased("media", Media),
    _leased("upload", Upload),
    _leased("deletion", Deletion),
    _leased("menu_link", MenuLink),
    _leased("export", Export),
    _leased("stage", StageRun),
    Kind("session", CookingSession, col(CookingSession.nudge_at), parks=False),
)


def due_rows(kind: Kind) -> Select[str, int, int]:
    """Through the index of rows that owe work, whatever there is of settled ones."""
    age = func.extract("epoch", func.now() - func.min(kind.due))
    is_due = (col(kind.table.nudge_at).is_not(None), kind.due <= func.now())
    return select(literal(kind.name).label("kind"), func.count(), age).where(*is_due, *kind.which)


def parked_rows(kind: Kind) -> Select[str, int]:
    is_parked = col(kind.table.parked_at).is_not(None)
    return select(literal(kind.name).label("kind"), func.count(kind.table.id)).where(is_parked, *kind.which)


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
