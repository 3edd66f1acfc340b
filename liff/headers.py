"""What browsers may do with our pages: no script but our own and LINE's SDK, none inline, in no other site's frame."""

from liff.parts import Parts
from web.headers import content_security_policy

# The LIFF SDK comes from there and talks to these (LINE docs: Developing a LIFF app, "Content Security Policy").
_LINE_SCRIPTS = "https://static.line-scdn.net"
_LINE_CALLS = "https://*.line.me https://*.line-scdn.net"
# What lies in a bucket is played, and sent, there.
_BUCKETS = "https://storage.googleapis.com"


def policy_of_pages(parts: Parts) -> str:
    """On a desk the simulator stands for LINE, also as the frame in which LINE shows a page."""
    desk = parts.settings.line_api_url
    fonts = desk or ""  # a desk may have none of its own
    google = parts.settings.google_api_url or _BUCKETS
    ours = parts.settings.public_url.replace("http", "ws", 1)  # not every browser counts it to 'self'
    scripts, calls, frame = (desk, desk, desk) if desk else (_LINE_SCRIPTS, _LINE_CALLS, "'none'")
    return content_security_policy(
        script_src=f"'self' {scripts}",
        style_src=f"'self' {fonts}",
        font_src=f"'self' {fonts}",
        img_src=f"'self' data: {google}",
        media_src=f"'self' {google}",
        connect_src=f"'self' {ours} {calls} {google}",
        manifest_src="'self'",
        form_action="'self'",
        frame_ancestors=frame,
    )
