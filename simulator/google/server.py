"""The desk's Google on one port, for a process of its own or a thread of a test."""

import socket

import uvicorn

from simulator.google.app import make_google_app
from simulator.google.config import GoogleConfig
from simulator.server import STOP_SECONDS, HangUpProtocol


class GoogleServer(uvicorn.Server):
    """Knows its address before it runs: file URIs and the key file's token endpoint name it."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket, base_url: str) -> None:
        super().__init__(config)
        self._listening = listening
        self.base_url = base_url

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        super().run(sockets or [self._listening])


def make_server(config: GoogleConfig, port: int, host: str = "127.0.0.1") -> GoogleServer:
    """A server ready to `run()`; port 0 takes a free one. The service account's key file is written at once."""
    listening = socket.create_server((host, port))
    base_url = f"http://{host}:{listening.getsockname()[1]}"
    uvicorn_config = uvicorn.Config(
        make_google_app(config, base_url),
        http=HangUpProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return GoogleServer(uvicorn_config, listening, base_url)
