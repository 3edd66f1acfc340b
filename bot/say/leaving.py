"""The card that asks a learner who leaves whether they mean it."""

from datetime import datetime

from bot.say.bubbles import Say, flex_bubble, postback, say, text_bubble
from bot.say.cards import INK
from knowledge_base import privacy_talk
from line.client import LineObject
from models.user import User

DANGER = "#B91C1C"


def leaving_card(user: User, now: datetime, *, has_plan: bool, has_paid: bool, lead: str = "") -> Say:
    """The tap names its learner and its time: it is of no use to another, nor much later."""
    words = privacy_talk.what_goes(has_plan=has_plan, has_paid=has_paid)
    at = int(now.timestamp())
    confirm = postback(privacy_talk.CONFIRM_LABEL, action="leave", learner=user.id, at=at)
    cancel = postback(privacy_talk.CANCEL_LABEL, action="stay")
    bubble: LineObject = {
        "type": "bubble",
        "size": "mega",
        "body": {
            "type": "box",
            "layout": "vertical",
            "spacing": "md",
            "contents": [
                _text(privacy_talk.TITLE, size="lg", weight="bold"),
                *(_text(part, size="sm") for part in words.split("\n\n")),
            ],
        },
        "footer": {
            "type": "box",
            "layout": "vertical",
            "spacing": "sm",
            "contents": [
                {"type": "button", "style": "primary", "color": DANGER, "height": "sm", "action": confirm},
                {"type": "button", "style": "secondary", "height": "sm", "action": cancel},
            ],
        },
    }
    first = (text_bubble(lead),) if lead else ()
    return say(*first, flex_bubble(f"{privacy_talk.TITLE}\n{words}", bubble))


def _text(words: str, **style: str) -> LineObject:
    return {"type": "text", "text": words, "wrap": True, "color": INK, **style}
