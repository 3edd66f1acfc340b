"""What LINE's servers are to the LIFF SDK: opening outside of LINE, sign-in, context, profile, friendship, messages.

LINE has these at other addresses, most of them undocumented. Browsers call them, not the bot: they are not in the log.
"""

import html
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from simulator.http.desk import DeskBody
from simulator.http.errors import OAuthError
from simulator.http.headers import bearer
from simulator.line.chats import Chat
from simulator.line.config import LiffApp
from simulator.line.errors import LineError
from simulator.line.liff import NO_CHAT, OUTSIDE, LiffSession, Opening, User, context_of
from simulator.line.liff_address import is_at_or_below, primary_url
from simulator.line.liff_messages import CARDS, check_liff_messages, webhook_message
from simulator.line.pages import page, with_query
from simulator.line.requests import PlatformOf, WebhooksOf, json_body
from simulator.line.state import Json, Platform

SDK = Path(__file__).parent / "liff_sdk.js"
NOT_GRANTED = (
    "user doesn't grant required permissions yet"  # LINE docs: LIFF v2 API reference, liff.sendMessages
)

router = APIRouter(prefix="/desk/liff")


class CodeExchange(DeskBody):
    code: str
    liff_id: str


def session_of(request: Request, platform: PlatformOf) -> LiffSession:
    """Raises OAuthError 400, as the SDK has LINE verify the token before it does anything with it."""
    session = platform.liff.session(bearer(request.headers.get("authorization")))
    if session is None:
        raise OAuthError(400, "invalid_request", "access token expired")
    return session


SessionOf = Annotated[LiffSession, Depends(session_of)]


@router.get("/sdk.js")
async def sdk() -> FileResponse:
    return FileResponse(SDK, media_type="text/javascript", headers={"cache-control": "no-cache"})


@router.get("/open/{liff_id}")
@router.get("/open/{liff_id}/{path:path}")
async def open_outside(request: Request, liff_id: str, platform: PlatformOf) -> RedirectResponse:
    """Stands in for https://liff.line.me/… in an ordinary browser: nobody is signed in there."""
    app = platform.liff.app(liff_id)
    additional = request.scope["raw_path"].decode().partition(f"/open/{liff_id}")[2]
    query = request.url.query
    address = primary_url(app.endpoint_url, additional + (f"?{query}" if query else ""))
    return RedirectResponse(address, headers={"cache-control": "no-store"})


@router.get("/authorize")
async def authorize(
    platform: PlatformOf,
    app_id: str,
    redirect_uri: str | None = None,
    state: str = "",
    user_id: str | None = None,
    feature_token: str | None = None,
) -> Response:
    """Stands in for LINE's sign-in: one picks who one is. In LINE's app it goes on by itself, as there one is known."""
    app = platform.liff.app(app_id)
    target = redirect_uri or app.endpoint_url
    if not is_at_or_below(target, app.endpoint_url):
        return HTMLResponse(_refusal_page(), 400)
    opening = _who_signs_in(platform, app, user_id, feature_token)
    if opening is None:
        return HTMLResponse(_sign_in_page(platform, app_id, target, state))
    facts = {
        "code": platform.liff.new_code(opening),
        "state": state,
        "liffClientId": platform.config.login_channel_id,
        "liffRedirectUri": target,
    }
    return RedirectResponse(with_query(target, facts), headers={"cache-control": "no-store"})


@router.post("/token")
async def exchange_code(platform: PlatformOf, body: CodeExchange) -> Json:
    session = platform.liff.exchange(body.code, body.liff_id)
    if session is None:
        raise OAuthError(400, "invalid_grant", "invalid authorization code")
    return {
        "access_token": session.access_token,
        "id_token": session.id_token,
        "expires_in": session.expires_in,
        "context": context_of(session.opening.app, session),
    }


@router.get("/apps/{liff_id}/context")
async def outside_context(liff_id: str, platform: PlatformOf) -> Json:
    return context_of(platform.liff.app(liff_id), None)


@router.get("/session")
async def session_facts(session: SessionOf) -> Json:
    """What the access token is good for."""
    app = session.opening.app
    return {
        "scope": " ".join(session.scopes),
        "client_id": app.liff_id.partition("-")[0],
        "expires_in": session.expires_in,
    }


@router.get("/profile")
async def profile(session: SessionOf) -> Json:
    if "profile" not in session.scopes:
        raise LineError(403, NOT_GRANTED)
    return {"userId": session.opening.user.user_id, "displayName": session.opening.user.display_name}


@router.get("/friendship")
async def friendship(session: SessionOf, platform: PlatformOf) -> Json:
    """With the official account that the login channel is linked to: here the configuration's first."""
    if "profile" not in session.scopes:
        raise LineError(403, NOT_GRANTED)
    thread = platform.thread(platform.channel(None), session.opening.user.user_id)
    return {"friendFlag": thread.friend and not thread.blocks_account}


@router.post("/messages")
async def send_messages(
    request: Request, session: SessionOf, platform: PlatformOf, webhooks: WebhooksOf
) -> list[Json]:
    """Says them in the chat that the page was opened from."""
    if not session.can_send_messages:
        raise LineError(403, NOT_GRANTED)
    place = session.opening.place
    chat = Chat(session.opening.user.user_id, platform, webhooks, place.channel, place.group_id)
    chat.require_open()
    answers = []
    for message in check_liff_messages(await json_body(request)):
        item = chat.say(message)
        if message["type"] in CARDS:
            answers.append({"message_id": item.id, "webhook_event_id": None})
        else:
            answers.append(chat.send(item, webhook_message(message)))
    return answers


def _who_signs_in(
    platform: Platform, app: LiffApp, user_id: str | None, feature_token: str | None
) -> Opening | None:
    """None while nobody was picked. Whether LINE's app still knows the chat of a page that has logged out, LINE does not
    say; here it doesn't.
    """
    if user_id:
        learner = platform.learner(user_id)
        return Opening(User(learner.user_id, learner.display_name), app, OUTSIDE)
    user = platform.liff.user_of_line(feature_token) if feature_token else None
    return Opening(user, app, NO_CHAT) if user else None


def _sign_in_page(platform: Platform, liff_id: str, target: str, state: str) -> str:
    links = []
    for learner in platform.learners.values():
        query = {"app_id": liff_id, "redirect_uri": target, "state": state, "user_id": learner.user_id}
        address = html.escape(f"/desk/liff/authorize?{urlencode(query)}")
        links.append(f'<li><a href="{address}">{html.escape(learner.display_name)}</a></li>')
    denial = {
        "error": "access_denied",
        "error_description": "The resource owner denied the request.",
        "state": state,
        "liffOAuth2Error": "true",
    }
    nobody = "<li>まだ学習者がいません。チャットのページで追加してください。</li>"
    return page(
        "ログイン",
        f"<h1>だれとして開きますか</h1><ul>{''.join(links) or nobody}</ul>"
        f'<p><a href="{html.escape(with_query(target, denial))}">キャンセル</a></p>',
    )


def _refusal_page() -> str:
    """LINE shows an error page of its own, too (LINE docs: LIFF v2 API reference, liff.login)."""
    words = "redirectUri が、LIFFアプリのエンドポイントURLで始まっていません。"
    return page("ログインできません", f"<h1>ログインできません</h1><p>{words}</p>")
