"""What the rich menu's taps ask for, by tap or by word, where nothing else handles it."""

from bot.router import Router, action, says
from bot.say.bubbles import Say, flex_bubble, link_action, say, text_bubble
from bot.say.cards import INK, WARM
from bot.say.steps import open_taps
from knowledge_base import menu_talk
from line.liff import LiffApps
from models.session import CookingSession

router = Router()


@router.on("postback", where=[action("ask")])
@router.on("message.text", where=[says(menu_talk.ASK, "質問", "質問したい", "質問があります")])
def invite_question(session: CookingSession | None) -> Say:
    """LINE opens the keyboard itself, but not on every client."""
    return say(text_bubble(menu_talk.ASK_ANYTHING), quick=open_taps(session))


@router.on("postback", where=[action("places")])
@router.on("message.text", where=[says(menu_talk.RECORD, "記録")])
def show_record(session: CookingSession | None, apps: LiffApps) -> Say:
    page = apps.page("/progress")
    if session is None or page is None:
        return say(text_bubble(menu_talk.NO_RECORD), quick=open_taps(session))
    words = {"type": "text", "text": menu_talk.RECORD_PAGE, "size": "sm", "color": INK, "wrap": True}
    action = link_action(menu_talk.RECORD_LABEL, page)
    button = {"type": "button", "style": "primary", "color": WARM, "height": "sm", "action": action}
    contents = {
        "type": "bubble",
        "size": "kilo",
        "body": {"type": "box", "layout": "vertical", "contents": [words]},
        "footer": {"type": "box", "layout": "vertical", "contents": [button]},
    }
    return say(flex_bubble(menu_talk.RECORD_PAGE, contents), quick=open_taps(session))
