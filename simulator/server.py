"""uvicorn, taught to hang up on demand and to stop at once although pages keep event streams open."""

import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.app import create_app
from simulator.border import HANG_UP
from simulator.config import SimulatorConfig
from simulator.state import Platform

STOP_SECONDS = 2


class HangUpProtocol(HttpToolsProtocol):
    """Offers the application a way to close its connection: ASGI itself has none."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        hang_up: Callable[[], None] = self.transport.close
        scope["extensions"] = {HANG_UP: hang_up}


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, platform: Platform) -> None:
        super().__init__(config)
        self._platform = platform

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._platform.changes.close()
        await super().shutdown(sockets)


def make_server(config: SimulatorConfig, port: int, host: str = "127.0.0.1") -> Server:
    """A server ready to `run()`, or to be served in a thread. Both faces of the simulator are on this one port."""
    platform = Platform(config)
    uvicorn_config = uvicorn.Config(
        create_app(platform),
        host=host,
        port=port,
        http=HangUpProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return Server(uvicorn_config, platform)
