"""The film of the first and the third attempt: agreed to by a tap, asked for by words, refused, stopped."""

from sqlmodel import Session as DbSession

from bot.router import THINKING, Answer, Context, Router, action
from bot.say.bubbles import say, text_bubble
from bot.say.film import film_offer
from bot.say.steps import Steps, open_taps
from knowledge_base import film_talk
from knowledge_base.intents import film as words_of
from models.chat import Topic
from models.consent import ConsentKind
from models.session import CookingSession
from models.user import User
from services import films
from services.consent import has_consent
from services.films import FilmNews
from services.thread import Origin

router = Router()

NEWS = {
    FilmNews.NOT_YET: film_talk.NOT_YET,
    FilmNews.AFTER_VIDEO: film_talk.COMES_WITH_VIDEO,
    FilmNews.FAILED: film_talk.PHRASES["film_failed"],
}


@router.on("postback", where=[action("film", session_id=int, words=str)])
def agree(
    session_id: int, words: str, origin: Origin, db: DbSession, user: User, session: CookingSession | None
) -> Answer:
    if words != film_talk.TEXT_VERSION:  # an old card: what it said is not what would be done
        return say(film_offer(session_id), topic=Topic.FILM_OFFER)
    return _make(db, user, session_id, origin, session)


@router.on("postback", where=[action("no_film")])
def refuse(user: User, session: CookingSession | None) -> Answer:
    return say(text_bubble(film_talk.REFUSED), quick=open_taps(session, user))


def stops_films(context: Context) -> bool:
    return words_of.stops_films(context.event.text)


@router.on("message.text", where=[stops_films])
def stop(db: DbSession, user: User, session: CookingSession | None) -> Answer:
    told = film_talk.STOPPED if films.stop(db, user.id) else film_talk.STOPPED_ALREADY
    return say(text_bubble(told), quick=open_taps(session, user))


def asks_for_film(context: Context) -> bool:
    return words_of.asks_for_film(context.event.text)


@router.on("message.text", where=[asks_for_film])
def ask(origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps) -> Answer:
    """Who has agreed gets it; who has not is told first what is in it."""
    third = films.latest_to_show(db, user.id)
    if third is None:
        return steps.ask_next(session).say_after(text_bubble(film_talk.NOT_YET))
    if not has_consent(db, user.id, ConsentKind.FILM):
        return say(film_offer(third.id), topic=Topic.FILM_OFFER)
    return _make(db, user, third.id, origin, session)


def _make(
    db: DbSession, user: User, session_id: int, origin: Origin, session: CookingSession | None
) -> Answer:
    """What is there or is made at once comes by this event's reply token, as an answer that somebody thinks about."""
    news = films.ask_for(db, user, session_id, film_talk.TEXT_VERSION, origin)
    if news in NEWS:
        return say(text_bubble(NEWS[news]), quick=open_taps(session, user))
    return THINKING
