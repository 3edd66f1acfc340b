"""A learner arrives, leaves, comes back, asks how it all works."""

from datetime import datetime

from sqlmodel import Session as DbSession

from bot.router import Router, action, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.quiz import welcome
from bot.say.result import last_result_tap
from bot.say.steps import Steps
from knowledge_base import away_talk, phrasebook, plan_talk
from line.events import LineEvent
from line.liff import LiffApps
from models.rules.next_step import Ask, NextStep
from models.session import CookingSession
from models.user import User
from services import profile
from services.names import called
from services.plan.shop import PlanShop
from services.results import last_result

router = Router()


@router.on("follow")
def follow(
    event: LineEvent,
    db: DbSession,
    user: User,
    was_away: bool,
    session: CookingSession | None,
    step: NextStep,
    steps: Steps,
    apps: LiffApps,
) -> Say:
    is_back = was_away or event.is_unblocked or session is not None
    if not is_back:
        return welcome(apps, steps.ask_dish(lead=phrasebook.welcome(called(user))))
    asked = steps.ask_dish() if step.ask is Ask.DISH else steps.ask_next(session)
    words, taps = phrasebook.welcome_back(called(user)), asked.quick
    if last_result(db, user) is not None:
        words, taps = f"{words}{away_talk.LAST_RESULT_OFFER}", (last_result_tap(), *taps)
    return say(text_bubble(words), *asked.bubbles, quick=taps, topic=asked.topic)


@router.on("unfollow")
def unfollow(event: LineEvent, db: DbSession, user: User, now: datetime) -> None:
    """No reply token comes with this event."""
    profile.block(db, user, event.channel, now)


@router.on("postback", where=[action("help")])
@router.on("message.text", where=[says("ヘルプ", "使い方", "help", "Help")])
def show_help(session: CookingSession | None, steps: Steps, shop: PlanShop) -> Say:
    words = f"{phrasebook.HELP}{plan_talk.HELP}" if shop.is_open else phrasebook.HELP
    return steps.ask_next(session).say_after(text_bubble(words))
