"""LINE's webhook: verify, store, answer. Nothing is read before it is stored (LINE docs: Receiving messages)."""

import base64
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope, Send

from settings import LineChannel, settings
from webhooks.inbox import Inbox, line_row

log = logging.getLogger(__name__)


class Refused(Exception):
    """The delivery is not taken; LINE's statistics show the status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class LineWebhook:
    """A plain ASGI endpoint: a framework's request and response would cost more here than all the rest."""

    inbox: Inbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 once every event is committed; 401 unsigned or wrongly signed, 404 no such channel, 413 too large,
        400 not LINE's shape."""
        try:
            await self._take(scope, receive)
            status = 200
        except Refused as refused:
            status = refused.status
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def _take(self, scope: Scope, receive: Receive) -> None:
        channel = settings().channel(scope["path_params"]["channel_name"])
        # An empty secret would make every signature forgeable: such a channel does not exist.
        if channel is None or not channel.channel_secret.get_secret_value():
            raise Refused(404)
        headers = dict(scope["headers"])
        body = await _body(headers, receive)
        if not _signed(channel, body, headers.get(b"x-line-signature", b"")):
            log.warning("webhook for '%s' with a wrong signature", channel.name)
            raise Refused(401)
        events = _events(body)
        if events:
            await self.inbox.add([line_row(channel.name, event) for event in events])


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    ceiling = settings().max_webhook_bytes
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > ceiling:
        raise Refused(413)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400)
        body += message.get("body", b"")
        if len(body) > ceiling:
            raise Refused(413)
        more = message.get("more_body", False)
    return bytes(body)


def _signed(channel: LineChannel, body: bytes, signature: bytes) -> bool:
    secret = channel.channel_secret.get_secret_value().encode()
    expected = base64.b64encode(hmac.digest(secret, body, "sha256"))
    return hmac.compare_digest(expected, signature)


def _events(body: bytes) -> list[dict[str, Any]]:
    """The events of a signed body; LINE's own check sends none. Raises 400 for what is not LINE's shape."""
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise Refused(400) from error
    events = parsed.get("events") if isinstance(parsed, dict) else None
    if not isinstance(events, list):
        raise Refused(400)
    return [event for event in events if isinstance(event, dict)]
