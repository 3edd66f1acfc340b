"""The desk's Google on one port."""

from functools import partial

from simulator.google.app import make_google_app
from simulator.google.config import GoogleConfig
from simulator.http.server import Server


def make_server(config: GoogleConfig, port: int, host: str = "127.0.0.1") -> Server:
    """A server ready to `run()`; port 0 takes a free one. The service account's key file is written at once."""
    return Server(partial(make_google_app, config), port, host)
