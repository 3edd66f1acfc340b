"""Where the chat meets the page for long videos."""

import re

from sqlmodel import Session as DbSession

from bot.router import Context, Router, says
from bot.say.bubbles import Say, say, text_bubble
from bot.say.pages import upload_card
from bot.say.steps import Steps
from knowledge_base import phrasebook
from line.events import LineEvent
from line.liff import LiffApps
from models.chat import MessageType, RoomType
from models.rules.next_step import UNDER_WAY, next_step
from models.session import CookingSession
from models.user import User
from services.footage import was_asked
from services.thread import Origin, record_inbound

router = Router()

_TOO_LONG = r"(長い|長すぎ|長く|大きい|大きすぎ|大きく|重い|重すぎ|容量|サイズ|[0-9０-９一二三]+(分|時間))"
_TO_SEND = r"(送れな|送れませ|送信でき|送るに|送りた|送り方|送れます|送れる|送っても|どうやって|どうすれば|アップロード)"
# 「動画が長くて送れません」「30分の動画はどうやって送りますか」「大きい動画を送りたい」
_LONG_VIDEO = re.compile(
    rf"(?=.*動画)(?=.*{_TOO_LONG})(?=.*{_TO_SEND})|動画.{{0,4}}(送れな|送れませ|アップロード.{{0,6}}(たい|[?？]|ます))"
)


def asks_for_long_video(context: Context) -> bool:
    return context.apps.upload_page() is not None and _LONG_VIDEO.search(context.event.text) is not None


@router.on("message.text", where=[says(phrasebook.UPLOAD_TOLD)])
def note_upload(
    event: LineEvent, origin: Origin, db: DbSession, user: User, session: CookingSession | None, steps: Steps
) -> Say:
    """The page says so in the learner's name; the video itself has been taken already."""
    record_inbound(db, user, MessageType.OTHER, text=event.text, session=session, origin=origin)
    if session is not None and session.video is not None and next_step(session).ask in UNDER_WAY:
        was_asked(db, user.id)
        bubbles, taps = steps.acknowledge_video(session)
        return say(*bubbles, quick=taps, room=RoomType.COOKING_VIDEOS)
    step = steps.ask_next(session)
    return say(*step.bubbles, quick=step.quick)


@router.on("message.text", where=[asks_for_long_video])
def offer_upload(
    event: LineEvent,
    origin: Origin,
    db: DbSession,
    user: User,
    session: CookingSession | None,
    apps: LiffApps,
) -> Say:
    record_inbound(db, user, MessageType.OTHER, text=event.text, session=session, origin=origin)
    words = text_bubble(phrasebook.LONG_VIDEO)
    page = apps.upload_page()
    return say(words, upload_card(page)) if page else say(words)
