"""The desk: LIFF in a test's hands — apps, openings, consent, and tokens of any kind."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field

from simulator.http.desk import DeskBody
from simulator.http.errors import DeskError
from simulator.line.chats import Chat, ChatOf
from simulator.line.config import LiffApp, LiffScope
from simulator.line.id_tokens import Algorithm
from simulator.line.liff import (
    NO_CHAT,
    OUTSIDE,
    LiffSession,
    Opening,
    Place,
    Trouble,
    User,
    context_of,
    credentials,
)
from simulator.line.liff_address import LiffAddress, primary_url
from simulator.line.requests import PlatformOf
from simulator.line.state import Json

router = APIRouter(prefix="/desk")


class LiffOpening(DeskBody):
    """`place` none: not from a chat, as from LINE's home tab (LINE docs: liff.getContext)."""

    address: str
    place: Literal["chat", "none"] = "chat"


class LiffSessionBody(DeskBody):
    liff_id: str | None = None
    place: Literal["chat", "none", "external"] = "chat"


class LiffDenials(DeskBody):
    scopes: set[LiffScope]


class NextLiffSession(DeskBody):
    trouble: Trouble


class IdTokenBody(DeskBody):
    """As `IdTokens.sign` takes it."""

    algorithm: Algorithm = "ES256"
    claims: dict[str, Any] = Field({})
    key_id: str | None = None
    by_stranger: bool = False


class KeyRotation(DeskBody):
    keep_old: bool = True


@router.get("/liff")
async def liff_apps(platform: PlatformOf) -> list[Json]:
    return [_app_view(app) for app in platform.liff.apps.values()]


@router.post("/liff/keys")
async def rotate_keys(platform: PlatformOf, body: KeyRotation) -> Json:
    return {"key_id": platform.id_tokens.rotate(keep_old=body.keep_old)}


@router.post("/learners/{uid}/liff-open")
async def open_liff(chat: ChatOf, body: LiffOpening) -> Json:
    """Opens a LIFF URL in LINE's app: the primary URL, with tokens in its fragment, and how the page is shown."""
    address = LiffAddress.parse(body.address)
    if address is None:
        raise DeskError(400, "this is no LIFF URL")
    liff = chat.platform.liff
    session, feature_token = liff.open(_opening(chat, liff.app(address.liff_id), body.place))
    app = session.opening.app
    context_token = chat.platform.id_tokens.context_token(context_of(app, session))
    fragment = credentials(session, feature_token, context_token)
    return {**_app_view(app), "url": primary_url(app.endpoint_url, address.additional, fragment)}


@router.post("/learners/{uid}/liff-session")
async def liff_session(chat: ChatOf, body: LiffSessionBody = LiffSessionBody()) -> Json:
    """The tokens of an opening without a browser. Without a LIFF id, of the first app that there is."""
    liff = chat.platform.liff
    app = liff.app(body.liff_id or next(iter(liff.apps), "at all"))
    session, _ = liff.open(_opening(chat, app, body.place))
    return _session_view(session)


@router.get("/learners/{uid}/liff-consent")
async def consent(uid: str, platform: PlatformOf) -> Json:
    return {"scopes": sorted(platform.liff.consent(platform.learner(uid).user_id))}


@router.post("/learners/{uid}/liff-denials")
async def deny(uid: str, platform: PlatformOf, body: LiffDenials) -> Json:
    platform.liff.deny(platform.learner(uid).user_id, body.scopes)
    return {"scopes": sorted(body.scopes)}


@router.post("/learners/{uid}/next-liff-session")
async def spoil_next_session(uid: str, platform: PlatformOf, body: NextLiffSession) -> Json:
    platform.liff.spoil_next_session(platform.learner(uid).user_id, body.trouble)
    return body.model_dump()


@router.post("/learners/{uid}/liff-revocation")
async def revoke(uid: str, platform: PlatformOf) -> Json:
    platform.liff.revoke(platform.learner(uid).user_id)
    return {}


@router.post("/learners/{uid}/id-token")
async def id_token(uid: str, platform: PlatformOf, body: IdTokenBody) -> Json:
    learner = platform.learner(uid)
    token = platform.id_tokens.sign(learner.user_id, learner.display_name, **body.model_dump())
    return {"id_token": token}


def _opening(chat: Chat, app: LiffApp, where: Literal["chat", "none", "external"]) -> Opening:
    user = User(chat.learner.user_id, chat.learner.display_name)
    if where == "external":
        return Opening(user, app, OUTSIDE)
    if where == "none":
        return Opening(user, app, NO_CHAT)
    if chat.group:
        return Opening(user, app, Place(chat.group.kind, chat.channel.name, chat.group.id))
    return Opening(user, app, Place("utou", chat.channel.name))


def _app_view(app: LiffApp) -> Json:
    return {
        "liff_id": app.liff_id,
        "name": app.name,
        "endpoint_url": app.endpoint_url,
        "size": app.size,
        "scopes": app.scopes,
        "can_be_minimized": app.can_be_minimized,
    }


def _session_view(session: LiffSession) -> Json:
    return {
        "id_token": session.id_token,
        "access_token": session.access_token,
        "expires_in": session.expires_in,
    }
