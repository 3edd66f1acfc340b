"""The desk: LIFF in the learner's hands — sessions, the SDK's stand-in, and liff.sendMessages."""

import html
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line.chats import ChatOf
from simulator.line.liff_messages import CARDS, check_liff_messages, webhook_message
from simulator.line.requests import PlatformOf
from simulator.line.state import Json

SDK = Path(__file__).parent / "liff_sdk.js"

router = APIRouter(prefix="/desk")


class LiffMessages(DeskBody):
    messages: list[dict[str, Any]]


@router.get("/liff")
async def liff_app(platform: PlatformOf) -> Json:
    config = platform.config
    return {
        "liff_id": config.liff_id,
        "login_channel_id": config.login_channel_id,
        "endpoint_url": config.liff_endpoint_url,
    }


@router.get("/liff/sdk.js")
async def sdk() -> FileResponse:
    return FileResponse(SDK, media_type="text/javascript", headers={"cache-control": "no-cache"})


@router.get("/liff/login")
async def choose_learner(platform: PlatformOf, redirect: str) -> HTMLResponse:
    """Stands in for LINE's sign-in: one picks who one is, and goes back to the page."""
    if urlsplit(redirect).scheme not in ("http", "https"):
        raise DeskError(400, "redirect must be an http(s) address")
    links = "".join(
        f'<li><a href="{html.escape(_with_learner(redirect, learner.user_id))}">{html.escape(learner.display_name)}</a></li>'
        for learner in platform.learners.values()
    )
    page = (
        '<!doctype html><html lang="ja"><meta charset="utf-8"><title>ログイン</title>'
        "<h1>だれとして開きますか</h1>"
        f"<ul>{links or '<li>まだ生徒がいません。チャットのページで作ってください。</li>'}</ul></html>"
    )
    return HTMLResponse(page)


@router.post("/learners/{uid}/liff-session")
async def liff_session(uid: str, platform: PlatformOf) -> Json:
    learner = platform.learner(uid)
    return asdict(platform.id_tokens.open_session(learner.user_id, learner.display_name))


@router.post("/learners/{uid}/liff-messages")
async def send_liff_messages(chat: ChatOf, body: LiffMessages) -> list[Json]:
    chat.require_open()
    answers = []
    for message in check_liff_messages(body.messages):
        item = chat.say(message)
        if message["type"] in CARDS:
            answers.append({"message_id": item.id, "webhook_event_id": None})
        else:
            answers.append(chat.send(item, webhook_message(message)))
    return answers


def _with_learner(address: str, user_id: str) -> str:
    parts = urlsplit(address)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("desk_learner", user_id)])
    return urlunsplit(parts._replace(query=query))
