"""What is owed, as bubbles. Rendered once, at the first try, so that every retry is identical."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session as DbSession
from sqlmodel import select

from bot.say.arc import dish_after, ending_bubbles, next_dish_taps
from bot.say.bubbles import (
    Say,
    audio_bubble,
    image_bubble,
    link_action,
    quick,
    say,
    text_bubble,
    video_bubble,
    with_sender,
)
from bot.say.cards import coaching_card
from bot.say.consent import consent_card
from bot.say.export import export_card
from bot.say.film import film_bubbles, film_offer
from bot.say.pages import upload_card
from bot.say.plan import news_bubble, offer_card
from bot.say.reminder import reminder
from bot.say.steps import ask_rating, choose_taps, open_taps, question_taps
from bot.tracking import tracking_id
from knowledge_base import console_talk, export_talk, phrasebook
from knowledge_base.console_talk import sender_name, taken_by
from line.client import LineObject
from line.liff import LiffApps
from models.chat import Attachment, Message, MessageType, RoomType, Topic
from models.coaching import CoachingText
from models.dish import Dish
from models.export import Export
from models.media import Media, MediaState
from models.plan import Plan, PlanNews
from models.rules.entitlement import SESSIONS_PER_DISH
from models.rules.history import latest_session
from models.rules.next_step import UNDER_WAY, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from services.films import comes_with_video, is_to_offer
from services.footage import FootageTerms
from services.handover import name_of
from services.names import called
from services.plan.offer import trial_to_offer_with
from services.plan.shop import PlanShop
from storage.keys import spoken_answer_key
from storage.links import MediaLinks

# After these a dish can be chosen that could not be before.
_TO_COOK = frozenset(
    {
        PlanNews.STARTED,
        PlanNews.MONTH_OPENED,
        PlanNews.RESUMED,
        PlanNews.RESUMED_AND_OPENED,
        PlanNews.RECOVERED_AND_OPENED,
    }
)


@dataclass(frozen=True)
class Renderer:
    links: MediaLinks
    apps: LiffApps
    shop: PlanShop
    terms: FootageTerms

    def render(self, db: DbSession, message: Message, room: RoomType, user: User) -> list[LineObject]:
        """Raises LookupError or pydantic's ValidationError where the rows hold nothing that could be shown."""
        latest = latest_session(db, user.id)
        session = latest if latest is not None and latest.id == message.session_id else None
        if session is None and message.session_id:
            session = db.get(CookingSession, message.session_id)
        content = self._say(db, message, user, session, latest)
        if content.topic is not None:
            message.meta = {**message.meta, "topic": content.topic}
        if message.kind in (MessageType.COACH, MessageType.COACHING_CORRECTED):
            return self._with_sender(content, sender_name(name_of(db, message.coach_id)), "coach")
        return self.with_senders(Say(content.bubbles, room))

    def with_senders(self, content: Say) -> list[LineObject]:
        """Every bubble with its room's name and icon."""
        return self._with_sender(content, phrasebook.SENDER_NAMES[content.room], content.room)

    def _with_sender(self, content: Say, name: str, icon: str) -> list[LineObject]:
        url = f"{self.links.public_url}/icons/{icon}.png"
        return [with_sender(bubble, name, url) for bubble in content.bubbles]

    def _say(
        self,
        db: DbSession,
        message: Message,
        user: User,
        session: CookingSession | None,
        latest: CookingSession | None,
    ) -> Say:
        if message.kind == MessageType.COACHING_READY and session is not None:
            return _coaching(db, user, session, self._page_of(session))
        if message.meta.get("topic") == Topic.REMINDER:
            return reminder(message.text, message.meta["dish"])
        taps = open_taps(latest, user)
        if message.kind == MessageType.COACHING_VIDEO and session is not None:
            return self._coaching_video(db, user, session, taps)
        if message.kind == MessageType.COACHING_CORRECTED and session is not None:
            return _corrected(db, message, session, self._page_of(session), taps)
        if message.kind == MessageType.COACHING_VIDEO_CORRECTED and session is not None:
            return say(text_bubble(console_talk.VIDEO_ANEW), self._video(session), quick=taps)
        if message.kind == MessageType.FILM and message.video_gcs_path and session is not None:
            return say(*film_bubbles(self.links, session), quick=taps)
        if message.kind == MessageType.PLAN_NEWS:
            return self._plan_news(db, message, user, latest, taps)
        if message.kind == MessageType.ANSWER and message.answers_id is not None:
            return self._answer(db, message, message.answers_id, taps)
        if message.kind == MessageType.COACH and "attachment" in message.meta:
            return say(*_line_before(db, message), self._attachment(message), quick=taps)
        if message.kind == MessageType.COACH and message.video_gcs_path:
            return self._demonstration(db, message, taps)
        if message.kind == MessageType.COACH:
            return _coach_words(db, message, taps)
        if message.meta.get("topic") == Topic.LAST_RESULT and session is not None:
            return self._last_result(db, message, session, taps)
        if message.meta.get("topic") == Topic.CONSENT:
            return say(text_bubble(message.text), consent_card(self.terms))
        if message.meta.get("topic") == Topic.EXPORT:
            return say(self._export(db.get(Export, int(message.meta["export_id"]))), quick=taps)
        page = self.apps.upload_page()
        if page and message.text in phrasebook.TOO_MUCH_FOR_CHAT:
            return say(text_bubble(message.text), upload_card(page), quick=taps)
        return say(text_bubble(message.text), quick=taps)

    def _answer(self, db: DbSession, message: Message, question_id: int, taps: Sequence[LineObject]) -> Say:
        """Spoken too where it was asked by voice, unless that was taken back since."""
        words = text_bubble(message.text, db.get_one(Message, question_id).quote_token)
        asked = select(Media).where(Media.message_id == question_id, Media.state == MediaState.STORED)
        recording = db.exec(asked).first() if message.speech_ms else None
        if recording is None or message.speech_ms is None:
            return say(words, quick=taps)
        link = self.links.link(spoken_answer_key(recording.object_key))
        return say(words, audio_bubble(link, message.speech_ms / 1000), quick=taps)

    def _coaching_video(
        self, db: DbSession, user: User, session: CookingSession, taps: Sequence[LineObject]
    ) -> Say:
        """With a trial's the offer comes too, with a third attempt's the film: no push of its own for those."""
        video = self._video(session)
        film = film_bubbles(self.links, session) if comes_with_video(db, session) else ()
        note = text_bubble(phrasebook.COACHING_VIDEO_NOTE)
        page = self._page_of(session)
        to_page = (quick(link_action(phrasebook.SESSION_PAGE_LABEL, page)),) if page else ()
        taps = (*next_dish_taps(dish_after(db, user, session)), *taps)
        trial = trial_to_offer_with(db, user) if self.shop.is_open else None
        if trial is None:
            return say(note, video, *film, quick=(*to_page, *taps))
        card = offer_card(self.shop, user, trial)
        return say(note, video, *film, card, quick=(*to_page, *taps), topic=Topic.PLAN_OFFER)

    def _demonstration(self, db: DbSession, message: Message, taps: Sequence[LineObject]) -> Say:
        """What a person shows on the learner's own footage."""
        words = text_bubble(console_talk.SHOWN)
        return say(*_line_before(db, message), words, self._coach_video(message), quick=taps)

    def _attachment(self, message: Message) -> LineObject:
        """A person's picture, voice or video."""
        if message.meta["attachment"] == Attachment.VIDEO:
            return self._coach_video(message)
        link = self.links.link(message.meta["key"])
        if message.meta["attachment"] == Attachment.PHOTO:
            return image_bubble(link)
        return audio_bubble(link, int(message.meta["ms"]) / 1000)

    def _coach_video(self, message: Message) -> LineObject:
        return video_bubble(self.links.link(message.video_gcs_path), self.links.link(message.meta["preview"]))

    def _last_result(
        self, db: DbSession, message: Message, session: CookingSession, taps: Sequence[LineObject]
    ) -> Say:
        """What of it is there still: a video may have been taken back."""
        coaching = CoachingText.model_validate(session.coaching_text)
        dish = db.get_one(Dish, session.dish_id)
        card = coaching_card(coaching, dish.name_ja, session.session_number, self._page_of(session))
        video = [self._video(session)] if session.coaching_video_gcs_path else []
        return say(text_bubble(message.text), card, *video, quick=taps)

    def _video(self, session: CookingSession) -> LineObject:
        return video_bubble(
            self.links.link(session.coaching_video_gcs_path),
            self.links.link(session.coaching_preview_gcs_path),
            tracking_id(session.id),
        )

    def _export(self, export: Export | None) -> LineObject:
        """By the phone's own browser: LINE's saves no files."""
        if export is None or export.over_at is not None or export.expires_at is None:
            return text_bubble(export_talk.OVER)
        link = f"{self.links.link(export.object_key, export.expires_at)}?openExternalBrowser=1"
        return export_card(link, export.expires_at)

    def _plan_news(
        self,
        db: DbSession,
        message: Message,
        user: User,
        latest: CookingSession | None,
        taps: Sequence[LineObject],
    ) -> Say:
        news = PlanNews(message.meta["news"])
        if news in _TO_COOK and next_step(latest).ask not in UNDER_WAY:
            taps = choose_taps()
        return say(news_bubble(self.shop, user, db.get(Plan, user.id), news, message.text), quick=taps)

    def _page_of(self, session: CookingSession) -> str | None:
        return self.apps.page(f"/sessions/{session.id}")


def _coach_words(db: DbSession, message: Message, taps: Sequence[LineObject]) -> Say:
    """A person's."""
    quoted_id = message.meta.get("quotes")
    quoted = db.get(Message, int(quoted_id)) if quoted_id else None
    words = text_bubble(message.text, quoted.quote_token if quoted is not None else None)
    return say(*_line_before(db, message), words, quick=taps)


def _line_before(db: DbSession, message: Message) -> Sequence[LineObject]:
    """Before a person's first words: that one speaks from now on."""
    if message.meta.get("topic") != Topic.HANDOVER:
        return ()
    return (text_bubble(taken_by(name_of(db, message.coach_id))),)


def _corrected(
    db: DbSession, message: Message, session: CookingSession, page: str | None, taps: Sequence[LineObject]
) -> Say:
    """The whole text as it is now, beside a quote of what it was."""
    coaching = CoachingText.model_validate(session.coaching_text)
    quoted = db.get(Message, int(message.meta.get("quotes", 0)))
    words = console_talk.corrected_by(name_of(db, message.coach_id))
    card = coaching_card(coaching, db.get_one(Dish, session.dish_id).name_ja, session.session_number, page)
    warning = (text_bubble(f"⚠️ {coaching.safety}"),) if coaching.safety else ()
    return say(text_bubble(words, quoted.quote_token if quoted else None), card, *warning, quick=taps)


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
    offer = (film_offer(session.id),) if is_to_offer(db, session, user) else ()
    topic = Topic.FILM_OFFER if offer else None
    if missing is None:
        taps = (*question_taps(session), *next_dish_taps(after))
        return say(card, note, *ending, *offer, quick=taps, topic=topic)
    # It arrived while they were still rating, whose taps vanish with a new bubble: offer them again.
    return replace(ask_rating(session, missing).say_after(card, note, *ending, *offer), topic=topic)
