"""How LINE reads a request before it looks at its meaning: who calls, and what JSON came."""

import json
from typing import Annotated, Any

from fastapi import Depends, Request

from simulator.http.errors import OAuthError
from simulator.http.headers import bearer, media_type
from simulator.line.border import REQUEST_ID, channel_of_token
from simulator.line.errors import LineError, invalid_property
from simulator.line.identifiers import is_group_id, is_user_id
from simulator.line.rate_limits import Endpoint
from simulator.line.state import Channel, Platform, Thread
from simulator.line.webhooks import Webhooks


def platform_of(request: Request) -> Platform:
    platform: Platform = request.app.state.platform
    return platform


def webhooks_of(request: Request) -> Webhooks:
    webhooks: Webhooks = request.app.state.webhooks
    return webhooks


async def calling_channel(request: Request) -> Channel:
    """The calling channel. Raises LineError 401 for a missing, unknown or expired token, 429 over a rate limit."""
    platform = platform_of(request)
    token = bearer(request.headers.get("authorization"))
    channel = channel_of_token(platform, token)
    if channel is None:
        reason = (
            "missing authorization header."
            if token is None
            else "invalid token. Confirm that the access token in the authorization header is valid."
        )
        raise LineError(401, f"Authentication failed due to the following reason: {reason}")
    endpoint = Endpoint(request.method, request.scope["route"].path)
    platform.rate_limits.spend(channel.name, endpoint, platform.clock.now_ms())
    return channel


async def json_body(request: Request) -> dict[str, Any]:
    """Raises LineError 415 for another content type, 400 for a body that isn't a JSON object."""
    content_type = request.headers.get("content-type")
    if media_type(content_type) != "application/json":
        raise LineError(415, f"The content type, {content_type or 'none'}, is not supported")
    try:
        body = json.loads(await request.body())
    except json.JSONDecodeError as error:
        position = f"(line: {error.lineno}, column: {error.colno})"
        raise LineError(400, f"The request body could not be parsed as JSON {position}") from error
    except UnicodeDecodeError as error:
        raise LineError(400, "The request body could not be parsed as JSON (line: -, column: -)") from error
    if not isinstance(body, dict):
        raise LineError(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
    return body


async def form_of(request: Request) -> dict[str, str]:
    """Raises OAuthError 400 for another content type."""
    if media_type(request.headers.get("content-type")) != "application/x-www-form-urlencoded":
        raise OAuthError(400, "invalid_request", "content type must be application/x-www-form-urlencoded")
    form: Any = await request.form()
    return {key: str(value) for key, value in form.items()}


def request_id(request: Request) -> str:
    return str(request.scope[REQUEST_ID])


def addressee(platform: Platform, channel: Channel, value: object, name: str) -> Thread:
    """The chat with this userId, groupId or roomId.

    Raises LineError 400 for what is none of them, a userId that isn't of this provider, a group without the account.
    """
    if is_group_id(value, "group") or is_group_id(value, "room"):
        group = platform.group_of(channel, value)
        if group is None:
            raise LineError(400, "Failed to send messages")
        return group.thread
    if not is_user_id(value):
        raise invalid_property(name)
    if value not in platform.learners:
        raise LineError(400, "Failed to send messages")
    return platform.thread(channel, str(value))


PlatformOf = Annotated[Platform, Depends(platform_of)]
WebhooksOf = Annotated[Webhooks, Depends(webhooks_of)]
Caller = Annotated[Channel, Depends(calling_channel)]
Body = Annotated[dict[str, Any], Depends(json_body)]
