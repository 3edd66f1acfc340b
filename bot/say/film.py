"""The film of the first and the third attempt: whether to make it, and the film itself."""

from bot.say.bubbles import flex_bubble, postback, text_bubble, video_bubble
from bot.say.flex import button, card, quiet_button, text
from knowledge_base import film_talk
from line.client import LineObject
from models.session import CookingSession
from storage.links import MediaLinks


def film_offer(session_id: int) -> LineObject:
    """A card, whose buttons stay when newer bubbles come. The tap tells which words were agreed to."""
    agree = postback(
        film_talk.YES_LABEL,
        display=film_talk.YES_TOLD,
        action="film",
        session_id=session_id,
        words=film_talk.TEXT_VERSION,
    )
    refuse = postback(film_talk.NO_LABEL, action="no_film")
    bubble = card([*map(text, film_talk.OFFER.split("\n\n"))], [button(agree), quiet_button(refuse)])
    return flex_bubble(film_talk.OFFER, bubble)


def film_bubbles(links: MediaLinks, session: CookingSession) -> tuple[LineObject, LineObject]:
    video = video_bubble(links.link(session.film_gcs_path), links.link(session.film_preview_gcs_path))
    return text_bubble(film_talk.NOTE), video
