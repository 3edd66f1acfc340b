"""What stands before the web processes, as a load balancer does: each request goes to one that is ready."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from desk.stack import Web
from settings import Settings
from tests.crash.town import Town


class Balancer:
    """An ASGI application. Each request is sent on a connection of its own to `behind`, the newest of the web processes."""

    def __init__(self) -> None:
        self.behind = ""
        once = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(trust_env=False, timeout=60, limits=once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = await self._client.request(
            request.method,
            f"{self.behind}{request.url.path}",
            params=request.query_params,
            headers=request.headers.raw,
            content=await request.body(),
        )
        kind = answer.headers.get("content-type")
        await Response(answer.content, answer.status_code, media_type=kind)(scope, receive, send)


@dataclass(frozen=True)
class Front:
    """A town's web processes behind their one address."""

    town: Town
    balancer: Balancer

    def replace(self, settings: Settings) -> None:
        """Another web process takes over as soon as it is ready; only then the one before is told to stop."""
        launcher = self.town.launcher
        before = launcher.names(Web)
        port = launcher.reserve_port()
        launcher.start(Web(port), settings)
        url = f"http://127.0.0.1:{port}"
        self.town.wait_until(lambda: _is_ready(url), "the web process to be ready")
        self.balancer.behind = url
        for name in before:
            launcher.retire(name)


@contextmanager
def web_behind_balancer(town: Town) -> Iterator[Front]:
    """Of a town that was started without a web process."""
    front = Front(town, Balancer())
    config = uvicorn.Config(front.balancer, log_level="warning", access_log=False, lifespan="off")
    port = urlsplit(town.stack.web_url).port
    assert port is not None
    front.replace(town.settings)
    town.launcher.serve_here(uvicorn.Server(config), port)
    yield front


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False
