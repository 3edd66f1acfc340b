"""A learner wishes to cook another dish than the one that waits, or none today."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session as DbSession
from sqlmodel import select

from bot.handlers.dishes import pick_dish
from bot.router import Context, Router
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import Steps
from knowledge_base import wish_talk
from knowledge_base.intents.dishes import DishWish, WishKind, dish_wish
from line.events import LineEvent
from models.chat import MessageType
from models.dish import Dish
from models.rules.entitlement import is_unlocked
from models.rules.next_step import UNDER_WAY, Ask
from models.session import CookingSession
from models.user import User
from services.cooking import wish_other_dish
from services.thread import Origin, record_inbound

router = Router()


def wishes_dish(context: Context) -> bool | Mapping[str, object]:
    """Where a memo is waited for, it is one; while a coaching is made, only a dish by name asks for another."""
    if context.step.ask is Ask.MEMO:
        return False
    wish = dish_wish(context.event.text)
    if wish is None or (context.step.ask in UNDER_WAY and wish.kind is not WishKind.COOK):
        return False
    return {"wish": wish}


@router.on("message.text", where=[wishes_dish])
def respect_wish(
    wish: DishWish,
    event: LineEvent,
    origin: Origin,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    steps: Steps,
    now: datetime,
) -> Say:
    record_inbound(db, user, MessageType.TEXT, text=event.text, session=session, origin=origin)
    if wish.kind is WishKind.NOT_TODAY:
        return say(text_bubble(wish_talk.NOT_TODAY))
    wish_other_dish(db, session)
    if wish.kind is WishKind.ANOTHER:
        return steps.ask_dish(lead=wish_talk.ANOTHER).say_after()
    if wish.kind is WishKind.UNKNOWN:
        return steps.ask_dish(lead=wish_talk.UNKNOWN).say_after()
    dish = db.exec(select(Dish).where(Dish.slug == wish.slug)).first()
    if dish is not None and not is_unlocked(user, dish):
        return steps.ask_dish(lead=wish_talk.locked(dish.name_ja, dish.month_unlocked)).say_after()
    return pick_dish(wish.slug, db, user, session, steps, now)
