"""The card with the link to a learner's data."""

from datetime import datetime

from bot.say.bubbles import flex_bubble, link_action
from bot.say.cards import INK, WARM
from knowledge_base import export_talk
from line.client import LineObject


def export_card(link: str, expires_at: datetime) -> LineObject:
    words = export_talk.ready(expires_at)
    action = link_action(export_talk.OPEN_LABEL, link)
    bubble: LineObject = {
        "type": "bubble",
        "size": "mega",
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "contents": [
                _text(export_talk.TITLE, size="lg", weight="bold"),
                *(_text(part, size="sm") for part in words.split("\n\n")),
            ],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "contents": [
                {"type": "button", "style": "primary", "color": WARM, "height": "sm", "action": action}
            ],
        },
    }
    return flex_bubble(f"{export_talk.TITLE}\n{words}", bubble)


def _text(words: str, **style: str) -> LineObject:
    return {"type": "text", "text": words, "wrap": True, "color": INK, **style}
