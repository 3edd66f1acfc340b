"""The plan's card: by its word, by a button, by whatever asks for it."""

from sqlmodel import Session as DbSession

from bot.router import Context, Router, action, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.plan import plan_card
from bot.say.steps import open_taps
from knowledge_base import plan_talk
from knowledge_base.intents import plan as words
from line.client import LineObject
from line.events import LineEvent
from models.chat import MessageType
from models.plan import Plan
from models.rules.next_step import Ask
from models.session import CookingSession
from models.user import User
from services.plan.offer import has_trial
from services.plan.shop import PlanShop, latest_receipt
from services.replying import note_trouble
from services.thread import Origin, record_inbound

router = Router()


@router.on("postback", where=[action("plan")])
def show_plan(db: DbSession, user: User, session: CookingSession | None, shop: PlanShop) -> Say:
    return _card(db, user, session, shop)


@router.on("message.text", where=[says(*words.WORDS)])
def tell_plan(db: DbSession, user: User, session: CookingSession | None, shop: PlanShop) -> Say:
    return _card(db, user, session, shop)


def tells_of_trouble(context: Context) -> bool:
    """Also where the plan is for sale no more."""
    return words.tells_of_trouble(context.event.text) and _is_meant(context)


@router.on("message.text", where=[tells_of_trouble])
def look_at_trouble(
    event: LineEvent,
    origin: Origin,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    shop: PlanShop,
) -> Say:
    note_trouble(db, user, session, event.text, origin)
    return _card(db, user, session, shop, text_bubble(plan_talk.TROUBLE))


def asks_of_plan(context: Context) -> bool:
    """Where none is for sale, questions about it are a coach's to answer."""
    return context.shop.is_open and words.asks_of_plan(context.event.text) and _is_meant(context)


def _is_meant(context: Context) -> bool:
    """A memo that is waited for is lost to no card: there only what is beyond doubt asks for it. No name has such words,
    but who is asked for theirs may have trouble with their card."""
    return context.step.ask is not Ask.MEMO or words.surely_asks_of_plan(context.event.text)


@router.on("message.text", where=[asks_of_plan])
def answer_with_plan(
    event: LineEvent,
    origin: Origin,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    shop: PlanShop,
) -> Say:
    record_inbound(db, user, MessageType.TEXT, text=event.text, session=session, origin=origin)
    return _card(db, user, session, shop)


def _card(
    db: DbSession, user: User, session: CookingSession | None, shop: PlanShop, *first: LineObject
) -> Say:
    """With the taps of what is asked just now, which LINE takes away with each new bubble."""
    plan, receipt_url = db.get(Plan, user.id), latest_receipt(db, user)
    card = plan_card(shop, user, plan, receipt_url, has_trial=has_trial(db, user))
    return say(*first, card, quick=open_taps(session, user))
