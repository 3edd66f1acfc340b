"""A session's progress as server-sent events (HTML standard, 9.2): what comes next is told as it happens.

An event's id says how much its reader knows, so that one who comes back is told what was missed, and nothing twice.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Self

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlmodel import Session as DbSession

from liff.api.fields import SessionId
from liff.api.session_views import ProgressView
from liff.api.streams import Watcher
from liff.identity import Asking
from liff.parts import Parts, PartsOf, Reading
from models.rules.progress import Progress
from services.sessions import own_session, progress_of

router = APIRouter(prefix="/sessions", tags=["sessions"])

RETRY_MS = 2_000  # until a browser asks again


class Milestone(IntEnum):
    BEGUN = 0
    TEXT_READY = 1
    OVER = 2


class NothingMore(Exception):
    """Not an error: all was told before, and a browser that is answered with 204 asks no more."""


@dataclass(frozen=True)
class Known:
    """What the reader of an event knows: the milestone, and a digest of the rest."""

    milestone: Milestone = Milestone.BEGUN
    digest: str = ""

    @classmethod
    def of(cls, progress: Progress) -> Self:
        milestone = Milestone.TEXT_READY if progress.has_text else Milestone.BEGUN
        state = "|".join((progress.status, *progress.stages.values()))
        digest = hashlib.sha256(state.encode()).hexdigest()[:12]
        return cls(Milestone.OVER if progress.is_over else milestone, digest)

    @classmethod
    def read(cls, event_id: str | None) -> Self:
        """Of one that is not ours nothing is known."""
        milestone, _, digest = (event_id or "").partition("-")
        if milestone not in {str(int(each)) for each in Milestone}:
            return cls()
        return cls(Milestone(int(milestone)), digest)

    @property
    def event_id(self) -> str:
        return f"{int(self.milestone)}-{self.digest}"


def news(known: Known, progress: Progress) -> Iterator[ServerSentEvent]:
    """What is to be told to one who knows so much."""
    now = Known.of(progress)
    if now == known:
        return
    data = ProgressView.of(progress)
    if known.milestone < Milestone.TEXT_READY and progress.has_text:
        text_ready = Known(Milestone.TEXT_READY, "" if progress.is_over else now.digest)
        yield ServerSentEvent(data=data, event="text_ready", id=text_ready.event_id)
    elif not progress.is_over:
        yield ServerSentEvent(data=data, event="progress", id=now.event_id)
    if progress.is_over:
        yield ServerSentEvent(data=data, event=progress.status.value, id=now.event_id)


async def _known(
    session_id: SessionId,
    asker: Asking,
    parts: PartsOf,
    db: Reading,
    last_event_id: Annotated[
        str | None,
        Header(max_length=64, description="The id of the last event that was received", examples=["1-a0"]),
    ] = None,
) -> Known:
    """Of the learner's own session. Raises NoSuchSession, NothingMore."""
    progress = await db.run(_progress, asker.learner_id, session_id, parts)
    known = Known.read(last_event_id)
    if progress.is_over and known == Known.of(progress):
        raise NothingMore
    return known


def _progress(db: DbSession, learner_id: int, session_id: int, parts: Parts) -> Progress:
    session = own_session(db, learner_id, session_id)
    return progress_of(db, [session], parts.streams.told(db))[session_id]


_Known = Annotated[Known, Depends(_known)]


async def _watcher(
    session_id: SessionId, asker: Asking, parts: PartsOf, _known: _Known
) -> AsyncIterator[Watcher]:
    """Until the answer has ended, or its reader has gone. Raises TooManyStreams."""
    with parts.streams.follow(asker, session_id) as watcher:
        yield watcher


_EVENTS = (
    "`progress`, `text_ready`, `completed` and `failed`, each with a ProgressView as its data. The stream ends after the "
    "last two, and after ten minutes; a browser comes back by itself, with `Last-Event-ID`, and is told what it missed."
)


@router.get(
    "/{session_id}/events",
    response_class=EventSourceResponse,
    summary="Follow the coaching of a cook",
    description=_EVENTS,
    responses={204: {"description": "All was told before: nothing more will come"}},
)
async def follow_session(
    known: _Known, watcher: Annotated[Watcher, Depends(_watcher)]
) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(comment="open", retry=RETRY_MS)
    while (progress := await watcher.next()) is not None:
        for event in news(known, progress):
            yield event
        known = Known.of(progress)
        if progress.is_over:
            return


def answer_when_over(app: FastAPI) -> None:
    @app.exception_handler(NothingMore)
    def nothing_more(_request: Request, _told: NothingMore) -> Response:
        return Response(status_code=204)
