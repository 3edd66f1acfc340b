"""LINE on one port: the platform's API, the desk and the chat page."""

from simulator.http.server import Server
from simulator.line.app import make_line_app
from simulator.line.config import LineConfig
from simulator.line.state import Platform


def make_server(config: LineConfig, port: int, host: str = "127.0.0.1") -> Server:
    """A server ready to `run()`; port 0 takes a free one."""
    platform = Platform(config)
    # Chat pages keep streams of a learner's changes open.
    return Server(lambda _address: make_line_app(platform), port, host, end_streams=platform.changes.close)
