"""What browsers may do with our pages: each door says it in a policy of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(**sources: str) -> str:
    """Nothing is loaded but what is named, such as `script_src="'self'"`; no page says what its addresses are below."""
    rules: Mapping[str, str] = {"default_src": "'none'", **sources, "base_uri": "'none'"}
    return "; ".join(f"{name.replace('_', '-')} {allowed}".strip() for name, allowed in rules.items())


@dataclass(frozen=True)
class SecurityHeaders:
    app: ASGIApp
    policy: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self.policy
                headers["X-Content-Type-Options"] = "nosniff"
                # An address may hold a code or a token.
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)
