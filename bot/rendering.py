"""What is owed, as bubbles. Rendered once, at the first try, so that every retry is identical."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session as DbSession

from bot.say.arc import dish_after, ending_bubbles, next_dish_taps
from bot.say.bubbles import Say, link_action, quick, say, text_bubble, video_bubble, with_sender
from bot.say.cards import coaching_card
from bot.say.plan import news_bubble, offer_card
from bot.say.steps import ask_rating, choose_taps, open_taps, question_taps
from bot.say.uploads import upload_card
from bot.tracking import tracking_id
from knowledge_base import phrasebook
from line.client import LineObject
from line.liff import LiffApps
from models.chat import Message, MessageType, RoomType, Topic
from models.coaching import CoachingText
from models.dish import Dish
from models.plan import Plan, PlanNews
from models.rules.entitlement import SESSIONS_PER_DISH
from models.rules.history import latest_session
from models.rules.next_step import UNDER_WAY, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from services.names import called
from services.plan.offer import trial_to_offer_with
from services.plan.shop import PlanShop
from storage.links import MediaLinks

# After these a dish can be chosen that could not be before.
_TO_COOK = frozenset({PlanNews.STARTED, PlanNews.MONTH_OPENED, PlanNews.RESUMED})


@dataclass(frozen=True)
class Renderer:
    links: MediaLinks
    apps: LiffApps
    shop: PlanShop

    def render(self, db: DbSession, message: Message, room: RoomType, user: User) -> list[LineObject]:
        """Raises LookupError or pydantic's ValidationError where the rows hold nothing that could be shown."""
        session = db.get(CookingSession, message.session_id) if message.session_id else None
        content = self._say(db, message, user, session)
        if content.topic is not None:
            message.meta = {**message.meta, "topic": content.topic}
        return self.with_senders(Say(content.bubbles, room))

    def with_senders(self, content: Say) -> list[LineObject]:
        """Every bubble with its room's name and icon."""
        icon = f"{self.links.public_url}/icons/{content.room}.png"
        return [with_sender(bubble, content.room, icon) for bubble in content.bubbles]

    def _say(self, db: DbSession, message: Message, user: User, session: CookingSession | None) -> Say:
        if message.kind == MessageType.COACHING_READY and session is not None:
            return _coaching(db, user, session, self._page_of(session))
        taps = open_taps(latest_session(db, user.id))
        if message.kind == MessageType.COACHING_VIDEO and session is not None:
            return self._coaching_video(db, user, session, taps)
        if message.kind == MessageType.PLAN_NEWS:
            return self._plan_news(db, message, user, taps)
        if message.kind == MessageType.ANSWER and message.answers_id is not None:
            question = db.get_one(Message, message.answers_id)
            return say(text_bubble(message.text, question.quote_token), quick=taps)
        page = self.apps.upload_page()
        if page and message.text in phrasebook.TOO_MUCH_FOR_CHAT:
            return say(text_bubble(message.text), upload_card(page), quick=taps)
        return say(text_bubble(message.text), quick=taps)

    def _coaching_video(
        self, db: DbSession, user: User, session: CookingSession, taps: Sequence[LineObject]
    ) -> Say:
        """With a trial's the offer comes too: no push of its own for that."""
        video = video_bubble(
            self.links.link(session.coaching_video_gcs_path),
            self.links.link(session.coaching_preview_gcs_path),
            tracking_id(session.id),
        )
        note = text_bubble(phrasebook.COACHING_VIDEO_NOTE)
        page = self._page_of(session)
        to_page = (quick(link_action(phrasebook.SESSION_PAGE_LABEL, page)),) if page else ()
        taps = (*next_dish_taps(dish_after(db, user, session)), *taps)
        trial = trial_to_offer_with(db, user) if self.shop.is_open else None
        if trial is None:
            return say(note, video, quick=(*to_page, *taps))
        card = offer_card(self.shop, user, trial)
        return say(note, video, card, quick=(*to_page, *taps), topic=Topic.PLAN_OFFER)

    def _plan_news(self, db: DbSession, message: Message, user: User, taps: Sequence[LineObject]) -> Say:
        news = PlanNews(message.meta["news"])
        step = next_step(latest_session(db, user.id))
        if news in _TO_COOK and step.ask not in UNDER_WAY:
            taps = choose_taps()
        return say(news_bubble(self.shop, user, db.get(Plan, user.id), news, message.text), quick=taps)

    def _page_of(self, session: CookingSession) -> str | None:
        return self.apps.page(f"/sessions/{session.id}")


def _coaching(db: DbSession, user: User, session: CookingSession, page: str | None) -> Say:
    """Card, warm note and the dish's ending in one push: one push is billed once, whatever it holds."""
    coaching = CoachingText.model_validate(session.coaching_text)
    dish = db.get_one(Dish, session.dish_id)
    card = coaching_card(coaching, dish.name_ja, session.session_number, page)
    number = session.session_number
    note = text_bubble(phrasebook.follow_up(coaching, called(user), number))
    missing = missing_rating(session)
    after = dish_after(db, user, session) if missing is None else None
    ending = ending_bubbles(coaching, after) if number == SESSIONS_PER_DISH else ()
    if missing is None:
        return say(card, note, *ending, quick=(*question_taps(session), *next_dish_taps(after)))
    # It arrived while they were still rating, whose taps vanish with a new bubble: offer them again.
    return ask_rating(session, missing).say_after(card, note, *ending)
