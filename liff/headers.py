"""What browsers may do with our pages: no script but our own and LINE's SDK, none inline, in no other site's frame."""

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liff.parts import Parts

# The LIFF SDK comes from there and talks to these (LINE docs: Developing a LIFF app, "Content Security Policy").
_LINE_SCRIPTS = "https://static.line-scdn.net"
_LINE_CALLS = "https://*.line.me https://*.line-scdn.net"
# What lies in a bucket is played, and sent, there.
_BUCKETS = "https://storage.googleapis.com"


def content_security_policy(parts: Parts) -> str:
    """On a desk the simulator stands for LINE, also as the frame in which LINE shows a page."""
    desk = parts.settings.line_api_url
    fonts = desk or ""  # a desk may have none of its own
    google = parts.settings.google_api_url or _BUCKETS
    scripts, calls, frame = (desk, desk, desk) if desk else (_LINE_SCRIPTS, _LINE_CALLS, "'none'")
    return "; ".join(
        rule.strip()
        for rule in (
            "default-src 'none'",
            f"script-src 'self' {scripts}",
            f"style-src 'self' {fonts}",
            f"font-src 'self' {fonts}",
            f"img-src 'self' data: {google}",
            f"media-src 'self' {google}",
            f"connect-src 'self' {calls} {google}",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame}",
        )
    )


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
