"""The learner watched the coaching video to its end."""

import re
from datetime import datetime

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from bot.events import LineEvent
from bot.router import Router
from bot.say.bubbles import Say, say, text_bubble
from bot.say.prompts import choose_taps
from knowledge_base import copy
from models.chat import ChatRoom, Message, MessageType
from models.user import User

router = Router()

TRACKING_PREFIX = "session-"
TRACKING_ID = re.compile(rf"{TRACKING_PREFIX}(\d{{1,9}})", re.ASCII)  # no more digits than an id has


def tracking_id(session_id: int) -> str:
    """Comes back with videoPlayComplete; LINE allows no underscore or slash in it."""
    return f"{TRACKING_PREFIX}{session_id}"


@router.on("videoPlayComplete")
def watched(event: LineEvent, db: DbSession, user: User, now: datetime) -> Say | None:
    """Thanked once: LINE sends the event again whenever the learner watches again."""
    ours = TRACKING_ID.fullmatch(event.tracking_id or "")
    if ours is None:
        return None
    statement = (
        select(Message)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, Message.session_id == int(ours[1]))
        .where(col(Message.meta)["type"].astext == MessageType.COACHING_VIDEO)
    )
    message = db.exec(statement).first()
    if message is None or "watched_at" in message.meta:
        return None
    message.meta = {**message.meta, "watched_at": now.isoformat()}
    db.add(message)
    return say(text_bubble(copy.VIDEO_WATCHED), quick=choose_taps(copy.COOK_AGAIN_LABEL))
