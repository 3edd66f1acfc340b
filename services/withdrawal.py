"""The learner took a message back: our copies go too, and nothing is made of it any more."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from models.chat import Message, MessageType
from models.inbox import InboxEvent, UnsentMessage
from models.media import Media, MediaKind, MediaState
from models.session import CookingSession
from models.user import User
from services import outbox
from services.bursts import take_out
from services.export.wish import end_exports
from services.footage import drop_question
from services.media import withdraw, withdraw_memo
from services.outbox import queue_notice
from services.redaction import redact_everywhere
from services.scheduling import wake
from services.thread import inbound_message

UNSENT = "［送信取消］"


class ClipUnknown(MomentError):
    """No such clip of this cook."""

    words = "web.not_found"


class TextWritten(MomentError):
    """What was seen in the clip is told already."""

    words = "web.text_written"


def withdraw_message(db: DbSession, user: User, line_message_id: str) -> None:
    """What must be said of it is owed as a push: nothing that a learner does carries a reply. The message itself may
    still be on its way."""
    note_unsent(db, line_message_id)
    message = inbound_message(db, user, line_message_id)
    if message is None or message.unsent_at is not None:
        return
    words = message.text if message.kind in (MessageType.TEXT, MessageType.QUESTION) else ""
    _blank(db, message)
    end_exports(db, user.id)
    take_out(db, message)
    session = db.get(CookingSession, message.session_id, with_for_update=True) if message.session_id else None
    media = db.exec(select(Media).where(Media.message_id == message.id).with_for_update()).first()
    if media is not None:
        # A clip that was sent before its dish has its cook only on its own row.
        if session is None and media.session_id is not None:
            session = db.get(CookingSession, media.session_id, with_for_update=True)
        if session is not None and media is session.memo:
            words = session.voice_transcript
        withdraw(db, media, session)
        drop_question(db, user.id, session)
    elif message.kind == MessageType.TEXT and session is not None and session.memo is None:
        _withdraw_written_memo(db, session)
    _silence(db, redact_everywhere(db, user.id, words))


def withdraw_clip(db: DbSession, session: CookingSession, clip_id: int) -> None:
    """From a page: a clip of this cook, which is locked, however it came. Once more changes nothing. Once the text is
    written it is too late. Raises ClipUnknown, TextWritten."""
    its_clip = select(Media).where(Media.id == clip_id, Media.session_id == session.id)
    fresh = {"populate_existing": True}
    media = db.exec(
        its_clip.where(Media.kind == MediaKind.VIDEO).with_for_update(), execution_options=fresh
    ).first()
    if media is None or media.state == MediaState.REJECTED:
        raise ClipUnknown(f"clip {clip_id} of session {session.id}")
    if not media.is_live:
        return
    if session.coaching_text:
        raise TextWritten(f"session {session.id}")
    end_exports(db, session.user_id)
    message = db.get(Message, media.message_id) if media.message_id else None
    if message is not None:
        _blank(db, message)
    withdraw(db, media, session)
    drop_question(db, session.user_id, session)


def note_unsent(db: DbSession, line_message_id: str) -> None:
    """Should the message itself come only now, it is not taken in."""
    db.merge(UnsentMessage(line_message_id=line_message_id))


def was_withdrawn(db: DbSession, line_message_id: str) -> bool:
    """Before it came."""
    return db.get(UnsentMessage, line_message_id) is not None


def blank_event(db: DbSession, inbox_event_id: int) -> None:
    """Of what the learner sent only what it was remains in the inbox."""
    event = db.get_one(InboxEvent, inbox_event_id)
    message = event.body.get("message", {})
    event.body = {**event.body, "message": {key: message[key] for key in ("id", "type") if key in message}}
    db.add(event)


def forget_event(db: DbSession, inbox_event_id: int) -> None:
    """Nothing of it remains but that it came: not even whose it was."""
    event = db.get_one(InboxEvent, inbox_event_id)
    event.subject, event.body = "", {}
    db.add(event)


def _blank(db: DbSession, message: Message) -> None:
    """Their words go from the inbox too, where they lie as they came. Whoever answers them loses the lease."""
    message.text = UNSENT
    message.unsent_at = func.now()  # type: ignore[assignment]
    message.lease_token, message.due_at, message.nudge_at = None, None, None
    db.add(message)
    if message.inbox_event_id is not None:
        blank_event(db, message.inbox_event_id)


def _silence(db: DbSession, questions: Sequence[int]) -> None:
    """Their answers are heard no more, nor are they, with whose recordings the speech lies."""
    for recording in db.exec(select(Media).where(col(Media.message_id).in_(questions)).with_for_update()):
        withdraw(db, recording, None)


def _withdraw_written_memo(db: DbSession, session: CookingSession) -> None:
    words = withdraw_memo(db, session)
    wake(db, session)
    if words:
        queue_notice(db, session.user_id, words, session_id=session.id, patience=outbox.CALM)
