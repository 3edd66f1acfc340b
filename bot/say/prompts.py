"""How each next step is asked for: a bubble, and the taps that answer it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.say.bubbles import LineObject, Say, message_action, postback, quick, say, text_bubble, voice_action
from bot.say.cards import dish_carousel
from knowledge_base import copy
from knowledge_base.catalogue import load
from models.chat import RoomType
from models.coaching import CoachingText, RatingAspect
from models.dish import Dish
from models.rules.entitlement import DishLocked, EntitlementError, TrialUsed, next_session_number
from models.rules.history import sessions_of, waiting_times
from models.rules.next_step import Ask, NextStep, next_step
from models.rules.promise import text_promise
from models.session import CookingSession
from models.user import User
from settings import settings


@dataclass(frozen=True)
class Prompt:
    bubbles: tuple[LineObject, ...]
    quick: tuple[LineObject, ...] = ()


def prompt_for(db: DbSession, user: User, session: CookingSession | None, now: datetime) -> Prompt:
    """What to ask next, derived from the rows."""
    step = next_step(session)
    if step.ask is Ask.DISH or session is None:
        return choose_dish(db, user, now)
    if step.ask is Ask.VIDEO:
        return Prompt((text_bubble(copy.ASK_VIDEO),))
    if step.ask is Ask.MEMO:
        return ask_memo(session)
    if step.ask is Ask.RATING and step.aspect is not None:
        return ask_rating(session, step.aspect)
    return Prompt((text_bubble(_waiting(db, step, session, now)),), _afterwards(step))


def choose_dish(db: DbSession, user: User, now: datetime, lead: str = copy.CHOOSE_DISH) -> Prompt:
    """The carousel of what the learner may cook now, or why there is nothing to choose."""
    open_dishes, last_refusal = _open_dishes(db, user, now)
    if not open_dishes:
        return Prompt((text_bubble(refusal(last_refusal, None)),))
    return Prompt((text_bubble(lead), dish_carousel(open_dishes)))


def refusal(error: EntitlementError | None, dish: Dish | None) -> str:
    if isinstance(error, TrialUsed):
        return copy.TRIAL_USED
    if isinstance(error, DishLocked):
        return copy.DISH_LOCKED
    return copy.attempts_used(dish.name_ja) if dish else copy.ALL_COOKED


def _open_dishes(
    db: DbSession, user: User, now: datetime
) -> tuple[list[tuple[Dish, int]], EntitlementError | None]:
    sessions = sessions_of(db, user.id or 0)
    found: list[tuple[Dish, int]] = []
    refused: EntitlementError | None = None
    # A dish that is gone from the files keeps its row for past sessions, but nobody can be coached on it.
    taught = select(Dish).where(col(Dish.slug).in_(load().dishes))
    for dish in db.exec(taught.order_by(col(Dish.month_unlocked), col(Dish.order))):
        try:
            found.append((dish, next_session_number(user, dish, sessions, now)))
        except DishLocked:
            continue  # why an open dish is refused tells more
        except EntitlementError as error:
            refused = error
    return found, refused


def video_taken(db: DbSession, user: User, session: CookingSession, now: datetime) -> Say:
    """The acknowledgement of a video: when the text will come, and what is still asked."""
    dish = db.get_one(Dish, session.dish_id)
    minutes = max(1, minutes_left(db, session, now))
    taken = text_bubble(copy.video_received(minutes, dish.name_ja, session.session_number))
    prompt = prompt_for(db, user, session, now)
    bubbles = () if next_step(session).ask is Ask.WAIT_FOR_TEXT else prompt.bubbles  # that is said already
    return say(taken, *bubbles, quick=prompt.quick, room=RoomType.COOKING_VIDEOS)


def ask_memo(session: CookingSession) -> Prompt:
    skip = postback(copy.MEMO_SKIP_LABEL, action="skip_memo", session_id=session.id or 0)
    return Prompt((text_bubble(copy.ASK_MEMO),), (quick(voice_action()), quick(skip)))


def ask_rating(session: CookingSession, aspect: RatingAspect) -> Prompt:
    taps = tuple(
        quick(
            postback(
                label,
                display=copy.rating_display(aspect, value),
                action="rate",
                session_id=session.id or 0,
                aspect=aspect,
                value=value,
            )
        )
        for value, label in enumerate(copy.RATING_LABELS, start=1)
    )
    return Prompt((text_bubble(copy.ask_rating(aspect)),), taps)


def question_taps(session: CookingSession) -> tuple[LineObject, ...]:
    """What a learner might ask next; none before there is a coaching text."""
    if not session.coaching_text:
        return ()
    suggested = CoachingText.model_validate(session.coaching_text).suggested_questions
    return tuple(quick(message_action(question)) for question in suggested if question.strip())


def choose_taps(label: str = copy.CHOOSE_LABEL) -> tuple[LineObject, ...]:
    return (quick(postback(label, action="menu")),)


def minutes_left(db: DbSession, session: CookingSession, now: datetime) -> int:
    """Whole minutes until the text, from our own last sessions; 0 when it is due."""
    promised = text_promise(waiting_times(db), settings().text_promise)
    waited = now - session.video_received_at if session.video_received_at else timedelta()
    return max(0, ceil((promised - waited) / timedelta(minutes=1)))


def _waiting(db: DbSession, step: NextStep, session: CookingSession, now: datetime) -> str:
    if step.ask is Ask.WAIT_FOR_TEXT:
        minutes = minutes_left(db, session, now)
        return copy.wait_for_text(minutes) if minutes else copy.WAIT_FOR_TEXT_SOON
    if step.ask is Ask.WAIT_FOR_VIDEO:
        return copy.WAIT_FOR_VIDEO
    return copy.TRY_LATER if step.ask is Ask.TRY_LATER else copy.COOK_AGAIN


def _afterwards(step: NextStep) -> tuple[LineObject, ...]:
    return choose_taps(copy.COOK_AGAIN_LABEL) if step.ask in (Ask.COOK_AGAIN, Ask.TRY_LATER) else ()
