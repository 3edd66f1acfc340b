"""`/metrics` and `/livez` of one process: a few threads of the standard library's, no framework."""

import json
import socketserver
import threading
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import ClassVar, Self

from prometheus_client import disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from errors import MomentError
from moment.watch.life import Life
from settings import variable

REQUEST_SECONDS = 10.0

# A second time series for each counter, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]


class WatchPortTaken(MomentError):
    """Another process answers there already."""

    fix = f"give each {variable('watch_port')} of this machine ports of its own"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Endpoint:
    """Answers from the start of its block to the end. `life` is None for a process with a health of its own."""

    def __init__(self, host: str, port: int, sources: Sequence[Collector], life: Life | None) -> None:
        """Port 0 takes a free one. Raises WatchPortTaken."""
        handler = type("Handler", (_Handler,), {"sources": _Together(sources), "life": life})
        try:
            self._server = _Server((host, port), handler)
        except OSError as error:
            raise WatchPortTaken(f"{host}:{port}: {error.strerror}") from error
        self.url = f"http://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="watch", daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Together:
    """Several sources as one, for one answer."""

    def __init__(self, sources: Sequence[Collector]) -> None:
        self._sources = sources

    def collect(self) -> Iterable[Metric]:
        for source in self._sources:
            yield from source.collect()


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_SECONDS
    sources: ClassVar[_Together]
    life: ClassVar[Life | None]

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/metrics":
                encode, content_type = choose_encoder(self.headers.get("accept", ""))
                self._answer(200, content_type, encode(self.sources))
            case "/livez" if self.life is not None:
                report = self.life.report()
                status = "ok" if report.is_alive else "silent"
                silence = {name: round(seconds, 1) for name, seconds in report.silence.items()}
                body = json.dumps({"status": status, "silence_seconds": silence}).encode()
                self._answer(200 if report.is_alive else 503, "application/json", body)
            case _:
                self._answer(404, "text/plain", b"")

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A line for each scrape tells nothing."""
