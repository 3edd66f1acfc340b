"""LINE's OAuth endpoints: stateless channel tokens, and LINE Login's part for LIFF."""

from fastapi import APIRouter, Request, Response

from simulator.http.errors import OAuthError
from simulator.http.headers import bearer
from simulator.line import identifiers
from simulator.line.errors import LineError
from simulator.line.id_tokens import InvalidIdTokenError
from simulator.line.requests import Body, PlatformOf, form_of
from simulator.line.state import Json, Platform

STATELESS_TOKEN_SECONDS = 900  # LINE docs: Issue stateless channel access token

router = APIRouter()


@router.post("/oauth2/v3/token")
async def issue_stateless_token(request: Request, platform: PlatformOf) -> Json:
    form = await form_of(request)
    if form.get("grant_type") != "client_credentials":
        raise OAuthError(400, "unsupported_grant_type", "unsupported grant_type")
    if not form.get("client_id") or not form.get("client_secret"):
        raise OAuthError(400, "invalid_request", "client_id and client_secret are required")
    tokens = _stateless_tokens(platform, form["client_id"], form["client_secret"])
    if tokens is None:
        raise OAuthError(400, "invalid_client", "invalid client_id or client_secret")
    token = identifiers.opaque_token()
    tokens[token] = platform.clock.now_ms() + STATELESS_TOKEN_SECONDS * 1000
    return {"token_type": "Bearer", "access_token": token, "expires_in": STATELESS_TOKEN_SECONDS}


@router.get("/oauth2/v2.1/certs")
async def certs(platform: PlatformOf) -> Json:
    return platform.id_tokens.jwks()


@router.post("/oauth2/v2.1/verify")
async def verify_id_token(request: Request, platform: PlatformOf) -> Json:
    """The token's claims (LINE docs: LINE Login API, Verify ID token)."""
    form = await form_of(request)
    if not form.get("id_token") or not form.get("client_id"):
        raise OAuthError(400, "invalid_request", "id_token and client_id are required")
    try:
        claims = platform.id_tokens.claims(form["id_token"], form["client_id"])
    except InvalidIdTokenError as error:
        raise OAuthError(400, "invalid_request", str(error)) from error
    if form.get("user_id") and form["user_id"] != claims["sub"]:
        raise OAuthError(400, "invalid_request", "Invalid IdToken Subject Identifier.")
    if form.get("nonce") and form["nonce"] != claims.get("nonce"):
        raise OAuthError(400, "invalid_request", "Invalid IdToken Nonce.")
    return claims


@router.get("/oauth2/v2.1/verify")
async def verify_access_token(platform: PlatformOf, access_token: str = "") -> Json:
    session = platform.liff.session(access_token)
    if session is None:
        raise OAuthError(400, "invalid_request", "access token expired")
    return {
        "scope": " ".join(session.scopes),
        "client_id": platform.config.login_channel_id,
        "expires_in": session.expires_in,
    }


@router.get("/v2/profile")
async def user_profile(request: Request, platform: PlatformOf) -> Json:
    """The profile of who holds a LIFF access token (LINE docs: LINE Login API, Get user profile)."""
    session = platform.liff.session(bearer(request.headers.get("authorization")))
    if session is None:
        raise LineError(401, "invalid token")
    user = session.opening.user
    return {"userId": user.user_id, "displayName": user.display_name}


@router.post("/user/v1/deauthorize", status_code=204)
async def deauthorize(request: Request, platform: PlatformOf, body: Body) -> Response:
    """LINE docs: LINE Login API, Deauthorize your app to which the user has granted permissions."""
    channel_token = bearer(request.headers.get("authorization")) or ""
    if platform.login_channel_tokens.get(channel_token, 0) <= platform.clock.now_ms():
        raise LineError(401, "invalid token")
    session = platform.liff.session(str(body.get("userAccessToken")))
    if session is None:
        raise LineError(400, "The access token of the user is invalid")
    platform.liff.deauthorize(session.opening.user.user_id)
    return Response(status_code=204)


def _stateless_tokens(platform: Platform, channel_id: str, secret: str) -> dict[str, int] | None:
    """Those of the channel with this id and secret: a Messaging API channel, or the login channel."""
    config = platform.config
    if (channel_id, secret) == (config.login_channel_id, config.login_channel_secret):
        return platform.login_channel_tokens
    for channel in platform.channels.values():
        if (channel_id, secret) == (channel.config.channel_id, channel.config.channel_secret):
            return channel.stateless_tokens
    return None
