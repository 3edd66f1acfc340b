"""A double in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from simulator.http.server import Server


@contextmanager
def serving(server: Server) -> Iterator[str]:
    """Its address, while a real uvicorn serves it."""
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.base_url
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
