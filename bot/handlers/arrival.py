"""A learner arrives, leaves, comes back, asks how it all works."""

from datetime import datetime

from sqlmodel import Session as DbSession

from bot.events import LineEvent
from bot.router import Router, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.prompts import choose_dish, prompt_for
from knowledge_base import copy
from models.rules.next_step import Ask, NextStep
from models.session import CookingSession
from models.user import User
from pipeline.outbox import wake_owed

router = Router()


@router.on("follow")
def follow(
    event: LineEvent,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    step: NextStep,
    now: datetime,
) -> Say:
    returning = user.blocked_at is not None or event.is_unblocked or session is not None
    user.blocked_at = None
    db.add(user)
    wake_owed(db, user)
    if not returning:
        prompt = choose_dish(db, user, now, lead=copy.welcome(user.first_name))
        return say(*prompt.bubbles, quick=prompt.quick)
    prompt = choose_dish(db, user, now) if step.ask is Ask.DISH else prompt_for(db, user, session, now)
    return say(text_bubble(copy.welcome_back(user.first_name)), *prompt.bubbles, quick=prompt.quick)


@router.on("unfollow")
def unfollow(db: DbSession, user: User, now: datetime) -> None:
    """Blocked: what is owed stays owed until they come back. No reply token comes with this event."""
    user.blocked_at = now
    db.add(user)


@router.on("message.text", where=[says("ヘルプ", "使い方", "help", "Help")])
def show_help(db: DbSession, user: User, session: CookingSession | None, now: datetime) -> Say:
    prompt = prompt_for(db, user, session, now)
    return say(text_bubble(copy.HELP), *prompt.bubbles, quick=prompt.quick)
