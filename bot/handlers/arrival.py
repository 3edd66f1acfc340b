"""A learner arrives, leaves, comes back."""

from datetime import datetime

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.events import LineEvent
from bot.router import Router
from bot.say.bubbles import Say, say, text_bubble
from bot.say.prompts import choose_dish, prompt_for
from knowledge_base import copy
from models.chat import ChatRoom, Message
from models.rules.next_step import Ask, NextStep
from models.session import CookingSession
from models.user import User
from pipeline.queue import Job, enqueue

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
    _wake_owed(db, user)
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


def _wake_owed(db: DbSession, user: User) -> None:
    owed = (
        select(Message.id)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
    )
    for message_id in db.exec(owed):
        enqueue(db, Job.DELIVER, message_id or 0)
