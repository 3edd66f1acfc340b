"""What is owed, as bubbles. Rendered once, at the first try, so that every retry is identical."""

from dataclasses import dataclass

from sqlmodel import Session as DbSession

from bot.say.bubbles import Say, say, text_bubble, video_bubble, with_sender
from bot.say.cards import coaching_card
from bot.say.steps import ask_memo, ask_rating, choose_taps, question_taps
from bot.tracking import tracking_id
from knowledge_base import phrasebook
from line.client import LineObject
from models.chat import ChatRoom, Message, MessageType
from models.coaching import CoachingText
from models.dish import Dish
from models.rules.next_step import Ask, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from storage.links import MediaLinks


@dataclass(frozen=True)
class Renderer:
    links: MediaLinks

    def render(self, db: DbSession, message: Message, user: User) -> list[LineObject]:
        """Raises LookupError or pydantic's ValidationError where the rows hold nothing that could be shown."""
        session = db.get(CookingSession, message.session_id) if message.session_id else None
        content = self._say(db, message, user, session)
        room = db.get_one(ChatRoom, message.chat_room_id).room_type
        return self.with_senders(Say(content.bubbles, room))

    def with_senders(self, content: Say) -> list[LineObject]:
        """Every bubble with its room's name and icon."""
        icon = f"{self.links.public_url}/icons/{content.room}.png"
        return [with_sender(bubble, content.room, icon) for bubble in content.bubbles]

    def _say(self, db: DbSession, message: Message, user: User, session: CookingSession | None) -> Say:
        if message.kind == MessageType.COACHING_READY and session is not None:
            return _coaching(db, user, session)
        if message.kind == MessageType.COACHING_VIDEO and session is not None:
            return self._coaching_video(session)
        if message.kind == MessageType.NOTICE and session is not None and next_step(session).ask is Ask.MEMO:
            return say(text_bubble(message.text), quick=ask_memo(session).quick)
        if message.kind == MessageType.ANSWER and message.answers_id is not None:
            return say(text_bubble(message.text, db.get_one(Message, message.answers_id).quote_token))
        return say(text_bubble(message.text))

    def _coaching_video(self, session: CookingSession) -> Say:
        video = video_bubble(
            self.links.link(session.coaching_video_gcs_path),
            self.links.link(session.coaching_preview_gcs_path),
            tracking_id(session.id),
        )
        note = text_bubble(phrasebook.COACHING_VIDEO_NOTE)
        return say(note, video, quick=choose_taps(phrasebook.COOK_AGAIN_LABEL))


def _coaching(db: DbSession, user: User, session: CookingSession) -> Say:
    """Card and warm note in one push: one push is billed once, whatever it holds."""
    coaching = CoachingText.model_validate(session.coaching_text)
    dish = db.get_one(Dish, session.dish_id)
    card = coaching_card(coaching, dish.name_ja, session.session_number)
    note = text_bubble(phrasebook.follow_up(coaching, user.first_name))
    missing = missing_rating(session)
    if missing is None:
        return say(card, note, quick=question_taps(session))
    # It arrived while they were still rating, whose taps vanish with a new bubble: offer them again.
    return ask_rating(session, missing).say_after(card, note)
