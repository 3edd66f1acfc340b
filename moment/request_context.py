"""Each HTTP request has an id, by which its log lines and the work that came of it are found."""

from os import urandom

from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

ID_BYTES = 8


class RequestContext:
    """The id is ours: a header that names one is not heeded. A server runs each request in a context of its own, so
    nothing has to be unbound."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            bind_contextvars(request_id=urandom(ID_BYTES).hex())
        await self._app(scope, receive, send)
