"""The coaches' console: LINE Login's channel, our own page, and whether anybody may sign in."""

from collections.abc import Iterator
from functools import partial

import httpx
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from console.identity import PATH
from console.pages.sign_in import CALLBACK
from line.login import API_URL
from line.web_login import WebLogin
from models.coach import Coach, CoachRole
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status, attempt, failure, ok, skip, warning
from settings import variable

NAME = "console"
SECRET = variable("line_login_secret")
SECONDS = 5.0
LINE_CONSOLE = "LINE Developers Console › the LINE Login channel"
INVITE = "run `moment coach invite NAME --admin`, and open the link it prints"


def checks(ground: Ground) -> Iterator[Check]:
    login = WebLogin.of(ground.settings, CALLBACK)
    if login is None:
        detail = f"{SECRET} or {variable('liff_id')} is not set: no coach can sign in"
        fix = f"copy the channel secret from {LINE_CONSOLE} › Basic settings into {SECRET}"
        yield Check(NAME, Status.WARNING if ground.is_production else Status.SKIPPED, detail, fix)
        return
    yield _secret(login)
    yield _page(ground)
    yield attempt(f"{NAME}.coaches", partial(_coaches, ground))
    yield callback(ground)


def _secret(login: WebLogin) -> Check:
    """By having a stateless token issued, of which LINE allows any number; it lapses by itself."""
    form = {
        "grant_type": "client_credentials",
        "client_id": login.channel_id,
        "client_secret": login.secret.get_secret_value(),
    }
    host = login.api_url or API_URL
    try:
        answer = httpx.post(f"{host}/oauth2/v3/token", data=form, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        detail = f"{host} does not answer: {type(error).__name__}"
        return failure(NAME, detail, "let this machine reach it by HTTPS")
    if answer.is_success:
        return ok(NAME, f"LINE Login channel {login.channel_id} takes the secret")
    fix = f"copy the channel secret from {LINE_CONSOLE} › Basic settings into {SECRET}"
    return failure(NAME, f"LINE answers {answer.status_code} to {SECRET}", fix)


def _page(ground: Ground) -> Check:
    name, url = f"{NAME}.page", f"{ground.settings.public_url}{PATH}/sign-in"
    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return skip(name, "looked at once public_url answers")
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return failure(name, f"`moment web` runs without {SECRET}", "give it this setting and restart it")
    if answer.status_code != httpx.codes.OK:
        fix = f"let the proxy behind {url} pass {PATH} on"
        return failure(name, f"{url} answers {answer.status_code}", fix)
    return ok(name, f"{url} answers")


def _coaches(ground: Ground) -> Check:
    name = f"{NAME}.coaches"
    bound = select(Coach.role).where(col(Coach.left_at).is_(None), col(Coach.line_user_id).is_not(None))
    try:
        with ground.resources() as resources, resources.database.transaction() as db:
            roles = db.exec(bound).all()
    except ProgrammingError:
        return skip(name, "looked at once the schema is there")
    if CoachRole.ADMIN not in roles:
        return warning(name, "no admin has come in yet", INVITE)
    return ok(name, f"{len(roles)} may sign in")


def callback(ground: Ground) -> Check:
    name = f"{NAME}.callback"
    if ground.settings.line_api_url:
        return skip(name, "the simulator has no switches of its own")
    detail = "what only LINE's console tells: the callback URL, and that the channel is published"
    fix = f"{LINE_CONSOLE} › LINE Login: Callback URL {ground.settings.public_url}{CALLBACK}; then Publish"
    return skip(name, detail, fix)
