"""LINE Login in an ordinary browser: the page on which one picks who one is, and the tokens for its code (LINE docs:
Integrating LINE Login with your web app)."""

import html
import time
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from simulator.http.desk import DeskBody
from simulator.http.errors import OAuthError
from simulator.line import identifiers
from simulator.line.border import AUTHORIZE
from simulator.line.liff import User
from simulator.line.login_codes import CODE_LIFE_SECONDS, Authorization
from simulator.line.pages import page, with_query
from simulator.line.requests import PlatformOf, form_of
from simulator.line.state import Json, Platform

ACCESS_TOKEN_LIFE_SECONDS = 30 * 24 * 3600  # LINE docs: Issue access token

router = APIRouter()


class AutoLoginFailures(DeskBody):
    times: int = 1


@router.post("/desk/web-login/auto-login-failures")
async def fail_auto_logins(platform: PlatformOf, body: AutoLoginFailures) -> Json:
    """LINE docs: How to handle auto login failure."""
    platform.login_codes.failing_auto_logins = body.times
    return {}


@router.get(AUTHORIZE)
async def authorize(request: Request, platform: PlatformOf) -> Response:
    query = dict(request.query_params)
    problem = _problem(platform, query)
    if problem:
        return HTMLResponse(_refusal_page(problem), 400)
    codes, target = platform.login_codes, query["redirect_uri"]
    if codes.failing_auto_logins and query.get("disable_auto_login") != "true":
        codes.failing_auto_logins -= 1
        # Neither is of any use: LINE has lost what it was asked.
        return _back(target, {"code": identifiers.opaque_token()[:20], "state": identifiers.reply_token()})
    picked = query.pop("as", None)
    if picked is None:
        return HTMLResponse(_pick_page(platform, query))
    user = next(user for user in _users(platform) if user.user_id == picked)
    code = codes.new_code(
        Authorization(
            user,
            target,
            tuple(query["scope"].split()),
            query.get("nonce"),
            query.get("code_challenge"),
            time.time() + CODE_LIFE_SECONDS,
        )
    )
    return _back(target, {"code": code, "state": query["state"]})


@router.post("/oauth2/v2.1/token")
async def issue_access_token(request: Request, platform: PlatformOf) -> Json:
    form, config = await form_of(request), platform.config
    if form.get("grant_type") != "authorization_code":
        raise OAuthError(400, "unsupported_grant_type", "unsupported grant_type")
    client = form.get("client_id"), form.get("client_secret")
    if client != (config.login_channel_id, config.login_channel_secret):
        raise OAuthError(400, "invalid_client", "invalid client_id or client_secret")
    code, target = form.get("code", ""), form.get("redirect_uri", "")
    found = platform.login_codes.exchange(code, target, form.get("code_verifier"))
    if found is None:
        raise OAuthError(400, "invalid_grant", "invalid authorization code")
    answer: Json = {
        "access_token": identifiers.opaque_token(),
        "expires_in": ACCESS_TOKEN_LIFE_SECONDS,
        "refresh_token": identifiers.opaque_token()[:20],
        "scope": " ".join(found.scopes),
        "token_type": "Bearer",
    }
    if "openid" in found.scopes:
        claims = {"nonce": found.nonce, **({} if "profile" in found.scopes else {"name": None})}
        user = found.user
        answer["id_token"] = platform.id_tokens.sign(
            user.user_id, user.display_name, algorithm="HS256", claims=claims
        )
    return answer


def _problem(platform: Platform, query: dict[str, str]) -> str | None:
    """As LINE's error page names it."""
    config = platform.config
    if query.get("response_type") != "code":
        return "response_type"
    if query.get("client_id") != config.login_channel_id:
        return "client_id"
    if query.get("redirect_uri", "").partition("?")[0] not in config.login_callback_urls:
        return "redirect_uri"
    if not query.get("state"):
        return "state"
    if not {"openid", "profile"} & set(query.get("scope", "").split()):
        return "scope"
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        return "code_challenge_method"
    if "as" in query and query["as"] not in {user.user_id for user in _users(platform)}:
        return "as"
    return None


def _users(platform: Platform) -> list[User]:
    """Whoever has LINE: the desk's learners, and those who only sign in."""
    learners = [User(each.user_id, each.display_name) for each in platform.learners.values()]
    return learners + [User(each.user_id, each.display_name) for each in platform.config.login_people]


def _pick_page(platform: Platform, query: dict[str, str]) -> str:
    links = []
    for user in _users(platform):
        address = html.escape(f"{AUTHORIZE}?{urlencode({**query, 'as': user.user_id})}")
        links.append(f'<li><a href="{address}">{html.escape(user.display_name)}</a></li>')
    denial = {
        "error": "access_denied",
        "error_description": "The resource owner denied the request.",
        "state": query["state"],
    }
    cancel = html.escape(with_query(query["redirect_uri"], denial))
    return page(
        "ログイン",
        f'<h1>だれとしてログインしますか</h1><ul>{"".join(links)}</ul><p><a href="{cancel}">キャンセル</a></p>',
    )


def _refusal_page(problem: str) -> str:
    return page("ログインできません", f"<h1>400 Bad Request</h1><p>{problem}</p>")


def _back(target: str, facts: dict[str, str]) -> RedirectResponse:
    return RedirectResponse(with_query(target, facts), headers={"cache-control": "no-store"})
