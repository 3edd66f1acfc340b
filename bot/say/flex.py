"""What our Flex bubbles are made of: their colours, words, buttons and columns, and the card with a title."""

from collections.abc import Sequence
from typing import Literal

from line.client import LineObject

INK = "#1F2933"
QUIET = "#6B7280"
WARM = "#C2410C"
PAPER = "#FFF7ED"


def text(words: str, *, size: str = "sm", color: str = INK, **style: str) -> LineObject:
    return {"type": "text", "text": words, "wrap": True, "size": size, "color": color, **style}


def heading(words: str) -> LineObject:
    return text(words, size="lg", weight="bold")


def button(action: LineObject, *, color: str = WARM) -> LineObject:
    """The one to be tapped."""
    return {"type": "button", "style": "primary", "color": color, "height": "sm", "action": action}


def quiet_button(action: LineObject) -> LineObject:
    return {"type": "button", "style": "secondary", "height": "sm", "action": action}


def link_button(action: LineObject, **style: str) -> LineObject:
    return {"type": "button", "style": "link", "height": "sm", **style, "action": action}


def column(contents: Sequence[LineObject], spacing: Literal["xs", "sm", "md"] = "md") -> LineObject:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": [*contents]}


def card(parts: Sequence[LineObject], buttons: Sequence[LineObject] = ()) -> LineObject:
    """A bubble of parts one below the other, and buttons at its foot."""
    footer = {"footer": column(buttons, "sm")} if buttons else {}
    return {"type": "bubble", "size": "mega", "body": column(parts), **footer}
