"""Choosing a dish."""

from datetime import datetime

from sqlmodel import Session as DbSession

from bot.router import Router, action, says
from bot.say.arc import carried_over
from bot.say.bubbles import Say, say, text_bubble
from bot.say.quiz import offer_before
from bot.say.steps import Steps, error_words
from bot.say.waiting import tell_progress
from errors import MomentError
from knowledge_base import phrasebook
from knowledge_base.catalogue import load
from knowledge_base.dish_order import caution
from knowledge_base.foods import avoided_by
from knowledge_base.personal_words import how_to_film
from line.liff import LiffApps
from models.chat import RoomType
from models.dish import Dish
from models.rules.entitlement import EntitlementError
from models.rules.next_step import UNDER_WAY, NextStep
from models.session import CookingSession
from models.user import User
from services.cooking import CoachingUnderWay, DishGone, open_cook
from services.onboarding import wants_offer
from services.reminders import focus_of

router = Router()


@router.on("postback", where=[action("menu", page=int)])
def show_more_dishes(page: int, session: CookingSession | None, step: NextStep, steps: Steps) -> Say:
    """From the last bubble of a carousel that could not hold all."""
    if step.ask in UNDER_WAY:
        return steps.ask_next(session).say_after(text_bubble(phrasebook.COACHING_UNDER_WAY))
    return steps.ask_dish(page=page).say_after()


@router.on("postback", where=[action("menu")])
@router.on("message.text", where=[says("料理を選ぶ", "メニュー", "料理", "次の回を作る")])
def show_dishes(
    db: DbSession, user: User, session: CookingSession | None, step: NextStep, steps: Steps, apps: LiffApps
) -> Say:
    """Whoever was never asked about themselves is, once: they choose, and their answers help to choose."""
    if step.ask in UNDER_WAY:
        return tell_progress(steps, session, lead=phrasebook.COACHING_UNDER_WAY)
    dishes = steps.ask_dish()
    if dishes.topic is None and wants_offer(db, user):  # one thing at a time
        return offer_before(apps, dishes)
    return dishes.say_after()


@router.on("postback", where=[action("dish", slug=str)])
def pick_dish(
    slug: str, db: DbSession, user: User, session: CookingSession | None, steps: Steps, now: datetime
) -> Say:
    try:
        cook = open_cook(db, user, session, slug, now)
    except CoachingUnderWay as error:
        return steps.ask_next(session).say_after(text_bubble(error_words(error)))
    except (DishGone, EntitlementError) as error:
        return _offer_others(steps, error)
    if cook.video is not None:
        bubbles, taps = steps.acknowledge_video(cook)
        return say(*bubbles, quick=taps, room=RoomType.COOKING_VIDEOS)
    dish = db.get_one(Dish, cook.dish_id)
    guide = load().dishes[dish.slug]
    words = phrasebook.dish_chosen(
        dish.name_ja,
        cook.session_number,
        focus_of(db, cook) or guide.attempts[cook.session_number - 1],
        how_to_film(steps.profile),
        caution=caution(guide, avoided_by(steps.profile)),
    )
    carried = carried_over(db, cook, dish.slug)
    return say(text_bubble(f"{words}\n\n{carried}" if carried else words))


def _offer_others(steps: Steps, error: MomentError) -> Say:
    return steps.ask_dish(lead=error_words(error)).say_after()
