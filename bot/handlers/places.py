"""Looking back: every dish and how far the learner is with it, a session once more, their skills and marks."""

from collections.abc import Iterator

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action
from bot.say.bubbles import (
    Say,
    audio_bubble,
    image_bubble,
    link_action,
    quick,
    say,
    text_bubble,
    video_bubble,
)
from bot.say.cards import coaching_card
from bot.say.places import Place, dish_card, progress_card, progress_picture, record_carousel
from bot.say.steps import Steps, choose_taps, open_taps
from bot.tracking import tracking_id
from knowledge_base import phrasebook, places_talk
from knowledge_base.intents.places import asks_for_progress, asks_for_record
from knowledge_base.pages import page_words
from knowledge_base.plan_talk import day
from line.client import LineObject
from line.events import LineEvent
from line.liff import LiffApps
from models.coaching import CoachingText
from models.dish import Dish
from models.plan import Plan
from models.rules.next_step import UNDER_WAY, Ask, NextStep
from models.rules.unlocking import openings
from models.session import CookingSession, SessionStatus
from models.user import User
from services.curriculum import all_dishes
from services.pictures import Picture
from services.plan.shop import PlanShop
from services.progress import LearnerProgress, progress_of_learner
from services.record import cooks_of
from services.sessions import NoSuchSession, own_session

router = Router()


def wants_record(context: Context) -> bool:
    return asks_for_record(context.event.text)


@router.on("postback", where=[action("places")])
@router.on("message.text", where=[wants_record])
def show_record(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    step: NextStep,
    steps: Steps,
    shop: PlanShop,
) -> Say:
    return _with_now(_record(db, user, steps, shop), session, step, steps)


@router.on("postback", where=[action("place", slug=str)])
def show_dish(
    slug: str,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    steps: Steps,
    shop: PlanShop,
    apps: LiffApps,
) -> Say:
    place = next((each for each in _places(db, user, steps, shop) if each.dish.dish.slug == slug), None)
    if place is None:  # taught no more
        return _gone(db, user, session, steps, shop)
    card = dish_card(place, cooks_of(db, user, place.dish.dish), apps.page(f"/dishes/{slug}"))
    return say(card, quick=open_taps(session, user))


@router.on("postback", where=[action("look", session_id=int)])
def look_again(
    session_id: int,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    steps: Steps,
    shop: PlanShop,
    apps: LiffApps,
) -> Say:
    """What there is of it today: nothing that was taken back."""
    try:
        cook = own_session(db, user.id, session_id)
    except NoSuchSession:
        return _gone(db, user, session, steps, shop)
    dish, page = db.get_one(Dish, cook.dish_id), apps.page(f"/sessions/{cook.id}")
    bubbles = [
        *_coaching(cook, dish, page),
        *_photo(cook, steps),
        *_video(cook, steps),
        *_memo(cook, steps),
    ]
    to_page = (quick(link_action(phrasebook.SESSION_PAGE_LABEL, page)),) if page else ()
    return say(*bubbles, quick=(*to_page, *open_taps(session, user)))


def wants_progress(event: LineEvent) -> bool:
    return (event.data or {}).get("action") == "progress" or asks_for_progress(event.text)


def asks_progress(context: Context) -> bool:
    return wants_progress(context.event)


@router.on("postback", "message.text", where=[asks_progress])
def show_progress(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    step: NextStep,
    steps: Steps,
    picture: Picture | None,
    apps: LiffApps,
) -> Say:
    progress = progress_of_learner(db, user)
    if not progress.coached:
        nothing = say(text_bubble(places_talk.NO_PROGRESS_YET), quick=choose_taps())
        return _with_now(nothing.bubbles[0], session, step, steps) if session else nothing
    shown = (
        progress_picture(steps.links.link(picture.object_key), picture.width, picture.height)
        if picture is not None
        else None
    )
    card = progress_card(_sentence(progress), shown, apps.page("/progress"))
    return _with_now(card, session, step, steps)


def _with_now(card: LineObject, session: CookingSession | None, step: NextStep, steps: Steps) -> Say:
    """How far a coaching is that is under way, too: 「進みぐあいは？」 may mean that."""
    if step.ask in UNDER_WAY or step.ask is Ask.WAIT_FOR_VIDEO:
        return steps.ask_next(session).say_after(card)
    return say(card, quick=open_taps(session, steps.user))


def _record(db: DbSession, user: User, steps: Steps, shop: PlanShop) -> LineObject:
    places = _places(db, user, steps, shop)
    months = [place.month for place in places]
    return record_carousel(places, openings(user, db.get(Plan, user.id), months), is_sold=shop.is_open)


def _places(db: DbSession, user: User, steps: Steps, shop: PlanShop) -> list[Place]:
    dishes = all_dishes(db, user)
    months = [dish.dish.month_unlocked for dish in dishes]
    opens = {
        opening.month: places_talk.opening(opening, is_sold=shop.is_open)
        for opening in openings(user, db.get(Plan, user.id), months)
    }
    return [
        Place(dish, steps.picture_of(dish.dish.slug), opens.get(dish.dish.month_unlocked, ""))
        for dish in dishes
    ]


def _gone(db: DbSession, user: User, session: CookingSession | None, steps: Steps, shop: PlanShop) -> Say:
    card = _record(db, user, steps, shop)
    return say(text_bubble(places_talk.GONE), card, quick=open_taps(session, user))


def _coaching(cook: CookingSession, dish: Dish, page: str | None) -> Iterator[LineObject]:
    yield text_bubble(places_talk.looked_at(dish.name_ja, cook.session_number, day(cook.created_at)))
    if not cook.coaching_text:
        yield text_bubble(f"{page_words('dishes')[places_talk.STATES[cook.status]]}。")
        return
    coaching = CoachingText.model_validate(cook.coaching_text)
    yield coaching_card(coaching, dish.name_ja, cook.session_number, page)


def _photo(cook: CookingSession, steps: Steps) -> Iterator[LineObject]:
    """The newest: LINE takes five bubbles at once. All of them are on the cook's page."""
    for photo in [each for each in cook.photos if each.is_stored][-1:]:
        yield image_bubble(steps.links.link(photo.object_key))


def _video(cook: CookingSession, steps: Steps) -> Iterator[LineObject]:
    if not cook.coaching_text:
        return
    if cook.coaching_video_gcs_path:
        yield video_bubble(
            steps.links.link(cook.coaching_video_gcs_path),
            steps.links.link(cook.coaching_preview_gcs_path),
            tracking_id(cook.id),
        )
    elif cook.video is None:
        yield text_bubble(page_words("session")["no_footage_text"])
    elif cook.status == SessionStatus.FAILED:
        yield text_bubble(places_talk.NO_VIDEO)
    else:
        yield text_bubble(phrasebook.WAIT_FOR_VIDEO)


def _memo(cook: CookingSession, steps: Steps) -> Iterator[LineObject]:
    """Their own voice, or what they wrote."""
    memo = cook.memo
    if memo is not None and memo.is_stored:
        seconds = float(memo.facts.get("duration_seconds") or 0)
        yield audio_bubble(steps.links.link(memo.object_key), seconds)
    elif memo is None and cook.voice_transcript:
        yield text_bubble(places_talk.written_memo(cook.voice_transcript))


def _sentence(progress: LearnerProgress) -> str:
    acquired = [skill.name for skill in progress.acquired]
    most = max(progress.developing, key=lambda skill: skill.cooks, default=None)
    return places_talk.progress_sentence(
        len(progress.coached), acquired, most.name if most else "", most.cooks if most else 0
    )
