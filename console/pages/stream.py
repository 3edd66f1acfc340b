"""Server-sent events of what changes in the threads that a coach may see (HTML standard, 9.2)."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from console.identity import SignedInCoach
from console.live import Listener
from console.parts import PartsOf
from models.user import User
from services.coach_sign_in import CoachNotSignedIn, as_they_are_now
from services.coaches import Asker, sees

router = APIRouter()

RETRY_MS = 1_000  # until a browser asks again
LOOK_SECONDS = 30.0  # in which who is signed out is noticed though nothing changes


async def _listener(
    parts: PartsOf,
    of: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    last_event_id: Annotated[str, Header(max_length=40)] = "",
) -> AsyncIterator[Listener]:
    """Until the answer has ended, or its reader has gone."""
    with parts.board.listening(of, last_event_id) as listener:
        yield listener


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    asker: SignedInCoach, parts: PartsOf, listener: Annotated[Listener, Depends(_listener)]
) -> AsyncIterator[ServerSentEvent]:
    """`threads`: the ids of learners whose thread has changed, or only `of` one; `resync`: anything may have, as between a
    page and its stream; `looks`: as `threads`, of other coaches who have come to that one, begun to write, or stopped. A
    browser that lost its connection says where it was. Ends when the coach is signed out."""
    board, spread = parts.board, 0.0
    yield ServerSentEvent(comment="open", retry=RETRY_MS)
    while not listener.is_over:
        news = await listener.next(LOOK_SECONDS, spread)
        place = board.place
        spread = board.spread if listener.of is None else 0.0
        try:
            async with parts.reads.sessions() as db:
                seen = set(await db.run(_seen, asker, news.user_ids | news.looked_at))
        except CoachNotSignedIn:
            return
        if news.is_all:
            yield ServerSentEvent(raw_data="", event="resync", id=place)
        elif changed := sorted(seen & news.user_ids):
            yield ServerSentEvent(data=changed, event="threads", id=place)
        if looked_at := sorted(seen & news.looked_at):
            yield ServerSentEvent(data=looked_at, event="looks")


def _seen(db: DbSession, asker: Asker, user_ids: Iterable[int]) -> list[int]:
    """With the rights that the coach has by now. Raises CoachNotSignedIn."""
    asker = as_they_are_now(db, asker)
    if not asker.is_limited:
        return sorted(user_ids)
    return sorted(db.exec(select(User.id).where(col(User.id).in_(user_ids), sees(asker))))
