"""How much work is owed, how long it has been due, and what was given up: read from the rows that owe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlmodel import col

from models.chat import Message, Sender
from models.deletion import Deletion
from models.demonstration import Demonstration
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
    _leased("demonstration", Demonstration),
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
