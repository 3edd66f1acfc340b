"""What this door works with, and how a request reaches it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session as DbSession

from line.liff import LiffApps
from line.login import LineLogin
from models.database import Database
from services.uploads import Uploads
from settings import Settings
from storage.links import MediaLinks
from storage.store import ObjectStore


@dataclass(frozen=True)
class Parts:
    """One a process, made by the roof."""

    settings: Settings
    database: Database
    store: ObjectStore
    links: MediaLinks
    login: LineLogin
    apps: LiffApps
    uploads: Uploads

    @property
    def is_secure(self) -> bool:
        """Whether our host is reached by https, as always but on a desk."""
        return self.settings.public_url.startswith("https://")


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]


def open_transaction(parts: PartsOf) -> Iterator[DbSession]:
    with parts.database.transaction() as db:
        yield db


# Of the request's own, committed before its answer is sent: who is told of success can rely on it.
Transaction = Annotated[DbSession, Depends(open_transaction, scope="function")]
