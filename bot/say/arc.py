"""How a dish ends, and the tap that leads on to the next one."""

from sqlmodel import Session as DbSession

from bot.say.bubbles import postback, quick, text_bubble
from knowledge_base import arc_talk, phrasebook
from knowledge_base.catalogue import load
from line.client import LineObject
from models.coaching import CoachingText, OpenSkill
from models.dish import Dish
from models.rules.entitlement import SESSIONS_PER_DISH
from models.session import CookingSession
from models.user import User
from services.curriculum import needs, next_dish
from services.record import state_of


def ending_bubbles(coaching: CoachingText, lead_on: Dish | None) -> tuple[LineObject, ...]:
    """After a dish's last attempt; `lead_on` is the dish that a tap of this message opens."""
    words = [coaching.outlook] + ([arc_talk.next_dish(lead_on.name_ja)] if lead_on else [])
    return (text_bubble("\n\n".join(words)),) if coaching.outlook else ()


def dish_after(db: DbSession, user: User, session: CookingSession) -> Dish | None:
    """What may be cooked next, once this dish has had its last attempt."""
    return next_dish(db, user) if session.session_number == SESSIONS_PER_DISH else None


def next_dish_taps(dish: Dish | None) -> tuple[LineObject, ...]:
    if dish is None:
        return ()
    label, display = arc_talk.next_dish_label(dish.name_ja), phrasebook.dish_display(dish.name_ja)
    return (quick(postback(label, display=display, action="dish", slug=dish.slug)),)


def carried_over(db: DbSession, cook: CookingSession, slug: str) -> str:
    """What a dish begins with that an earlier one has left open; "" where it does not need it."""
    state = state_of(db, cook.user_id)
    if cook.session_number > 1 or not state.open_skill:
        return ""
    left, knowledge = OpenSkill.model_validate(state.open_skill), load()
    if left.dish not in knowledge.dishes or not needs(knowledge.dishes[slug], left):
        return ""
    return arc_talk.carried_over(knowledge.dishes[left.dish].name_ja, knowledge.skills[left.skill])
