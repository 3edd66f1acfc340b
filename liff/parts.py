"""What this door works with, and how a request reaches it."""

from asyncio import Semaphore
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from sqlmodel import Session as DbSession

from line.friend import FriendLink
from line.liff import LiffApps
from line.login import LineLogin
from models.database import Database
from models.reads import Reads, ReadSession
from services.plan.checkout import PlanPages
from services.plan.shop import PlanShop
from services.uploads import Uploads
from settings import Settings
from storage.links import MediaLinks
from storage.store import ObjectStore
from web.transactions import transaction

if TYPE_CHECKING:
    from liff.api.streams import Streams
    from liff.limits import RateLimits


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
    friend_link: FriendLink
    plan: PlanPages
    shop: PlanShop
    limits: "RateLimits"
    streams: "Streams"
    reads: Reads
    turns: Semaphore  # of the database's connections that this door may use at once

    @property
    def is_secure(self) -> bool:
        """Whether our host is reached by https, as always but on a desk."""
        return self.settings.public_url.startswith("https://")


async def parts_of(request: Request) -> Parts:
    """Without a thread of its own, which would cost more than it does."""
    return parts_behind(request)


def parts_behind(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(parts_of)]


def reads(request: Request) -> bool:
    return request.method in ("GET", "HEAD")


async def open_reading(request: Request) -> AsyncIterator[ReadSession]:
    """Takes no thread: what is run in it (`run`) waits for the database on the event loop."""
    async with parts_behind(request).reads.sessions() as db:
        yield db


# For what only reads.
Reading = Annotated[ReadSession, Depends(open_reading, scope="function")]


async def open_transaction(parts: PartsOf) -> AsyncIterator[DbSession]:
    async with transaction(parts.database, parts.turns) as db:
        yield db


# Of the request's own, committed before its answer is sent: who is told of success can rely on it.
Transaction = Annotated[DbSession, Depends(open_transaction, scope="function")]
