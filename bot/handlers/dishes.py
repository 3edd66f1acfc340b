"""Choosing a dish: opening a session, and giving it what was sent before."""

from datetime import datetime

from sqlmodel import Session as DbSession
from sqlmodel import select

from bot.received import unplaced
from bot.router import Router, action, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.prompts import choose_dish, prompt_for, refusal, video_taken
from knowledge_base import copy
from knowledge_base.catalogue import load
from models.chat import MessageType
from models.dish import Dish
from models.rules.entitlement import EntitlementError, is_open, next_session_number
from models.rules.history import sessions_of
from models.rules.next_step import Ask, NextStep
from models.session import CookingSession, SessionStatus
from models.user import User
from pipeline.advance import advance
from pipeline.endings import forget_memo, forget_video

router = Router()

UNDER_WAY = (Ask.MEMO, Ask.RATING, Ask.WAIT_FOR_TEXT)


@router.on("postback", where=[action("menu")])
@router.on("message.text", where=[says("料理を選ぶ", "メニュー", "料理", "次の回を作る", "もう一度")])
def show_dishes(
    db: DbSession, user: User, session: CookingSession | None, step: NextStep, now: datetime
) -> Say:
    if step.ask in UNDER_WAY:
        prompt = prompt_for(db, user, session, now)
        return say(text_bubble(copy.COACHING_UNDER_WAY), *prompt.bubbles, quick=prompt.quick)
    prompt = choose_dish(db, user, now)
    return say(*prompt.bubbles, quick=prompt.quick)


@router.on("postback", where=[action("dish", slug=str)])
def pick_dish(
    slug: str, db: DbSession, user: User, session: CookingSession | None, step: NextStep, now: datetime
) -> Say:
    if step.ask in UNDER_WAY:
        return show_dishes(db=db, user=user, session=session, step=step, now=now)
    dish = db.exec(select(Dish).where(Dish.slug == slug)).first()
    if dish is None or slug not in load().dishes:
        return _again(db, user, now, copy.DISH_GONE)
    try:
        opened = _open(db, user, dish, now)
    except EntitlementError as error:
        return _again(db, user, now, refusal(error, dish))
    _take_unplaced(db, user, opened, now)
    advance(db, opened)
    return _begin(db, user, dish, opened, now)


def _open(db: DbSession, user: User, dish: Dish, now: datetime) -> CookingSession:
    """The session for the next cook of this dish. One that still waits for its video is given over to it.

    Raises EntitlementError.
    """
    sessions = sessions_of(db, user.id or 0)
    number = next_session_number(user, dish, sessions, now)
    same = next((s for s in sessions if s.dish_id == dish.id and s.session_number == number), None)
    waiting = next((s for s in sessions if is_open(s)), None)
    if same is not None:
        if same.status == SessionStatus.FAILED:
            forget_video(db, same)
            forget_memo(db, same)
            same.self_ratings, same.memo_skipped, same.created_at = {}, False, now
        if waiting is not None and waiting is not same:
            _give_over(waiting, same)
            db.delete(waiting)
            db.flush()
        db.add(same)
        return same
    if waiting is not None:
        waiting.dish_id, waiting.session_number = dish.id or 0, number
        db.add(waiting)
        return waiting
    opened = CookingSession(user_id=user.id or 0, dish_id=dish.id or 0, session_number=number)
    db.add(opened)
    db.flush()
    return opened


def _give_over(waiting: CookingSession, to: CookingSession) -> None:
    """The ratings already tapped belong to the cook, whatever dish it turns out to be."""
    to.self_ratings = {**to.self_ratings, **waiting.self_ratings}


def _take_unplaced(db: DbSession, user: User, session: CookingSession, now: datetime) -> None:
    """The latest of each kind; the others go with it, so that none is taken for a later cook."""
    videos = unplaced(db, user, MessageType.VIDEO)
    if videos and session.video_message_id is None:
        session.video_message_id = videos[0].line_message_id
        session.video_channel = videos[0].channel
        session.video_received_at = now
    memos = unplaced(db, user, MessageType.AUDIO)
    if memos and session.memo_message_id is None:
        session.memo_message_id = memos[0].line_message_id
        session.memo_channel = memos[0].channel
    for message in (*videos, *memos):
        message.session_id = session.id
        db.add(message)
    db.flush()


def _begin(db: DbSession, user: User, dish: Dish, session: CookingSession, now: datetime) -> Say:
    if session.video_message_id is None:
        guide = load().dishes[dish.slug]
        focus = guide.attempts[session.session_number - 1]
        return say(text_bubble(copy.dish_chosen(dish.name_ja, session.session_number, focus)))
    return video_taken(db, user, session, now)


def _again(db: DbSession, user: User, now: datetime, words: str) -> Say:
    prompt = choose_dish(db, user, now, lead=words)
    return say(*prompt.bubbles, quick=prompt.quick)
