"""The platform's edge: request ids, the 2 MB limit, and whom a request is about."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from simulator.http.border import Answer, Border
from simulator.http.errors import HttpError
from simulator.http.headers import bearer
from simulator.http.readable import readable_body
from simulator.line.errors import LineError
from simulator.line.faults import Endpoint, Fault, endpoint_of
from simulator.line.log import Crossing, visible_headers
from simulator.line.state import Channel, Platform

AUTHORIZE = "/oauth2/v2.1/authorize"  # of access.line.me: browsers open it, no bot calls it
REQUEST_ID = "simulator.request_id"  # in the ASGI scope


class LineBorder(Border[Crossing, Fault]):
    request_limit_bytes = 2 * 1024 * 1024  # LINE docs: Status codes, 413
    readable_answer_bytes = 64 * 1024

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        super().__init__(app, platform)
        self._platform = platform

    def guards(self, path: str) -> bool:
        return path.startswith(("/v2/", "/oauth2/", "/user/")) and path != AUTHORIZE

    def new_crossing(self, scope: Scope) -> Crossing:
        scope[REQUEST_ID] = str(uuid.uuid4())
        return Crossing(
            at=self._platform.clock.now_ms(),
            direction="bot→LINE",
            method=scope["method"],
            path=scope["path"],
        )

    def examine(self, scope: Scope, body: bytes | None, crossing: Crossing) -> Fault | None:
        headers, content = Headers(scope=scope), body or b""
        crossing.request = readable_body(content, headers.get("content-type", ""))
        channel = channel_of_token(self._platform, bearer(headers.get("authorization")))
        crossing.channel = channel.name if channel else None
        endpoint = endpoint_of(crossing.path)
        if endpoint is None:
            return None
        users = _addressees(self._platform, endpoint, crossing.path, content)
        fault = self._platform.faults.take(lambda fault: fault.fits(endpoint, users))
        crossing.error = "fault" if fault else None
        return fault

    def too_large(self) -> HttpError:
        return LineError(413, "Payload Too Large")

    def error_answer(self, fault: Fault, scope: Scope) -> Response:
        return fault.error().response()

    def visible_headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        return visible_headers(headers)

    def answer_headers(self, scope: Scope) -> dict[str, str]:
        return {"x-line-request-id": scope[REQUEST_ID]}

    def note_answer(self, crossing: Crossing, answer: Answer) -> None:
        crossing.response_headers = visible_headers(answer.headers.items())

    def note_hang_up(self, crossing: Crossing, how: str) -> None:
        crossing.error = how


def channel_of_token(platform: Platform, token: str | None) -> Channel | None:
    """The channel a long-lived or living stateless token belongs to."""
    if token is None:
        return None
    for channel in platform.channels.values():
        expires_at = channel.stateless_tokens.get(token, 0)
        if token == channel.config.access_token or expires_at > platform.clock.now_ms():
            return channel
    return None


def _addressees(platform: Platform, endpoint: Endpoint, path: str, body: bytes) -> set[str]:
    """Whom a request is about, so that a fault can strike one learner or group only."""
    parts = path.split("/")
    if endpoint in ("content", "transcoding", "preview"):
        item = platform.items.get(parts[4])
        return {item.chat_id} if item else set()
    if endpoint in ("profile", "group") or path.startswith("/v2/bot/user/"):
        return {parts[4]}
    try:
        data = json.loads(body) if body else None
    except ValueError:
        return set()
    if not isinstance(data, dict):
        return set()
    fields = [data.get("to"), data.get("chatId"), data.get("userIds"), _reply_chat(platform, data)]
    lists = [entry if isinstance(entry, list) else [entry] for entry in fields]
    return {chat for entries in lists for chat in entries if isinstance(chat, str)}


def _reply_chat(platform: Platform, data: dict[str, Any]) -> str | None:
    token = data.get("replyToken")
    for channel in platform.channels.values():
        if isinstance(token, str) and token in channel.reply_tokens:
            return channel.reply_tokens[token].chat_id
    return None
