"""What browsers may do with the console's pages: nothing inline, nothing from elsewhere but a learner's media, no frame."""

from console.parts import Parts
from web.headers import content_security_policy

_BUCKETS = "https://storage.googleapis.com"


def policy_of_console(parts: Parts) -> str:
    fonts = parts.settings.line_api_url or ""  # a desk may have none of its own
    google = parts.settings.google_api_url or _BUCKETS
    return content_security_policy(
        script_src="'self'",
        style_src=f"'self' {fonts}",
        font_src=f"'self' {fonts}",
        img_src=f"'self' data: {google}",
        media_src=f"'self' blob: {google}",
        connect_src="'self'",
        form_action="'self'",
        frame_ancestors="'none'",
    )
