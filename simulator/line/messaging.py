"""Sending: reply, push, multicast, their checks in advance, quota and counts (LINE docs: Message)."""

import re
import uuid
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from simulator.line import identifiers
from simulator.line.errors import LineError, Problem, body_error, invalid_property, not_found
from simulator.line.mentions import mention_problems
from simulator.line.messages import check_messages
from simulator.line.requests import Body, Caller, PlatformOf, addressee, request_id
from simulator.line.state import AcceptedRequest, Channel, Json, Platform, Thread, ThreadItem, Via

RETRY_KEY_LIFE_MS = 24 * 3_600_000  # LINE docs: Retry failed API request
RETRY_KEY = "x-line-retry-key"
MULTICAST_RECIPIENTS = 500
_AGGREGATION_UNIT = re.compile(r"[A-Za-z0-9_]{1,30}")
_QUOTABLE = frozenset({"text", "textV2", "sticker", "image", "video", "template", "imagemap", "flex"})

router = APIRouter(prefix="/v2/bot/message")


@router.post("/reply")
async def reply(request: Request, platform: PlatformOf, channel: Caller, body: Body) -> Json:
    """Free, once per token, within its minute."""
    if RETRY_KEY in request.headers:
        raise LineError(400, "The retry key is not supported for this endpoint")
    messages = _messages(body)
    token = body.get("replyToken")
    if not isinstance(token, str) or not token:
        raise body_error([Problem("May not be empty", "replyToken")])
    reply_token = channel.reply_tokens.get(token)
    if (
        reply_token is None
        or not reply_token.is_valid
        or reply_token.expires_at_ms is None
        or platform.clock.now_ms() > reply_token.expires_at_ms
    ):
        raise LineError(400, "Invalid reply token")
    thread = _thread_of_reply(platform, channel, reply_token.chat_id)
    _check_for_chat(platform, thread, messages)
    reply_token.is_valid = False
    channel.count_delivery("reply", platform.clock.now_ms(), 1)
    return {"sentMessages": _deliver(platform, thread, messages, "reply")}


@router.post("/push")
async def push(request: Request, platform: PlatformOf, channel: Caller, body: Body) -> JSONResponse:
    """Counts one per recipient, whatever the number of message objects; safe to retry with a retry key."""
    messages = _messages(body)
    key = _retry_key(request)
    thread = addressee(platform, channel, body.get("to"), "to")
    _check_for_chat(platform, thread, messages)
    _refuse_repetition(platform, channel, key)
    recipients = _recipients(platform, thread)
    _spend(channel, recipients)
    sent_messages = _deliver(platform, thread, messages, "push", is_visible=recipients > 0)
    channel.count_delivery("push", platform.clock.now_ms(), recipients)
    if key:
        channel.retry_keys[key] = AcceptedRequest(request_id(request), platform.clock.now_ms(), sent_messages)
    return JSONResponse({"sentMessages": sent_messages})


@router.post("/multicast")
async def multicast(request: Request, platform: PlatformOf, channel: Caller, body: Body) -> Json:
    messages = _messages(body)
    key = _retry_key(request)
    to = body.get("to")
    if not isinstance(to, list) or not 1 <= len(to) <= MULTICAST_RECIPIENTS:
        raise body_error([Problem(f"Size must be between 1 and {MULTICAST_RECIPIENTS}", "to")])
    for index, user_id in enumerate(to):
        if not identifiers.is_user_id(user_id):
            raise invalid_property(f"to[{index}]")
    if any("quoteToken" in message for message in messages):
        raise body_error([Problem("invalid property", "messages[0].quoteToken")])
    _refuse_mentions(messages)
    _refuse_repetition(platform, channel, key)
    threads = [platform.thread(channel, user) for user in dict.fromkeys(to) if user in platform.learners]
    recipients = [thread for thread in threads if thread.reachable(platform.clock.now_ms())]
    _spend(channel, len(recipients))
    for thread in recipients:
        _deliver(platform, thread, messages, "push")
    channel.count_delivery("multicast", platform.clock.now_ms(), len(recipients))
    if key:
        channel.retry_keys[key] = AcceptedRequest(request_id(request), platform.clock.now_ms(), None)
    return {}


@router.post("/validate/{kind}")
async def validate(kind: str, channel: Caller, body: Body) -> Json:
    if kind not in ("reply", "push", "multicast", "narrowcast", "broadcast"):
        raise not_found()
    messages = check_messages(body)
    if kind not in ("reply", "push"):
        _refuse_mentions(messages)
    return {}


@router.get("/quota")
async def quota(channel: Caller) -> Json:
    limit = channel.quota.limit
    return {"type": "none"} if limit is None else {"type": "limited", "value": limit}


@router.get("/quota/consumption")
async def consumption(channel: Caller) -> Json:
    return {"totalUsage": channel.quota.usage}


@router.get("/delivery/{kind}")
async def deliveries(kind: str, channel: Caller, date: str = "") -> Json:
    """How many messages were sent on a day of UTC+9, as yyyyMMdd."""
    if kind not in ("reply", "push", "multicast", "broadcast"):
        raise not_found()
    if re.fullmatch(r"\d{8}", date) is None:
        raise LineError(400, "The value for the 'date' parameter is invalid")
    return {"status": "ready", "success": channel.deliveries.get((kind, date), 0)}


def _thread_of_reply(platform: Platform, channel: Channel, chat_id: str) -> Thread:
    """Raises LineError 400 for a group the account has left: LINE doesn't say how a token ends that outlived this."""
    if chat_id not in platform.groups:
        return platform.thread(channel, chat_id)
    group = platform.group_of(channel, chat_id)
    if group is None:
        raise LineError(400, "Invalid reply token")
    return group.thread


def _recipients(platform: Platform, thread: Thread) -> int:
    """How many people a push reaches: in a group it is counted once for each (LINE docs: Messaging API pricing)."""
    group = platform.groups.get(thread.chat_id)
    return len(group.members) if group else int(thread.reachable(platform.clock.now_ms()))


def _messages(body: Json) -> list[Json]:
    """The messages with what stands beside them checked as well."""
    messages = check_messages(body)
    problems = []
    if not isinstance(body.get("notificationDisabled") or False, bool):
        problems.append(Problem("must be a boolean", "notificationDisabled"))
    units = body.get("customAggregationUnits") or []
    if not isinstance(units, list) or len(units) > 1:
        problems.append(Problem("Size must be between 0 and 1", "customAggregationUnits"))
    elif units and not (isinstance(units[0], str) and _AGGREGATION_UNIT.fullmatch(units[0])):
        problems.append(Problem("invalid value", "customAggregationUnits[0]"))
    if problems:
        raise body_error(problems)
    return messages


def _retry_key(request: Request) -> str | None:
    """The key in its canonical form. Raises LineError 400 when it isn't a hexadecimal UUID."""
    key = request.headers.get(RETRY_KEY)
    if key is None:
        return None
    try:
        return str(uuid.UUID(key))
    except ValueError as error:
        raise LineError(400, "The retry key is invalid") from error


def _refuse_repetition(platform: Platform, channel: Channel, key: str | None) -> None:
    """Within 24 hours the same key is a repetition, later it is a new request."""
    earlier = channel.retry_keys.get(key) if key else None
    if earlier is None or platform.clock.now_ms() - earlier.at_ms > RETRY_KEY_LIFE_MS:
        return
    raise LineError(
        409,
        "The retry key is already accepted",
        extra={} if earlier.sent_messages is None else {"sentMessages": earlier.sent_messages},
        headers={"x-line-accepted-request-id": earlier.request_id},
    )


def _spend(channel: Channel, messages: int) -> None:
    """LINE looks at the limit before it knows who is reached, so an exhausted quota refuses all."""
    quota = channel.quota
    if quota.limit is not None and quota.usage + max(messages, 1) > quota.limit:
        raise LineError(429, "You have reached your monthly limit.")
    quota.usage += messages


def _refuse_mentions(messages: list[Json]) -> None:
    """They go with replies and pushes only."""
    problems = mention_problems(messages, None)
    if problems:
        raise body_error(problems)


def _check_for_chat(platform: Platform, thread: Thread, messages: list[Json]) -> None:
    """A quote token is good in its own chat only (LINE docs: Get quote tokens), a mention in the member's group."""
    problems = [
        Problem("invalid quote token", f"messages[{index}].quoteToken")
        for index, message in enumerate(messages)
        if message.get("quoteToken") is not None and _message_of_quote(thread, message["quoteToken"]) is None
    ]
    group = platform.groups.get(thread.chat_id)
    problems += mention_problems(messages, group.members if group else None)
    if problems:
        raise body_error(problems)


def _deliver(
    platform: Platform, thread: Thread, messages: list[Json], via: Via, *, is_visible: bool = True
) -> list[Json]:
    """Gives each message its id; what doesn't reach the learner gets one too, as LINE doesn't tell."""
    sent_messages = []
    for message in messages:
        quote_token = identifiers.opaque_token() if message["type"] in _QUOTABLE else None
        item = ThreadItem(
            id=identifiers.message_id(),
            seq=0,
            author="bot",
            at_ms=platform.clock.now_ms(),
            message=message,
            quote_token=quote_token,
            quoted_id=_message_of_quote(thread, message.get("quoteToken")),
            via=via,
        )
        if is_visible and not thread.blocks_account:
            platform.add_item(thread, item)
        entry: dict[str, Any] = {"id": item.id}
        if quote_token:
            entry["quoteToken"] = quote_token
        sent_messages.append(entry)
    return sent_messages


def _message_of_quote(thread: Thread, token: str | None) -> str | None:
    return next((item.id for item in thread.items if item.is_quoted_by(token)), None)
