"""What the pipeline owes, as bubbles. Rendered once, at the first try, so that every retry is identical."""

from sqlmodel import Session as DbSession

from bot.handlers.watching import tracking_id
from bot.say.bubbles import (
    LineObject,
    Say,
    say,
    text_bubble,
    video_bubble,
    with_sender,
)
from bot.say.cards import coaching_card
from bot.say.prompts import ask_memo, ask_rating, choose_taps, question_taps
from knowledge_base import copy
from models.chat import ChatRoom, Message, MessageType, RoomType
from models.coaching import CoachingText
from models.dish import Dish
from models.rules.next_step import Ask, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from pipeline.links import media_link
from settings import settings


def render(db: DbSession, message: Message, user: User) -> list[LineObject]:
    session = db.get(CookingSession, message.session_id) if message.session_id else None
    said = _say(db, message, user, session)
    return signed(said, db.get_one(ChatRoom, message.chat_room_id).room_type)


def signed(said: Say, room: RoomType) -> list[LineObject]:
    """Every bubble with its room's name and icon."""
    return [with_sender(bubble, room, f"{settings().public_url}/icons/{room}.png") for bubble in said.bubbles]


def _say(db: DbSession, message: Message, user: User, session: CookingSession | None) -> Say:
    kind = message.meta.get("type")
    if kind == MessageType.COACHING_READY and session is not None:
        return _coaching(db, user, session)
    if kind == MessageType.COACHING_VIDEO and session is not None:
        return _coaching_video(session)
    if kind == MessageType.NOTICE and session is not None and next_step(session).ask is Ask.MEMO:
        return say(text_bubble(message.text), quick=ask_memo(session).quick)
    if kind == MessageType.ANSWER:
        return say(text_bubble(message.text, quote_token=message.meta.get("quotes")))
    return say(text_bubble(message.text))


def _coaching(db: DbSession, user: User, session: CookingSession) -> Say:
    """Card and warm note in one push: one push is billed once, whatever it holds."""
    coaching = CoachingText.model_validate(session.coaching_text)
    dish = db.get_one(Dish, session.dish_id)
    card = coaching_card(coaching, dish.name_ja, session.session_number)
    note = text_bubble(copy.follow_up(coaching, user.first_name))
    missing = missing_rating(session)
    if missing is None:
        return say(card, note, quick=question_taps(session))
    # It arrived while they were still rating, whose taps vanish with a new bubble: offer them again.
    rating = ask_rating(session, missing)
    return say(card, note, *rating.bubbles, quick=rating.quick)


def _coaching_video(session: CookingSession) -> Say:
    video = video_bubble(
        media_link(session.coaching_video_gcs_path),
        media_link(session.coaching_preview_gcs_path),
        tracking_id(session.id or 0),
    )
    return say(text_bubble(copy.COACHING_VIDEO_NOTE), video, quick=choose_taps(copy.COOK_AGAIN_LABEL))
