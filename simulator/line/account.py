"""The account around the messages: bot info, profiles, loading animation, mark as read, webhook settings."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from simulator.line.checks import url_problem
from simulator.line.errors import LineError, Problem, body_error, not_found
from simulator.line.identifiers import is_user_id
from simulator.line.requests import Body, Caller, PlatformOf, WebhooksOf, json_body
from simulator.line.state import Json

WEBHOOK_URL_LIMIT = 500  # LINE docs: Set webhook endpoint URL
NOT_A_USER = "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids."
LOADING_SECONDS = range(5, 61, 5)  # LINE docs: Display a loading animation

router = APIRouter(prefix="/v2/bot")


@router.get("/info")
async def bot_info(channel: Caller) -> Json:
    basic_id = "@" + channel.config.bot_user_id[1:9]
    return {
        "userId": channel.config.bot_user_id,
        "basicId": basic_id,
        "displayName": channel.config.display_name,
        "chatMode": "chat" if channel.chat else "bot",
        "markAsReadMode": "manual" if channel.chat else "auto",
    }


@router.get("/profile/{user_id}")
async def profile(user_id: str, platform: PlatformOf, channel: Caller) -> Json:
    """404 for who is unknown, shares no profile, has blocked the account, or never had to do with it."""
    if not is_user_id(user_id):
        raise LineError(400, "The value for the 'userId' parameter is invalid")
    learner = platform.learners.get(user_id)
    thread = channel.threads.get(user_id)
    if learner is None or not learner.shares_profile or thread is None or thread.blocks_account:
        raise not_found()
    if not thread.friend and thread.last_contact_ms is None:
        raise not_found()
    return {"userId": user_id, "displayName": learner.display_name, "language": "ja"}


@router.post("/chat/loading/start", status_code=202)
async def start_loading(platform: PlatformOf, channel: Caller, body: Body) -> Json:
    problems = []
    chat_id, seconds = body.get("chatId"), body.get("loadingSeconds", 20)
    if not is_user_id(chat_id) or chat_id not in platform.learners:
        problems.append(Problem(NOT_A_USER, "chatId"))
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds not in LOADING_SECONDS:
        problems.append(Problem("must be between 5 and 60 and a multiple of 5", "loadingSeconds"))
    if problems:
        raise body_error(problems)
    thread = platform.thread(channel, str(chat_id))
    if not thread.blocks_account:
        thread.loading_until_ms = platform.clock.now_ms() + seconds * 1000
        platform.changes.publish(thread, "loading")
    return {}


@router.post("/chat/markAsRead")
async def mark_as_read(platform: PlatformOf, channel: Caller, body: Body) -> Json:
    """Marks everything up to the token's message."""
    token = body.get("markAsReadToken")
    item = channel.mark_as_read_tokens.get(token) if isinstance(token, str) else None
    if item is None:
        raise LineError(400, "Invalid markAsReadToken")
    group = platform.group_of(channel, item.chat_id)
    thread = group.thread if group else platform.thread(channel, item.chat_id)
    thread.read_up_to = item.id
    platform.changes.publish(thread, "read")
    return {}


@router.put("/channel/webhook/endpoint")
async def set_webhook(channel: Caller, body: Body) -> Json:
    channel.webhook_url = _webhook_url(body.get("endpoint"))
    return {}


@router.get("/channel/webhook/endpoint")
async def get_webhook(channel: Caller) -> Json:
    if not channel.webhook_url:
        raise _no_webhook()
    return {"endpoint": channel.webhook_url, "active": channel.webhook_active}


@router.post("/channel/webhook/test")
async def test_webhook(request: Request, channel: Caller, webhooks: WebhooksOf) -> JSONResponse:
    """Posts an empty, signed list of events and says how it went (LINE docs: Test webhook endpoint)."""
    body = await json_body(request) if await request.body() else {}
    endpoint = body.get("endpoint")
    if endpoint is None and not channel.webhook_url:
        raise _no_webhook()
    outcome = await webhooks.post(channel, [], endpoint=None if endpoint is None else _webhook_url(endpoint))
    return JSONResponse(
        {
            "success": outcome.ok,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "statusCode": outcome.status or 0,
            "reason": "OK" if outcome.ok else (outcome.error or "ERROR_STATUS_CODE").upper(),
            "detail": str(outcome.status) if outcome.status else (outcome.error or ""),
        }
    )


def _webhook_url(value: object) -> str:
    if not isinstance(value, str) or url_problem(value, limit=WEBHOOK_URL_LIMIT):
        raise LineError(400, "Invalid webhook endpoint URL")
    return value


def _no_webhook() -> LineError:
    return LineError(404, "Webhook endpoint not found")
