"""The calls of this process: what each begins with, and what is left of it."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket

from companion.call import Call
from companion.link import PageLink, PageLost
from companion.memory import Memory
from companion.parts import Parts
from companion.plan import CallPlan
from companion.planning import plan_call
from companion.ports import Live
from companion.record_keeper import NotNoted, RecordKeeper
from companion.wire import End
from errors import MomentError
from knowledge_base import companion_talk
from knowledge_base.intents.cries import Cry
from knowledge_base.intents.kinds import Intent
from knowledge_base.phrasebook import phrase
from liff.identity import COOKIE
from logs.logger import get_logger
from services.companion import CallOver, Cook, allowance, begin_call, come_back, cook_for_call
from services.flags import flag_for_coaches
from services.privacy import LearnerLeaving
from services.sign_in import NotSignedIn, learner_signed_in

log = get_logger(__name__)

MOST_CALLS = 40  # of one process
SIGN_IN = 4401  # the close code by which a page knows it


@dataclass(frozen=True)
class Opening:
    """What the rows tell before a call begins or goes on."""

    call_id: int
    visit: int
    key: UUID
    user_id: int
    session_id: int | None
    plan: CallPlan
    handle: str
    moments_said: int
    seconds_left: int


@dataclass
class Calls:
    """Those of this process."""

    parts: Parts
    live: Live
    _sockets: set[WebSocket] = field(default_factory=set)
    _by_learner: dict[int, Call] = field(default_factory=dict)

    async def answer(self, socket: WebSocket) -> None:
        await socket.accept()
        if len(self._sockets) >= MOST_CALLS:
            await self._refuse(socket, companion_talk.BUSY)
            return
        self._sockets.add(socket)
        try:
            await self._answer(socket)
        finally:
            self._sockets.discard(socket)

    async def _answer(self, socket: WebSocket) -> None:
        try:
            opening = await run_in_threadpool(self._open, socket)
        except NotSignedIn:
            await socket.close(SIGN_IN)
            return
        except MomentError as error:
            await self._refuse(socket, phrase(error.words_key, **error.facts))
            return
        await self._run(socket, opening)

    async def _refuse(self, socket: WebSocket, text: str) -> None:
        page = PageLink(socket)
        with suppress(PageLost):  # who is gone needs no words
            await page.tell(End(text=text))
        await page.close()

    async def _run(self, socket: WebSocket, opening: Opening) -> None:
        page = PageLink(socket)
        memory = Memory(opening.plan, opening.handle or None, opening.moments_said)
        keeper = RecordKeeper(
            self.parts.database, opening.call_id, opening.visit, self.parts.caps, time.monotonic
        )
        call = Call(
            page,
            self.live,
            memory,
            keeper,
            opening.key,
            opening.seconds_left,
            partial(self._flag, opening),
            time.monotonic,
        )
        log.info("call", call_id=opening.call_id, session_id=opening.session_id, goes_on=bool(opening.handle))
        if before := self._by_learner.get(opening.user_id):
            before.replace()
        self._by_learner[opening.user_id] = call
        try:
            is_over = await call.run()
            if is_over:
                await keeper.end(memory)
            else:
                with suppress(
                    CallOver, LearnerLeaving, NotNoted
                ):  # ended from another page, or found lost later
                    await keeper.beat(memory)
        finally:
            if self._by_learner[opening.user_id] is call:
                del self._by_learner[opening.user_id]
            await page.close()

    def _open(self, socket: WebSocket) -> Opening:
        """Raises NotSignedIn, NoMinutesLeft, CallOver."""
        with self.parts.database.transaction() as db:
            user = learner_signed_in(db, socket.cookies.get(COOKIE) or "")
            session_id, key = socket.path_params["session_id"], socket.query_params.get("call")
            if key:
                call = come_back(db, user, _uuid(key))
                session_id = call.session_id or 0
            cook = cook_for_call(db, user, session_id) if session_id else None
            if not key:
                about = Cook(cook.id, cook.dish_id, cook.session_number) if cook is not None else None
                call = begin_call(db, user, about, self.parts.caps)
            return Opening(
                call_id=call.id,
                visit=call.visit,
                key=call.key,
                user_id=user.id,
                session_id=call.session_id,
                plan=plan_call(db, user, cook),
                handle=call.handle,
                moments_said=call.moments_said,
                seconds_left=allowance(db, user, self.parts.caps, call).seconds_left,
            )

    async def _flag(self, opening: Opening, cry: Cry) -> None:
        """A person should see that it happened; smoke happens to everybody."""
        if cry is Cry.SMOKE:
            return
        try:
            await run_in_threadpool(self._write_flag, opening, Intent(cry.value))
        except SQLAlchemyError as error:  # now of all times nobody is cut off for that
            log.error("a cry was not flagged", kind=cry.value, error=type(error).__name__)

    def _write_flag(self, opening: Opening, intent: Intent) -> None:
        with self.parts.database.transaction() as db:
            flag_for_coaches(db, opening.user_id, intent, message_id=None, session_id=opening.session_id)


def _uuid(text: str) -> UUID:
    """Raises CallOver."""
    try:
        return UUID(text)
    except ValueError as error:
        raise CallOver("no key of a call") from error
