"""Why a thread needs a person, and since when.

Each reason is found from the few rows that may give it, however many threads there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.chat import ChatRoom, Message, MessageType, Sender, WaitReason
from models.flag import CoachFlag
from models.handover import Handover, ThreadMark
from models.session import CookingSession, SessionStatus

# A coach who has a thread and has said nothing for so long has forgotten it. It is brought up, never handed back silently.
FORGOTTEN_AFTER = timedelta(hours=3)


class Need(StrEnum):
    FLAGGED = "flagged"  # words that a person should see
    LEARNER_WAITS = "learner_waits"  # they have written to the coach who has the thread
    DRAFTS = "drafts"  # held while a coach has the thread
    REVIEW = "review"  # coaching that waits for a coach's eye
    FAILED = "failed"  # their coaching
    UNDELIVERED = "undelivered"
    UNANSWERED = "unanswered"  # the AI has given a question up
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class Waiting:
    since: datetime
    needs: Sequence[Need]


@cache
def needs() -> Subquery:
    """A row for each need of a thread: `user_id`, `need`, `since`. Written once: that takes longer than asking it."""
    every = (_flagged(), _learner_waits(), _drafts(), _reviews(), _failed(), _given_up(), _forgotten())
    return union_all(*every).subquery("needs")


def waiting_of(db: DbSession, user_ids: Collection[int]) -> Mapping[int, Waiting]:
    """Of those of them who need somebody."""
    if not user_ids:
        return {}
    need = needs()
    found: defaultdict[int, list[tuple[datetime, Need]]] = defaultdict(list)
    for user_id, kind, since in db.execute(select(need).where(need.c.user_id.in_(user_ids))):
        found[user_id].append((since, Need(kind)))
    return {
        user_id: Waiting(min(rows)[0], list(dict.fromkeys(kind for _, kind in sorted(rows))))
        for user_id, rows in found.items()
    }


def _need(user_id: Any, need: Any, since: Any) -> Select[Any]:
    return select(user_id.label("user_id"), need.label("need"), since.label("since"))


def _flagged() -> Select[Any]:
    """Until a coach has said something after it, or the thread is done."""
    is_answered = (
        select(col(Message.id))
        .join(Handover, col(Handover.id) == col(Message.handover_id))
        .where(col(Handover.user_id) == col(CoachFlag.user_id), _is_coachs_word())
        .where(col(Message.id) > col(CoachFlag.message_id))
        .correlate(CoachFlag)
    )
    is_open = or_(
        col(CoachFlag.message_id) > func.coalesce(col(ThreadMark.done_to), 0),
        # What was said is deleted.
        and_(col(CoachFlag.message_id).is_(None), _is_after_done(col(CoachFlag.created_at))),
    )
    return (
        _need(col(CoachFlag.user_id), literal(Need.FLAGGED), col(CoachFlag.created_at))
        .outerjoin(ThreadMark, col(ThreadMark.user_id) == col(CoachFlag.user_id))
        .where(is_open, ~exists(is_answered))
    )


def _learner_waits() -> Select[Any]:
    since = (
        select(func.min(col(Message.created_at)))
        .where(_is_of_handed_over(), col(Message.sender) == Sender.USER)
        .where(col(Message.id) > func.greatest(_last_word_id(), func.coalesce(col(ThreadMark.done_to), 0)))
        .where(col(Message.unsent_at).is_(None))
        .correlate(Handover, ThreadMark)
        .scalar_subquery()
    )
    return _of_open_handovers(Need.LEARNER_WAITS, since)


def _drafts() -> Select[Any]:
    since = (
        select(func.min(col(Message.created_at)))
        .where(_is_of_handed_over(), col(Message.waits_for) == WaitReason.COACH)
        .where(col(Message.retry_key).is_not(None), col(Message.delivered_at).is_(None))
        .where(col(Message.parked_at).is_(None))
        .correlate(Handover)
        .scalar_subquery()
    )
    return _of_open_handovers(Need.DRAFTS, since)


def _reviews() -> Select[Any]:
    return (
        _need(col(ChatRoom.user_id), literal(Need.REVIEW), col(Message.created_at))
        .select_from(Message)
        .join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
        .where(col(Message.waits_for) == WaitReason.REVIEW, col(Message.retry_key).is_not(None))
        .where(col(Message.delivered_at).is_(None), col(Message.parked_at).is_(None))
    )


def _of_open_handovers(need: Need, since: Any) -> Select[Any]:
    found = (
        select(col(Handover.user_id), since.label("since"))
        .select_from(Handover)
        .outerjoin(ThreadMark, col(ThreadMark.user_id) == col(Handover.user_id))
        .where(col(Handover.returned_at).is_(None))
        .subquery()
    )
    return _need(found.c.user_id, literal(need), found.c.since).where(found.c.since.is_not(None))


def _failed() -> Select[Any]:
    """The thread's newest cook: another one begun says that the learner went on."""
    newer = aliased(CookingSession)
    is_over = select(col(newer.id)).where(
        col(newer.user_id) == col(CookingSession.user_id),
        col(newer.created_at) > col(CookingSession.created_at),
    )
    return (
        _need(col(CookingSession.user_id), literal(Need.FAILED), col(CookingSession.updated_at))
        .outerjoin(ThreadMark, col(ThreadMark.user_id) == col(CookingSession.user_id))
        .where(col(CookingSession.status) == SessionStatus.FAILED, ~exists(is_over))
        .where(_is_after_done(col(CookingSession.updated_at)))
    )


def _given_up() -> Select[Any]:
    """Messages of ours that LINE did not take, and questions that found no answer."""
    is_theirs = col(Message.sender) == Sender.USER
    need = case((is_theirs, literal(Need.UNANSWERED)), else_=literal(Need.UNDELIVERED))
    is_ours_owed = and_(col(Message.retry_key).is_not(None), col(Message.delivered_at).is_(None))
    return (
        _need(col(ChatRoom.user_id), need, col(Message.parked_at))
        .select_from(Message)
        .join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
        .outerjoin(ThreadMark, col(ThreadMark.user_id) == col(ChatRoom.user_id))
        .where(col(Message.parked_at).is_not(None), or_(is_theirs, is_ours_owed))
        .where(_is_after_done(col(Message.parked_at)))
    )


def _forgotten() -> Select[Any]:
    """No word "done" helps: it is the coach's until they hand it back."""
    last_word = (
        select(func.max(col(Message.created_at)))
        .where(col(Message.handover_id) == col(Handover.id), _is_coachs_word())
        .correlate(Handover)
        .scalar_subquery()
    )
    since = func.greatest(col(Handover.created_at), last_word)  # which leaves out NULL
    return _need(col(Handover.user_id), literal(Need.FORGOTTEN), since).where(
        col(Handover.returned_at).is_(None), since < func.now() - FORGOTTEN_AFTER
    )


def _last_word_id() -> Any:
    """What the coach said last in the handover, or the line that told of them."""
    said = (
        select(func.max(col(Message.id)))
        .where(col(Message.handover_id) == col(Handover.id))
        .where(col(Message.kind).in_([MessageType.COACH, MessageType.HANDOVER_BEGUN]))
        .correlate(Handover)
    )
    return func.coalesce(said.scalar_subquery(), 0)


def _is_coachs_word() -> ColumnElement[bool]:
    return col(Message.kind) == MessageType.COACH


def _is_of_handed_over() -> ColumnElement[bool]:
    rooms = select(col(ChatRoom.id)).where(col(ChatRoom.user_id) == col(Handover.user_id))
    return col(Message.chat_room_id).in_(rooms.correlate(Handover))


def _is_after_done(moment: Any) -> ColumnElement[bool]:
    return or_(col(ThreadMark.done_at).is_(None), moment > col(ThreadMark.done_at))
