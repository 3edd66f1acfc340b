"""The button that opens the page for long videos."""

from bot.say.bubbles import flex_bubble, link_action
from bot.say.flex import button, column, text
from knowledge_base import phrasebook
from line.client import LineObject


def upload_card(page: str) -> LineObject:
    contents = {
        "type": "bubble",
        "size": "kilo",
        "body": column([text(phrasebook.LONG_VIDEO_CARD)]),
        "footer": column([button(link_action(phrasebook.LONG_VIDEO_LABEL, page))]),
    }
    return flex_bubble(phrasebook.LONG_VIDEO_TITLE, contents)
