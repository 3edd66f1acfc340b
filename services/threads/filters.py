"""Which threads a coach wants to see: conditions on `User.id`."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause
from sqlmodel import col

from knowledge_base.intents.kinds import SAFETY
from models.chat import ChatRoom, Message, Sender
from models.coach import CoachAssignment
from models.flag import CoachFlag
from models.handover import Handover, ThreadRead
from models.session import HAS_FEELING, IS_UNSURE, CookingSession, SessionStatus
from models.user import User
from services.coaches import Asker
from services.threads.needs import needs

SAFETY_FOR = timedelta(days=30)
# Of what a memo tells, as whoever heard it writes it down.
WORRIES = "悔|不安|焦|落ち込|心配|怖|こわ|辛|つら|疲|自信"


class ThreadFilter(StrEnum):
    NEEDS = "needs"
    MINE = "mine"
    HUMAN = "human"
    UNREAD = "unread"
    FAILED = "failed"
    WORRIED = "worried"
    SAFETY = "safety"
    UNSURE = "unsure"
    UNASSIGNED = "unassigned"
    ALL = "all"


# Most threads may be among these: they are looked for among the newest messages.
BROAD = frozenset({ThreadFilter.UNREAD, ThreadFilter.UNASSIGNED, ThreadFilter.ALL})


def fits(chosen: ThreadFilter, asker: Asker) -> ColumnElement[bool]:
    match chosen:
        case ThreadFilter.NEEDS:
            return _is_in(select(needs().c.user_id).correlate(None))
        case ThreadFilter.MINE:
            taken = _open_handovers().where(col(Handover.coach_id) == asker.coach_id)
            mine = col(CoachAssignment.coach_id) == asker.coach_id
            return _is_in(union(taken, select(col(CoachAssignment.user_id)).where(mine)))
        case ThreadFilter.HUMAN:
            return _is_in(_open_handovers())
        case ThreadFilter.UNREAD:
            return is_unread(asker.coach_id)
        case ThreadFilter.FAILED:
            given_up = select(col(ChatRoom.user_id)).join(Message, _is_in_room())
            parked = given_up.where(col(Message.parked_at).is_not(None), col(Message.delivered_at).is_(None))
            failed = _newest_cooks(col(CookingSession.status) == SessionStatus.FAILED)
            return or_(_is_in(parked), _is_in(failed))
        case ThreadFilter.WORRIED:
            feeling = col(CookingSession.structured_input)["emotional_state"].astext
            return _is_in(_newest_cooks(literal_column(HAS_FEELING), feeling.op("~")(WORRIES)))
        case ThreadFilter.SAFETY:
            flagged = select(col(CoachFlag.user_id)).where(col(CoachFlag.kind).in_(SAFETY))
            return _is_in(flagged.where(col(CoachFlag.created_at) > func.now() - SAFETY_FOR))
        case ThreadFilter.UNSURE:
            return _is_in(_newest_cooks(literal_column(IS_UNSURE)))
        case ThreadFilter.UNASSIGNED:
            return ~exists().where(col(CoachAssignment.user_id) == col(User.id))
        case ThreadFilter.ALL:
            return true()


def is_unread(coach_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Something was said since this coach looked, and not by them."""
    read_to = (
        select(col(ThreadRead.read_to))
        .where(col(ThreadRead.coach_id) == coach_id, col(ThreadRead.user_id) == col(User.id))
        .correlate(User)
        .scalar_subquery()
    )
    by_others = or_(col(Message.coach_id).is_(None), col(Message.coach_id) != coach_id)
    newest = select(func.max(last_message(by_others).c.message_id)).correlate(User).scalar_subquery()
    return func.coalesce(newest, 0) > func.coalesce(read_to, 0)


def last_message(*which: ColumnElement[bool]) -> LateralFromClause:
    """Of the thread of `User`: each room's last is found by its index, however long the thread is."""
    of_room = (
        select(col(Message.id).label("id"))
        .where(col(Message.chat_room_id) == col(ChatRoom.id), is_shown(), *which)
        .order_by(col(Message.id).desc())
        .limit(1)
        .correlate(ChatRoom)
        .lateral("of_room")
    )
    newest = (
        select(of_room.c.id.label("message_id"))
        .select_from(ChatRoom)
        .join(of_room, true())
        .where(col(ChatRoom.user_id) == col(User.id))
        .order_by(of_room.c.id.desc())
        .limit(1)
    )
    return newest.correlate(User).lateral("last_message")


def is_shown() -> ColumnElement[bool]:
    """Of messages: what learners see, or are to see. A clip is shown where they sent it, not where it was filed."""
    is_theirs = col(Message.sender) == Sender.USER
    return or_(is_theirs, col(Message.retry_key).is_not(None))


def _is_in(user_ids: Select[Any] | CompoundSelect[Any]) -> ColumnElement[bool]:
    return col(User.id).in_(user_ids)


def _open_handovers() -> Select[Any]:
    return select(col(Handover.user_id)).where(col(Handover.returned_at).is_(None))


def _newest_cooks(*which: Any) -> Select[Any]:
    """The learners whose newest cook is so."""
    same = aliased(CookingSession)
    newest = select(col(same.id)).where(col(same.user_id) == col(CookingSession.user_id))
    newest = newest.order_by(col(same.created_at).desc(), col(same.id).desc()).limit(1)
    is_newest = col(CookingSession.id) == newest.correlate(CookingSession).scalar_subquery()
    return select(col(CookingSession.user_id)).where(*which, is_newest)


def _is_in_room() -> ColumnElement[bool]:
    return col(Message.chat_room_id) == col(ChatRoom.id)
