"""The way back to what came of the last cook."""

from bot.say.bubbles import postback, quick
from knowledge_base import away_talk
from line.client import LineObject


def last_result_tap() -> LineObject:
    return quick(postback(away_talk.LAST_RESULT_LABEL, action="last_result"))
