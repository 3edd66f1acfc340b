"""One thread, both rooms in one, as the learner sees it; between what was said, the coaches' notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, or_, select, true
from sqlmodel import Session as DbSession
from sqlmodel import col
from sqlmodel import select as select_rows

from models.chat import ChatRoom, Message, MessageType, Sender, SentBubble, WaitReason, rooms_of
from models.coach import Coach
from models.handover import CoachNote
from models.media import Media, MediaKind
from models.session import CookingSession
from services.record import WITHOUT_MEDIA
from services.threads.filters import is_shown

PAGE = 60
_NEEDS_CONSENT = (MediaKind.VIDEO, MediaKind.MEMO, MediaKind.FILE)


class Fate(StrEnum):
    """What became of a message."""

    RECEIVED = "received"  # from the learner
    TAKEN_BACK = "taken_back"
    UNANSWERED = "unanswered"  # a question that the AI has given up
    DELIVERED = "delivered"
    ON_ITS_WAY = "on_its_way"
    HELD = "held"  # for the coach who has the thread
    WAITS_FOR_UNBLOCK = "waits_for_unblock"
    WAITS_FOR_EARLIER = "waits_for_earlier"
    WAITS_FOR_QUOTA = "waits_for_quota"
    WAITS_FOR_REVIEW = "waits_for_review"
    FAILED = "failed"


_WAITS = {
    WaitReason.COACH: Fate.HELD,
    WaitReason.UNBLOCK: Fate.WAITS_FOR_UNBLOCK,
    WaitReason.EARLIER_MESSAGE: Fate.WAITS_FOR_EARLIER,
    WaitReason.QUOTA: Fate.WAITS_FOR_QUOTA,
    WaitReason.REVIEW: Fate.WAITS_FOR_REVIEW,
}


@dataclass(frozen=True)
class Said:
    """`media` is what the learner sent, where we still hold it and may look at it; the keys are of a video of ours."""

    message: Message
    by: str  # the coach's name
    fate: Fate
    media: Media | None
    video_key: str
    preview_key: str
    transcript: str  # of a memo
    quoted: Message | None

    @property
    def at(self) -> datetime:
        return self.message.created_at


@dataclass(frozen=True)
class Noted:
    note: CoachNote
    by: str

    @property
    def at(self) -> datetime:
        return self.note.created_at


@dataclass(frozen=True)
class Page:
    """Oldest first. `newest_id` is the last message of all, 0 where there is none; `older_before` leads further back."""

    entries: Sequence[Said | Noted]
    newest_id: int
    older_before: int | None


def read_thread(db: DbSession, user_id: int, *, before: int | None = None) -> Page:
    """The newest PAGE messages, or those before one."""
    ids = _newest_ids(db, user_id, before)
    said = _said(db, user_id, ids)
    is_whole = len(ids) < PAGE
    since = said[0].at if said and not is_whole else None
    later = db.get(Message, before) if before is not None else None
    until = later.created_at if later is not None else None
    notes = _notes(db, user_id, since, until)
    entries: list[Said | Noted] = sorted([*said, *notes], key=lambda entry: entry.at)
    return Page(entries, max(ids, default=0), None if is_whole else min(ids))


def fate_of(message: Message) -> Fate:
    if message.sender == Sender.USER:
        if message.unsent_at is not None:
            return Fate.TAKEN_BACK
        return Fate.UNANSWERED if message.parked_at is not None else Fate.RECEIVED
    if message.delivered_at is not None:
        return Fate.DELIVERED
    if message.parked_at is not None:
        return Fate.FAILED
    return _WAITS[message.waits_for] if message.waits_for is not None else Fate.ON_ITS_WAY


def _newest_ids(db: DbSession, user_id: int, before: int | None) -> Sequence[int]:
    """Each room's by its index, however long the thread is."""
    of_room = select(col(Message.id)).where(col(Message.chat_room_id) == col(ChatRoom.id), is_shown())
    if before is not None:
        of_room = of_room.where(col(Message.id) < before)
    newest = of_room.order_by(col(Message.id).desc()).limit(PAGE).correlate(ChatRoom).lateral()
    statement = select(newest.c.id).select_from(ChatRoom).join(newest, true())
    statement = statement.where(col(ChatRoom.user_id) == user_id).order_by(newest.c.id.desc()).limit(PAGE)
    return list(db.execute(statement).scalars())


def _said(db: DbSession, user_id: int, ids: Sequence[int]) -> Sequence[Said]:
    if not ids:
        return []
    statement = select(Message, col(Coach.name)).outerjoin(Coach, col(Coach.id) == col(Message.coach_id))
    rows = db.execute(statement.where(col(Message.id).in_(ids)).order_by(col(Message.id))).all()
    messages = [message for message, _ in rows]
    cooks, media, quoted = _cooks(db, messages), _media(db, ids), _quoted(db, user_id, messages)
    said = []
    for message, name in rows:
        sent, cook = media.get(message.id), cooks.get(message.session_id or 0)
        key, preview_key = _video(message, cook)
        is_memo = sent is not None and sent.kind == MediaKind.MEMO
        said.append(
            Said(
                message=message,
                by=name or "",
                fate=fate_of(message),
                media=sent,
                video_key=key,
                preview_key=preview_key,
                transcript=cook.voice_transcript if is_memo and cook is not None else "",
                quoted=quoted.get(message.id),
            )
        )
    return said


def _cooks(db: DbSession, messages: Sequence[Message]) -> Mapping[int, CookingSession]:
    ids = {each.session_id for each in messages if each.session_id}
    cooks = select_rows(CookingSession).where(col(CookingSession.id).in_(ids))
    return {cook.id: cook for cook in db.exec(cooks.options(WITHOUT_MEDIA))} if ids else {}


def _video(message: Message, cook: CookingSession | None) -> tuple[str, str]:
    """The keys of a video of ours and of its preview. Footage that was taken back is no cook's any more."""
    if message.kind is MessageType.COACH:
        return message.video_gcs_path, str(message.meta.get("preview", ""))
    if cook is None or not message.video_gcs_path:
        return "", ""
    previews = {
        cook.coaching_video_gcs_path: cook.coaching_preview_gcs_path,
        cook.film_gcs_path: cook.film_preview_gcs_path,
    }
    preview = previews.get(message.video_gcs_path)
    return ("", "") if preview is None else (message.video_gcs_path, preview)


def _media(db: DbSession, ids: Sequence[int]) -> Mapping[int, Media]:
    """What is here, and its learner has agreed to being seen."""
    rows = db.exec(select_rows(Media).where(col(Media.message_id).in_(ids)))
    return {
        each.message_id: each
        for each in rows
        if each.message_id is not None
        and each.is_stored
        and (each.may_be_seen or each.kind not in _NEEDS_CONSENT)
    }


def _quoted(db: DbSession, user_id: int, messages: Sequence[Message]) -> Mapping[int, Message]:
    """By the message that quotes: an answer its question, a learner whatever bubble they replied to."""
    line_ids = {each.quoted_message_id for each in messages if each.quoted_message_id}
    by_us = {each.id: _quotes(each) for each in messages}
    if not line_ids and not any(by_us.values()):
        return {}
    is_bubble = col(SentBubble.line_message_id).in_(line_ids)
    either = or_(
        col(Message.id).in_(set(filter(None, by_us.values()))),
        col(Message.id).in_(select(col(SentBubble.message_id)).where(is_bubble)),
        col(Message.line_message_id).in_(line_ids),
    )
    statement = select(Message, col(SentBubble.line_message_id)).outerjoin(
        SentBubble, and_(col(SentBubble.message_id) == col(Message.id), is_bubble)
    )
    rows = db.execute(statement.where(col(Message.chat_room_id).in_(rooms_of(user_id)), either)).all()
    by_id = {row.id: row for row, _ in rows}
    by_line_id = {row.line_message_id: row for row, _ in rows} | {bubble: row for row, bubble in rows}
    found = {}
    for each in messages:
        line_id = each.quoted_message_id
        quoted = by_id.get(by_us[each.id] or 0)
        if line_id:
            quoted = by_line_id.get(line_id)
        if quoted is not None and quoted.unsent_at is None:
            found[each.id] = quoted
    return found


def _quotes(message: Message) -> int | None:
    """What ours quotes: an answer its question, a coach what they chose."""
    chosen = message.meta.get("quotes")
    return int(chosen) if chosen else message.answers_id


def _notes(db: DbSession, user_id: int, since: datetime | None, until: datetime | None) -> Sequence[Noted]:
    statement = (
        select(CoachNote, col(Coach.name))
        .outerjoin(Coach, col(Coach.id) == col(CoachNote.coach_id))
        .where(col(CoachNote.user_id) == user_id)
        .order_by(col(CoachNote.id).desc())
        .limit(PAGE)
    )
    if since is not None:
        statement = statement.where(col(CoachNote.created_at) >= since)
    if until is not None:
        statement = statement.where(col(CoachNote.created_at) < until)
    return [Noted(note, name or "") for note, name in db.execute(statement)]
