"""The card with the link to a learner's data."""

from datetime import datetime

from bot.say.bubbles import flex_bubble, link_action
from bot.say.flex import button, card, heading, text
from knowledge_base import export_talk
from line.client import LineObject


def export_card(link: str, expires_at: datetime) -> LineObject:
    told = export_talk.ready(expires_at)
    bubble = card(
        [heading(export_talk.TITLE), *map(text, told.split("\n\n"))],
        [button(link_action(export_talk.OPEN_LABEL, link))],
    )
    return flex_bubble(f"{export_talk.TITLE}\n{told}", bubble)
