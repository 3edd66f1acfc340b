"""What a coach, who is a person, says to a learner, and what they note for each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from knowledge_base import console_talk
from models.chat import Attachment, Message, MessageType, Sender, Topic, WaitReason, rooms_of
from models.handover import CoachNote
from models.user import User
from services.coaches import audit
from services.handover import take_silently, withdraw_line
from services.outbox import queue_message
from storage.keys import attachment_preview_key

LONGEST_WORDS = LONGEST_NOTE = 2_000  # characters; LINE takes 5,000 UTF-16 code units in a bubble


@dataclass(frozen=True)
class MadeAttachment:
    """A file that LINE shows or plays."""

    file: Path
    seconds: float = 0.0  # that it lasts
    preview: Path | None = None  # JPEG, of a video


# Of what a browser sends, into the folder. Raises AttachmentUnfit.
MakeAttachment = Callable[[Attachment, Path, Path], MadeAttachment]


class ThreadMoved(MomentError):
    """Something was said that the coach had not seen when they wrote."""

    words = "console.moved"

    def __init__(self, newest: Message) -> None:
        super().__init__(f"message {newest.id} is newer")
        self.newest = newest


class AttachmentUnfit(MomentError):
    """No picture that can be opened, no sound that can be heard, no video that can be played, or too large."""

    words = "console.attachment_unfit"


class WordsUnfit(MomentError):
    """Nothing was written, or more than fits."""

    words = "console.words_unfit"


@dataclass(frozen=True)
class ReplyToken:
    """Of something the learner has sent, by which nothing was answered yet."""

    token: str
    until: datetime  # UTC
    channel: str
    seconds_left: int


def say_as_coach(
    db: DbSession,
    user: User,
    coach_id: int,
    text: str,
    *,
    seen_to: int | None = None,
    quotes: int | None = None,
) -> Message:
    """Who speaks has the thread from then on. `seen_to`: the id of the last message they had before them; `quotes`: of one
    of the learner's. By a reply token while one lives, else as a push. Raises ThreadTaken, ThreadMoved, WordsUnfit,
    LearnerLeaving."""
    text = text.strip()
    if not text or len(text) > LONGEST_WORDS:
        raise WordsUnfit(f"{len(text)} characters")
    newest = _said_since(db, user.id, coach_id, seen_to) if seen_to is not None else None
    if newest is not None:
        raise ThreadMoved(newest)
    return _send(db, user, coach_id, text, {"quotes": str(quotes)} if quotes is not None else {})


def send_attachment(
    db: DbSession, user: User, coach_id: int, kind: Attachment, key: str, seconds: float
) -> Message:
    """As `say_as_coach`, of what lies in the store and lasts so long. Raises ThreadTaken, LearnerLeaving."""
    facts = {"attachment": kind.value, "ms": str(round(seconds * 1000))}
    if kind is Attachment.VIDEO:
        return _send(db, user, coach_id, "", facts | {"preview": attachment_preview_key(key)}, video=key)
    return _send(db, user, coach_id, console_talk.ATTACHMENTS[kind], facts | {"key": key})


def _send(
    db: DbSession, user: User, coach_id: int, text: str, facts: Mapping[str, str], *, video: str = ""
) -> Message:
    """Raises ThreadTaken, LearnerLeaving."""
    handover, is_new = take_silently(db, user, coach_id)
    token = live_reply_token(db, user.id)
    message = queue_message(
        db,
        user.id,
        MessageType.COACH,
        text=text,
        video=video,
        sender=Sender.COACH,
        # The first words of a handover bring the line that a person has the thread.
        topic=Topic.HANDOVER if is_new or withdraw_line(db, handover.id) else None,
        facts=facts,
        coach_id=coach_id,
        handover_id=handover.id,
        channel=token.channel if token else "",
        reply_token=token.token if token else None,
        reply_until=token.until if token else None,
    )
    audit(db, coach_id, "message.send", user_id=user.id, message_id=message.id)
    return message


def note(db: DbSession, user_id: int, coach_id: int, text: str) -> CoachNote:
    """For coaches alone. Raises WordsUnfit."""
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise WordsUnfit(f"{len(text)} characters")
    row = CoachNote(user_id=user_id, coach_id=coach_id, text=text)
    db.add(row)
    db.flush()
    audit(db, coach_id, "note.write", user_id=user_id, note_id=row.id)
    return row


def reply_seconds_left(db: DbSession, user_id: int) -> int | None:
    """For how long words to the learner are free; None: they cost a push."""
    token = live_reply_token(db, user_id)
    return None if token is None else token.seconds_left


def live_reply_token(db: DbSession, user_id: int) -> ReplyToken | None:
    """The newest with which nothing of ours was or is to be sent."""
    mine = col(Message.chat_room_id).in_(rooms_of(user_id))
    used = select(Message.reply_token).where(
        mine, Message.sender != Sender.USER, col(Message.reply_token).is_not(None)
    )
    # No question is being thought about whose answer is to go by it.
    is_free = or_(col(Message.due_at).is_(None), col(Message.kind) != MessageType.QUESTION)
    theirs = (
        select(Message, func.now())
        .where(mine, Message.sender == Sender.USER, col(Message.reply_until) > func.now())
        .where(is_free, col(Message.reply_token).not_in(used))
        .order_by(col(Message.id).desc())
    )
    newest = db.exec(theirs.limit(1)).first()
    if newest is None:
        return None
    message, now = newest
    if message.reply_token is None or message.reply_until is None:
        return None
    seconds = int((message.reply_until - now).total_seconds())
    return ReplyToken(message.reply_token, message.reply_until, message.channel, seconds)


def _said_since(db: DbSession, user_id: int, coach_id: int, seen_to: int) -> Message | None:
    """The newest by the learner, the AI or another coach. What only waits as a draft is not said."""
    newer = (
        select(Message)
        .where(col(Message.chat_room_id).in_(rooms_of(user_id)), col(Message.id) > seen_to)
        .where(col(Message.sender).in_([Sender.USER, Sender.AI, Sender.COACH]))
        .where(col(Message.coach_id).is_distinct_from(coach_id), col(Message.unsent_at).is_(None))
        .where(
            or_(
                col(Message.sender) == Sender.USER,
                col(Message.waits_for).is_distinct_from(WaitReason.COACH),
            )
        )
    )
    return db.exec(newer.order_by(col(Message.id).desc()).limit(1)).first()
