"""uvicorn, taught to hang up on demand and to stop at once although streams are open."""

import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.http.wire import HANG_UP

STOP_SECONDS = 2


class HangUpProtocol(HttpToolsProtocol):
    """Offers the application a way to close its connection: ASGI itself has none."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        hang_up: Callable[[], None] = self.transport.close
        scope["extensions"] = {HANG_UP: hang_up}


class Server(uvicorn.Server):
    """A double on one port, for a process of its own or a thread of a test. Port 0 takes a free one.

    It listens before it runs, as a double may have to write down its own address.
    """

    def __init__(
        self,
        make_app: Callable[[str], ASGIApp],
        port: int,
        host: str,
        end_streams: Callable[[], None] = lambda: None,
    ) -> None:
        """`make_app` is told the address; `end_streams` ends what would otherwise keep connections open."""
        self._socket = socket.create_server((host, port))
        self._end_streams = end_streams
        self.base_url = f"http://{host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            make_app(self.base_url),
            http=HangUpProtocol,
            ws="none",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        super().__init__(config)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """On these sockets instead, if there are any."""
        await super().serve(sockets or [self._socket])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._end_streams()
        await super().shutdown(sockets)
        self._socket.close()
