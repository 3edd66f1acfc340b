"""The button that opens the page for long videos."""

from bot.say.bubbles import flex_bubble, link_action
from bot.say.cards import INK, WARM
from knowledge_base import phrasebook
from line.client import LineObject


def upload_card(page: str) -> LineObject:
    words = {"type": "text", "text": phrasebook.LONG_VIDEO_CARD, "size": "sm", "color": INK, "wrap": True}
    button = {
        "type": "button",
        "style": "primary",
        "color": WARM,
        "height": "sm",
        "action": link_action(phrasebook.LONG_VIDEO_LABEL, page),
    }
    contents = {
        "type": "bubble",
        "size": "kilo",
        "body": {"type": "box", "layout": "vertical", "contents": [words]},
        "footer": {"type": "box", "layout": "vertical", "contents": [button]},
    }
    return flex_bubble(phrasebook.LONG_VIDEO_TITLE, contents)
