"""Bodies of requests that are read whole, which have a bound: FastAPI's own is answered with plain text."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

LONGEST_BODY = 64 * 1024  # bytes: the longest message, every character of it escaped
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class BoundedRoute(APIRoute):
    """For routes that take JSON, or a form."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def answer_bounded(request: Request) -> Response:
            return await answer(_bounded(request))

        return answer_bounded


def _bounded(request: Request) -> Request:
    """Raises HTTPException (413), also while the body is read."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LONGEST_BODY:
        raise HTTPException(413)
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > LONGEST_BODY:
            raise HTTPException(413)
        return message

    return Request(request.scope, receive)
