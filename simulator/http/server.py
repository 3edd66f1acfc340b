"""uvicorn, taught to break connections on demand, to close its port, and to stop at once although streams are open."""

import asyncio
import socket
import struct
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.http.connection import CONNECTION, Connection

STOP_SECONDS = 2
_NO_LINGER = struct.pack("ii", 1, 0)  # closing then sends RST


class BreakableProtocol(HttpToolsProtocol):
    """Offers the application its connection."""

    def __init__(self, *arguments: Any, close_port: Callable[[float], None], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._connection = Connection(self._close, self._reset, close_port)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {CONNECTION: self._connection}

    def _close(self) -> None:
        self.transport.close()

    def _reset(self) -> None:
        wire = self.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()


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
        self._address = self._socket.getsockname()
        self._end_streams = end_streams
        self._reopening: asyncio.Task[None] | None = None
        self.base_url = f"http://{host}:{self._address[1]}"
        protocol = partial(BreakableProtocol, close_port=self.close_port)
        config = uvicorn.Config(
            make_app(self.base_url),
            http=cast("type[asyncio.Protocol]", protocol),
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
        if self._reopening is not None:
            self._reopening.cancel()
        self._end_streams()
        await super().shutdown(sockets)
        self._socket.close()

    def close_port(self, seconds: float) -> None:
        """New connections are refused for so long, and idle ones end. Call from the event loop."""
        for server in self.servers:
            server.close()
        self._socket.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self._reopening is not None:
            self._reopening.cancel()
        self._reopening = asyncio.get_running_loop().create_task(self._reopen(seconds))

    async def _reopen(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._socket = socket.create_server(self._address)
        self.servers = [await asyncio.get_running_loop().create_server(self._protocol, sock=self._socket)]

    def _protocol(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
