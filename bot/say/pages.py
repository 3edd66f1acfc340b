"""Buttons that open pages of ours: for long videos, and for a call."""

from bot.say.bubbles import flex_bubble, link_action
from bot.say.flex import button, column, text
from knowledge_base import companion_talk, phrasebook
from line.client import LineObject


def upload_card(page: str) -> LineObject:
    words = [phrasebook.LONG_VIDEO_CARD]
    return _card(phrasebook.LONG_VIDEO_TITLE, words, phrasebook.LONG_VIDEO_LABEL, page)


def call_card(page: str, minutes: int) -> LineObject:
    words = [companion_talk.CALL_CARD, companion_talk.minutes_left(minutes)]
    return _card(companion_talk.CALL_TITLE, words, companion_talk.CALL_LABEL, page)


def _card(title: str, words: list[str], label: str, page: str) -> LineObject:
    contents = {
        "type": "bubble",
        "size": "kilo",
        "body": column([text(each) for each in words]),
        "footer": column([button(link_action(label, page))]),
    }
    return flex_bubble(title, contents)
