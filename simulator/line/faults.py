"""Faults on demand: an endpoint that errs, is slow, drops the connection, or does the work and then fails."""

import re
from typing import Literal

from pydantic import Field, model_validator

from simulator.http import faults
from simulator.http.faults import Strike
from simulator.line.errors import LineError

Endpoint = Literal[
    "reply",
    "push",
    "multicast",
    "content",
    "transcoding",
    "preview",
    "profile",
    "group",
    "loading",
    "mark_as_read",
    "quota",
    "consumption",
    "token",
    "login",
    "rich_menu",
    "verify",
    "certs",
    "deauthorize",
    "validate",
]

_PATHS: tuple[tuple[str, Endpoint], ...] = (
    (r"/v2/bot/message/validate/.+", "validate"),
    (r"/v2/bot/message/reply", "reply"),
    (r"/v2/bot/message/push", "push"),
    (r"/v2/bot/message/multicast", "multicast"),
    (r"/v2/bot/message/[^/]+/content", "content"),
    (r"/v2/bot/message/[^/]+/content/transcoding", "transcoding"),
    (r"/v2/bot/message/[^/]+/content/preview", "preview"),
    (r"/v2/bot/message/quota", "quota"),
    (r"/v2/bot/message/quota/consumption", "consumption"),
    (r"/v2/bot/profile/[^/]+", "profile"),
    (r"/v2/bot/(?:group|room)/([^/]+)/.+", "group"),
    (r"/v2/bot/chat/loading/start", "loading"),
    (r"/v2/bot/chat/markAsRead", "mark_as_read"),
    (r"/v2/bot/richmenu(/.+)?", "rich_menu"),
    (r"/v2/bot/user/[^/]+/richmenu(/.+)?", "rich_menu"),
    (r"/oauth2/v3/token", "token"),
    (r"/oauth2/v2\.1/token", "login"),
    (r"/oauth2/v2\.1/verify", "verify"),
    (r"/oauth2/v2\.1/certs", "certs"),
    (r"/user/v1/deauthorize", "deauthorize"),
)
_PATTERNS = [(re.compile(path), endpoint) for path, endpoint in _PATHS]


def endpoint_of(path: str) -> Endpoint | None:
    return next((endpoint for pattern, endpoint in _PATTERNS if pattern.fullmatch(path)), None)


class Fault(faults.Fault):
    """What goes wrong with the next matching requests; a delay alone only slows the true answer down."""

    endpoint: Endpoint
    status: int | None = Field(None, ge=400, le=599)
    delay_seconds: float = Field(0, ge=0, le=600)
    drop: bool = False
    user_id: str | None = None  # or the id of a group or room

    @model_validator(mode="after")
    def _something_goes_wrong(self) -> "Fault":
        if self.status is None and not self.drop and not self.delay_seconds:
            self.status = 500
        return self

    def fits(self, endpoint: Endpoint, user_ids: set[str]) -> bool:
        return self.endpoint == endpoint and (self.user_id is None or self.user_id in user_ids)

    def strike(self) -> Strike:
        if self.drop:
            return Strike("hang-up", self.delay_seconds, self.accept)
        return Strike("answer" if self.status is None else "error", self.delay_seconds, self.accept)

    def error(self) -> LineError:
        status = self.status or 500
        return LineError(status, self.message or _MESSAGES.get(status, f"Fault {status}"))


_MESSAGES = {
    429: "The API rate limit has been exceeded. Try again later.",
    500: "Internal Server Error",
}
