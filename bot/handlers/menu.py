"""What the rich menu's taps ask for, by tap or by word, where nothing else handles it."""

from bot.router import Router, action, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.steps import open_taps
from knowledge_base import menu_talk
from models.session import CookingSession
from models.user import User

router = Router()


@router.on("postback", where=[action("ask")])
@router.on("message.text", where=[says(menu_talk.ASK, "質問", "質問したい", "質問があります")])
def invite_question(user: User, session: CookingSession | None) -> Say:
    """LINE opens the keyboard itself, but not on every client."""
    return say(text_bubble(menu_talk.ASK_ANYTHING), quick=open_taps(session, user))
