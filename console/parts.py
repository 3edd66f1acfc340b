"""What this door works with, and how a request reaches it."""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session as DbSession

from console.live import Board
from line.web_login import WebLogin
from models.database import Database
from models.reads import Reads, ReadSession
from services.coach_messages import MakeAttachment
from services.review import CheckWords
from settings import Settings
from storage.links import MediaLinks
from storage.store import ObjectStore
from web.transactions import transaction


@dataclass(frozen=True)
class Parts:
    """One a process, made by the roof."""

    settings: Settings
    database: Database
    store: ObjectStore
    links: MediaLinks
    login: WebLogin | None  # None: the settings name no channel of LINE Login's
    reads: Reads
    turns: Semaphore  # of the database's connections that the pages may use at once
    board: Board
    check_words: CheckWords  # of what a coach writes into a coaching text
    make_attachment: MakeAttachment

    @property
    def is_secure(self) -> bool:
        """Whether our host is reached by https, as always but on a desk."""
        return self.settings.public_url.startswith("https://")


def parts_behind(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


async def parts_of(request: Request) -> Parts:
    """Without a thread of its own, which would cost more than it does."""
    return parts_behind(request)


PartsOf = Annotated[Parts, Depends(parts_of)]


async def open_reading(parts: PartsOf) -> AsyncIterator[ReadSession]:
    """Takes no thread: what is run in it (`run`) waits for the database on the event loop."""
    async with parts.reads.sessions() as db:
        yield db


# For what only reads.
Reading = Annotated[ReadSession, Depends(open_reading, scope="function")]


async def open_transaction(parts: PartsOf) -> AsyncIterator[DbSession]:
    async with transaction(parts.database, parts.turns) as db:
        yield db


# Of the request's own, committed before its answer is sent: who is told of success can rely on it.
Transaction = Annotated[DbSession, Depends(open_transaction, scope="function")]
