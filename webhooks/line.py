"""LINE's webhook: verify, store, answer. Nothing is read before it is stored (LINE docs: Receiving messages)."""

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from settings import LineChannel, settings
from webhooks.inbox import Inbox, line_row

log = logging.getLogger(__name__)
router = APIRouter()


async def receive(request: Request) -> Response:
    """200 once every event is committed; 401 unsigned or wrongly signed, 404 no such channel, 413 too large."""
    channel = settings().channel(request.path_params["channel_name"])
    # An empty secret would make every signature forgeable: such a channel does not exist.
    if channel is None or not channel.channel_secret.get_secret_value():
        raise HTTPException(404, "no such channel")
    body = await _body(request)
    if not _signed(channel, body, request.headers.get("x-line-signature", "")):
        log.warning("webhook for '%s' with a wrong signature", channel.name)
        raise HTTPException(401, "wrong signature")
    events = _events(body)
    if events:
        inbox: Inbox = request.app.state.inbox
        await inbox.add([line_row(channel.name, event) for event in events])
    return Response()


# A plain route: what FastAPI adds (dependencies, models in and out) would cost a third of the request here.
router.add_route("/webhooks/line/{channel_name}", receive, methods=["POST"])


async def _body(request: Request) -> bytes:
    ceiling = settings().max_webhook_bytes
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > ceiling:
        raise HTTPException(413, "too large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > ceiling:
            raise HTTPException(413, "too large")
    return bytes(body)


def _signed(channel: LineChannel, body: bytes, signature: str) -> bool:
    secret = channel.channel_secret.get_secret_value().encode()
    expected = base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
    return hmac.compare_digest(expected, signature.encode())


def _events(body: bytes) -> list[dict[str, Any]]:
    """The events of a signed body; LINE's own check sends none. Raises 400 for what is not LINE's shape."""
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise HTTPException(400, "not JSON") from error
    events = parsed.get("events") if isinstance(parsed, dict) else None
    if not isinstance(events, list):
        raise HTTPException(400, "no list of events")
    return [event for event in events if isinstance(event, dict)]
