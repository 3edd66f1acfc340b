"""Faults on demand: an endpoint that errs, is slow, drops the connection, or does the work and then fails."""

import re
from dataclasses import dataclass, field
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Endpoint = Literal[
    "reply",
    "push",
    "multicast",
    "content",
    "transcoding",
    "preview",
    "profile",
    "loading",
    "mark_as_read",
    "quota",
    "consumption",
    "token",
    "rich_menu",
    "verify",
    "certs",
    "validate",
]
ENDPOINTS: tuple[Endpoint, ...] = get_args(Endpoint)

_ROUTES: tuple[tuple[str, Endpoint], ...] = (
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
    (r"/v2/bot/chat/loading/start", "loading"),
    (r"/v2/bot/chat/markAsRead", "mark_as_read"),
    (r"/v2/bot/richmenu(/.+)?", "rich_menu"),
    (r"/v2/bot/user/[^/]+/richmenu(/.+)?", "rich_menu"),
    (r"/oauth2/v3/token", "token"),
    (r"/oauth2/v2\.1/verify", "verify"),
    (r"/oauth2/v2\.1/certs", "certs"),
)
_COMPILED = [(re.compile(pattern), endpoint) for pattern, endpoint in _ROUTES]


def endpoint_of(path: str) -> Endpoint | None:
    return next((endpoint for pattern, endpoint in _COMPILED if pattern.fullmatch(path)), None)


class Fault(BaseModel):
    """What goes wrong with the next matching requests.

    With `accept` the platform does the work first, which is how a request that LINE took times out at the caller.
    A delay alone only slows the true answer down.
    """

    model_config = ConfigDict(extra="forbid")

    endpoint: Endpoint
    status: int | None = Field(None, ge=400, le=599)
    message: str | None = None
    delay_seconds: float = Field(0, ge=0, le=600)
    accept: bool = False
    drop: bool = False
    times: int | None = Field(None, ge=1)
    user_id: str | None = None

    @model_validator(mode="after")
    def _something_goes_wrong(self) -> "Fault":
        if self.status is None and not self.drop and not self.delay_seconds:
            self.status = 500
        return self

    def error_message(self) -> str:
        if self.message:
            return self.message
        if self.status == 429:
            return "The API rate limit has been exceeded. Try again later."
        return "Internal Server Error" if self.status == 500 else f"Fault {self.status}"


@dataclass
class FaultBook:
    _faults: dict[str, Fault] = field(default_factory=dict)
    _added: int = 0

    def add(self, fault: Fault) -> str:
        self._added += 1
        fault_id = f"fault-{self._added}"
        self._faults[fault_id] = fault
        return fault_id

    def clear(self) -> None:
        self._faults.clear()

    def take(self, endpoint: Endpoint, user_ids: set[str]) -> Fault | None:
        """The oldest fault that fits this request, used up by one."""
        for fault_id, fault in self._faults.items():
            if fault.endpoint == endpoint and (fault.user_id is None or fault.user_id in user_ids):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        del self._faults[fault_id]
                return fault
        return None
