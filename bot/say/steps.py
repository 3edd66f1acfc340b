"""How each next step is asked for: bubbles, and the taps that answer them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session as DbSession

from bot.say.bubbles import Say, message_action, postback, quick, say, text_bubble, voice_action
from bot.say.cards import OfferedDish, dish_carousel
from bot.say.consent import consent_card, consent_taps
from bot.say.plan import offer_card, plan_tap
from drawings.gallery import dish_picture
from errors import MomentError
from knowledge_base import consent_talk, personal_words, phrasebook
from knowledge_base.dish_order import offers
from knowledge_base.profile import NOTHING_TOLD, Profile, read_profile
from line.client import LineObject
from models.chat import Topic
from models.coaching import CoachingText, RatingAspect
from models.dish import Dish
from models.rules.entitlement import EntitlementError, PlanNeeded, TrialUsed, refusal_of_all
from models.rules.history import latest_session
from models.rules.next_step import Ask, NextStep, missing_rating, next_step
from models.session import CookingSession
from models.user import User
from services.curriculum import DishOfLearner, open_dishes
from services.footage import FootageTerms
from services.plan.offer import comes_with_video, trial_to_offer_with
from services.plan.shop import PlanShop
from services.record import minutes_left
from services.reminders import words_after_long
from storage.links import MediaLinks


@dataclass(frozen=True)
class StepBubbles:
    bubbles: tuple[LineObject, ...]
    quick: tuple[LineObject, ...] = ()
    topic: Topic | None = None

    def say_after(self, *first: LineObject) -> Say:
        """These bubbles, then the step's own with its taps."""
        return say(*first, *self.bubbles, quick=self.quick, topic=self.topic)


@dataclass(frozen=True)
class Steps:
    """Asks a learner what the rows say comes next. `promise` is said until there are sessions to measure."""

    db: DbSession
    user: User
    now: datetime
    promise: timedelta
    shop: PlanShop
    links: MediaLinks
    terms: FootageTerms

    def ask_next(self, session: CookingSession | None) -> StepBubbles:
        step = next_step(session)
        if step.ask is Ask.DISH or session is None:
            return self.ask_dish()
        if step.ask is Ask.VIDEO and session.other_dish_wished:
            return self.ask_dish()
        if step.ask is Ask.VIDEO:
            asked = personal_words.ask_video(self.profile)
            place = words_after_long(self.db, self.user, self.now)
            return StepBubbles((text_bubble(f"{place}\n\n{asked}" if place else asked),))
        if step.ask is Ask.CONSENT:
            return StepBubbles((consent_card(self.terms),))
        if step.ask is Ask.MEMO:
            return ask_memo(session, self.profile)
        if step.ask is Ask.RATING and step.aspect is not None:
            return ask_rating(session, step.aspect)
        if step.ask is Ask.COOK_AGAIN and (refusal := refusal_of_all(self.user)):
            return self._lead_to_plan(refusal)
        return StepBubbles((text_bubble(self._waiting(step, session)),), open_taps(session, self.user))

    def ask_dish(self, lead: str = phrasebook.CHOOSE_DISH, page: int = 1) -> StepBubbles:
        """The carousel of what the learner may cook now, or why there is nothing to choose."""
        dishes, last_refusal = self._open_dishes()
        if all(dish.next_number is None for dish in dishes):
            if isinstance(last_refusal, PlanNeeded):
                return self._lead_to_plan(last_refusal)
            return StepBubbles((text_bubble(phrasebook.ALL_COOKED),))
        if lead == phrasebook.CHOOSE_DISH and (place := words_after_long(self.db, self.user, self.now)):
            lead = f"{place}\n\n{lead}"
        return StepBubbles((text_bubble(lead), dish_carousel(self._in_their_order(dishes), page)))

    def _lead_to_plan(self, refusal: PlanNeeded) -> StepBubbles:
        """The offer, where it was never made; after that one sentence and the way."""
        if not self.shop.is_open:
            return StepBubbles((text_bubble(error_words(refusal)),))
        if isinstance(refusal, TrialUsed):
            trial = trial_to_offer_with(self.db, self.user)
            latest = latest_session(self.db, self.user.id)
            if trial is not None and not comes_with_video(self.db, self.user, latest):
                return StepBubbles((offer_card(self.shop, self.user, trial),), topic=Topic.PLAN_OFFER)
        return StepBubbles((text_bubble(error_words(refusal)),), (plan_tap(),))

    @property
    def profile(self) -> Profile:
        return read_profile(self.user.learner_profile)

    def acknowledge_video(
        self, session: CookingSession
    ) -> tuple[tuple[LineObject, ...], tuple[LineObject, ...]]:
        """When the text will come, and what is still asked: bubbles, and their taps. Nothing is promised before it may be
        looked at."""
        dish, number = self.db.get_one(Dish, session.dish_id).name_ja, session.session_number
        if next_step(session).ask is Ask.CONSENT:
            return self._with_next(session, consent_talk.received(dish, number))
        return self._with_next(session, phrasebook.video_received(self._minutes(session), dish, number))

    def begin_looking(self, session: CookingSession) -> tuple[tuple[LineObject, ...], tuple[LineObject, ...]]:
        """As above, once the learner has agreed to it."""
        dish, number = self.db.get_one(Dish, session.dish_id).name_ja, session.session_number
        return self._with_next(session, consent_talk.agreed(self._minutes(session), dish, number))

    def _minutes(self, session: CookingSession) -> int:
        return max(1, self.minutes_left(session))

    def _with_next(
        self, session: CookingSession, words: str
    ) -> tuple[tuple[LineObject, ...], tuple[LineObject, ...]]:
        step = self.ask_next(session)
        # That one waits for the text is said already.
        bubbles = () if next_step(session).ask is Ask.WAIT_FOR_TEXT else step.bubbles
        return (text_bubble(words), *bubbles), step.quick

    def minutes_left(self, session: CookingSession) -> int:
        """Whole minutes until the text, from our own last sessions; 0 when it is due."""
        return minutes_left(self.db, session, self.promise, self.now)

    def _open_dishes(self) -> tuple[Sequence[DishOfLearner], EntitlementError | None]:
        """What can be cooked or was cooked to its end, and why the others can't be."""
        dishes = open_dishes(self.db, self.user)
        refusals = [dish.refusal for dish in dishes if dish.refusal is not None]
        plan_needed = [refusal for refusal in refusals if isinstance(refusal, PlanNeeded)]
        return dishes, next(iter((*plan_needed, *refusals)), None)

    def _in_their_order(self, dishes: Sequence[DishOfLearner]) -> list[OfferedDish]:
        """What is under way first, then as it suits them; what is finished last."""
        rows = {row.dish.slug: row for row in dishes if row.next_number is not None}
        ordered = [
            OfferedDish(
                rows[offer.dish.slug].dish,
                rows[offer.dish.slug].next_number,
                caution=offer.caution,
                is_recommended=offer.is_recommended,
                picture=self.picture_of(offer.dish.slug),
            )
            for offer in offers([row.guide for row in rows.values()], self.profile)
        ]
        finished = [row.dish for row in dishes if row.is_finished]
        return [
            *sorted(ordered, key=lambda each: each.number == 1),
            *(OfferedDish(dish, None, picture=self.picture_of(dish.slug)) for dish in finished),
        ]

    def picture_of(self, slug: str) -> str:
        """The address of the dish's picture, "" where none was drawn."""
        path = dish_picture(slug)
        return f"{self.links.public_url}/pictures/{path}" if path else ""

    def _waiting(self, step: NextStep, session: CookingSession) -> str:
        if step.ask is Ask.WAIT_FOR_TEXT:
            minutes = self.minutes_left(session)
            return phrasebook.wait_for_text(minutes) if minutes else phrasebook.WAIT_FOR_TEXT_SOON
        if step.ask is Ask.WAIT_FOR_VIDEO:
            return phrasebook.WAIT_FOR_VIDEO
        return phrasebook.TRY_LATER if step.ask is Ask.TRY_LATER else phrasebook.COOK_AGAIN


def error_words(error: MomentError) -> str:
    """What a learner is told of an error."""
    return phrasebook.phrase(error.words_key, **error.facts)


def ask_memo(session: CookingSession, profile: Profile = NOTHING_TOLD) -> StepBubbles:
    skip = postback(phrasebook.MEMO_SKIP_LABEL, action="skip_memo", session_id=session.id)
    return StepBubbles((text_bubble(personal_words.ask_memo(profile)),), (quick(voice_action()), quick(skip)))


def ask_rating(session: CookingSession, aspect: RatingAspect) -> StepBubbles:
    return StepBubbles((text_bubble(phrasebook.ask_rating(aspect)),), _rating_taps(session, aspect))


def _rating_taps(session: CookingSession, aspect: RatingAspect) -> tuple[LineObject, ...]:
    return tuple(
        quick(
            postback(
                label,
                display=phrasebook.rating_display(aspect, value),
                action="rate",
                session_id=session.id,
                aspect=aspect,
                value=value,
            )
        )
        for value, label in enumerate(phrasebook.RATING_LABELS, start=1)
    )


def question_taps(session: CookingSession) -> tuple[LineObject, ...]:
    """What a learner might ask next; none before there is a coaching text."""
    if not session.coaching_text:
        return ()
    questions = CoachingText.model_validate(session.coaching_text).suggested_questions
    return tuple(quick(message_action(question)) for question in questions if question.strip())


def choose_taps(label: str = phrasebook.CHOOSE_LABEL) -> tuple[LineObject, ...]:
    return (quick(postback(label, action="menu")),)


def open_taps(session: CookingSession | None, user: User) -> tuple[LineObject, ...]:
    """What the learner may tap now. LINE takes a bubble's taps away when a newer one comes: that offers them again."""
    step = next_step(session)
    if session is None or step.ask is Ask.DISH:
        return choose_taps()
    if step.ask is Ask.CONSENT:
        return consent_taps()
    if step.ask is Ask.MEMO:
        return ask_memo(session).quick
    if step.ask is Ask.RATING and step.aspect is not None:
        return _rating_taps(session, step.aspect)
    missing = missing_rating(session)
    if session.coaching_text and missing is not None:
        return (*_rating_taps(session, missing), *_taps_after(step, user))
    return (*question_taps(session), *_taps_after(step, user))


def _taps_after(step: NextStep, user: User) -> tuple[LineObject, ...]:
    """No other cook is offered to who can't begin one: their plan rests or is over."""
    may_cook = step.ask in (Ask.COOK_AGAIN, Ask.TRY_LATER) and refusal_of_all(user) is None
    return choose_taps(phrasebook.COOK_AGAIN_LABEL) if may_cook else ()
