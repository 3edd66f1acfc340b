"""The reminder's bubble: where they left, a tap to go on, a tap that ends reminders. It stays, which quick replies do not."""

from bot.say.bubbles import Say, flex_bubble, postback, say
from bot.say.cards import INK, WARM
from knowledge_base import away_talk
from line.client import LineObject


def reminder(words: str, dish: str) -> Say:
    """`dish` is a slug; "" lets them choose."""
    contents: LineObject = {
        "type": "bubble",
        "size": "mega",
        "body": _column({"type": "text", "text": words, "size": "md", "color": INK, "wrap": True}),
        "footer": _column(
            {"type": "button", "style": "primary", "color": WARM, "height": "sm", "action": _go_on(dish)},
            {"type": "button", "style": "link", "height": "sm", "action": off_tap()},
        ),
    }
    return say(flex_bubble(words, contents))


def off_tap() -> LineObject:
    return postback(away_talk.OFF_LABEL, action="reminders_off")


def _go_on(dish: str) -> LineObject:
    if dish:
        return postback(away_talk.GO_ON_LABEL, action="dish", slug=dish)
    return postback(away_talk.CHOOSE_LABEL, action="menu")


def _column(*contents: LineObject) -> LineObject:
    return {"type": "box", "layout": "vertical", "spacing": "sm", "contents": list(contents)}
