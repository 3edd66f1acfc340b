"""The card that asks a learner who leaves whether they mean it."""

from datetime import datetime

from bot.say.bubbles import Say, flex_bubble, postback, say, text_bubble
from bot.say.flex import button, card, heading, quiet_button, text
from knowledge_base import privacy_talk
from models.user import User

DANGER = "#B91C1C"


def leaving_card(user: User, now: datetime, *, has_plan: bool, has_paid: bool, lead: str = "") -> Say:
    """The tap names its learner and its time: it is of no use to another, nor much later."""
    told = privacy_talk.what_goes(has_plan=has_plan, has_paid=has_paid)
    at = int(now.timestamp())
    confirm = postback(privacy_talk.CONFIRM_LABEL, action="leave", learner=user.id, at=at)
    cancel = postback(privacy_talk.CANCEL_LABEL, action="stay")
    bubble = card(
        [heading(privacy_talk.TITLE), *map(text, told.split("\n\n"))],
        [button(confirm, color=DANGER), quiet_button(cancel)],
    )
    first = (text_bubble(lead),) if lead else ()
    return say(*first, flex_bubble(f"{privacy_talk.TITLE}\n{told}", bubble))
