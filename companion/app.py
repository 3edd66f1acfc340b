"""The WebSocket of a call: /ws/companion/{session_id}, where 0 is a cook of whatever they like.

Who calls is known by the cookie of our pages; a call that another site's page begins is refused by its origin, for browsers
send cookies along with those, too (RFC 6455, 10.2).
"""

from asyncio import Lock
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from companion.parts import Parts

if TYPE_CHECKING:
    from companion.calls import Calls


@dataclass
class Door:
    """What a call needs is loaded with the first one: most web processes never have any."""

    parts: Parts
    _calls: "Calls | None" = None
    _turn: Lock = field(default_factory=Lock)

    async def answer(self, socket: WebSocket) -> None:
        if socket.headers.get("origin") != self.parts.settings.public_url:
            await socket.close()  # before it was accepted: 403
            return
        async with self._turn:
            if self._calls is None:
                self._calls = await run_in_threadpool(_load, self.parts)
        await self._calls.answer(socket)


def _load(parts: Parts) -> "Calls":
    from companion.calls import Calls

    return Calls(parts, parts.live())


def companion_routes(parts: Parts) -> list[BaseRoute]:
    return [WebSocketRoute("/ws/companion/{session_id:int}", Door(parts).answer)]
