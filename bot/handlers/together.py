"""A call while they cook: what it is, how long it may last, and the page that begins it."""

import re

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action
from bot.say.bubbles import Say, say, text_bubble
from bot.say.pages import call_card
from bot.say.steps import open_taps
from knowledge_base import companion_talk as words
from knowledge_base.intents.recognition import fold
from line.liff import LiffApps
from models.rules.entitlement import PAYING
from models.session import CookingSession
from models.user import User
from services.companion import Caps, allowance

router = Router()

_TOGETHER = re.compile(
    "(今日は|きょうは|今から|これから)?(いっしょ|一緒)に(作る|つくる|作りたい|つくりたい|作ろう|つくろう|作って|つくって|料理したい|料理する)"
    "(です|ください|ほしい(です)?|くれますか|もらえますか|ね|よ)*"
    "|(らいぶ|通話|電話|びでお通話)で?(を)?(つな(ぐ|ぎたい|いで)|見て(ほしい|ください)?|教えて(ほしい|ください)?|(が)?したい|始める)(です)?"
)


def wants_company(context: Context) -> bool:
    return _TOGETHER.fullmatch(fold(context.event.text).rstrip("。!！?？〜~ー…")) is not None


@router.on("postback", where=[action("together")])
@router.on("message.text", where=[wants_company])
def offer_call(db: DbSession, user: User, session: CookingSession | None, apps: LiffApps, caps: Caps) -> Say:
    page, taps = apps.companion_page(), open_taps(session, user)
    if page is None:
        return say(text_bubble(words.NO_PAGES), quick=taps)
    left = allowance(db, user, caps).seconds_left
    if left <= 0:
        is_paying = user.subscription_status in PAYING
        return say(text_bubble(words.no_minutes(is_paying)), quick=taps)
    return say(call_card(page, max(1, left // 60)), quick=taps)
