"""The landing page, open to everybody: what Moment is, and how one becomes a friend. It sets no cookie."""

from collections.abc import Mapping

import segno
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from knowledge_base import phrasebook, plan_talk
from knowledge_base.catalogue import load
from liff.pages.shell import render
from liff.parts import Parts


def landing_route(parts: Parts, middleware: list[Middleware]) -> Route:
    # In a thread: LINE may be asked for the account's id.
    def landing(_request: Request) -> Response:
        return landing_page(parts)

    return Route("/", landing, methods=["GET"], middleware=middleware)


def landing_page(parts: Parts) -> Response:
    friend_url, dishes = parts.friend_link.url(), load().dishes.values()
    return render(
        parts,
        "landing.html",
        words="landing",
        public_url=parts.settings.public_url,
        friend_url=friend_url,
        qr=qr_code(friend_url) if friend_url else "",
        first_dishes=[dish for dish in dishes if dish.month_unlocked == 1],
        dish_count=len(dishes),
        labels=phrasebook,
        plan=_plan(parts),
        has_law=parts.settings.seller is not None,
    )


def _plan(parts: Parts) -> Mapping[str, str] | None:
    """None where it is not for sale."""
    if not parts.shop.is_open:
        return None
    return {"price": plan_talk.price(parts.shop.yen), "gives": plan_talk.gives()}


def qr_code(url: str) -> str:
    """As SVG of any size, dark on nothing: what lies behind it must be light."""
    return segno.make(url, error="m", micro=False).svg_inline(
        omitsize=True, border=0, svgclass="code", lineclass=None
    )
