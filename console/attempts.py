"""A sign-in that is under way at LINE: the browser that began it keeps it, and no other can end it."""

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from console.identity import PATH
from console.parts import Parts, parts_behind
from errors import MomentError
from line.web_login import Attempt

COOKIE = "moment_console_login"
LIFE_SECONDS = 600  # as long as LINE's code (LINE docs: Receiving the authorization code)


class SignInClosed(MomentError):
    """The settings name no channel of LINE Login's."""

    words = "console.sign_in_closed"


class SignInDenied(MomentError):
    """They pressed "Cancel" at LINE."""

    words = "console.sign_in_denied"


class SignInAttempt(BaseModel):
    """`to`: the page that was asked for. `invitation`: whose coach they become. `auto_login`: LINE may sign them in
    without asking, which can fail."""

    model_config = ConfigDict(frozen=True)

    line: Attempt
    to: str
    invitation: str | None
    auto_login: bool


def keep(response: Response, parts: Parts, attempt: SignInAttempt) -> None:
    response.set_cookie(
        COOKIE,
        _serializer(parts).dumps(attempt.model_dump()),
        max_age=LIFE_SECONDS,
        path=PATH,
        httponly=True,
        samesite="lax",
        secure=parts.is_secure,
    )


def kept(request: Request) -> SignInAttempt | None:
    """None where there is none, or it is over."""
    try:
        content = _serializer(parts_behind(request)).loads(request.cookies.get(COOKIE, ""), LIFE_SECONDS)
        return SignInAttempt.model_validate(content)
    except (BadData, ValidationError):
        return None


def forget(response: Response, parts: Parts) -> None:
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=parts.is_secure)


def _serializer(parts: Parts) -> URLSafeTimedSerializer:
    # itsdangerous signs with the last of its keys and accepts all.
    keys = [secret.get_secret_value() for secret in reversed(parts.settings.link_secrets)]
    return URLSafeTimedSerializer(keys, salt="console-login")
