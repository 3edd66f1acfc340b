"""Requests that another site made with somebody's cookie are refused, by what browsers say of them.

The rule is that of Go's http.CrossOriginProtection (go.dev/src/net/http/csrf.go, 2025): `Sec-Fetch-Site` decides where
it is sent, unless `Origin` is our own; what sends neither is no browser of this decade, and has no cookie that it did not get itself.
"""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class OriginGuard:
    """`origin` is our own, such as "https://moment.example"; `refusal` answers what comes from elsewhere."""

    app: ASGIApp
    origin: str
    refusal: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] not in _SAFE
            and not self._is_ours(Headers(scope=scope))
        ):
            await self.refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site in ("same-origin", "none"):
            return True
        return origin == self.origin or (site is None and origin is None)
