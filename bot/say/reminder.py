"""The reminder's bubble: where they left, a tap to go on, a tap that ends reminders. It stays, which quick replies do not."""

from bot.say.bubbles import Say, flex_bubble, postback, say
from bot.say.flex import button, card, link_button, text
from knowledge_base import away_talk
from line.client import LineObject


def reminder(words: str, dish: str) -> Say:
    """`dish` is a slug; "" lets them choose."""
    bubble = card([text(words, size="md")], [button(_go_on(dish)), link_button(off_tap())])
    return say(flex_bubble(words, bubble))


def off_tap() -> LineObject:
    return postback(away_talk.OFF_LABEL, action="reminders_off")


def _go_on(dish: str) -> LineObject:
    if dish:
        return postback(away_talk.GO_ON_LABEL, action="dish", slug=dish)
    return postback(away_talk.CHOOSE_LABEL, action="menu")
