"""The list: a row for each thread, whoever waits longest first, then what is newest.

However many threads there are, a page takes the same few statements, and each reads about as many rows as it shows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, null, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session as DbSession
from sqlmodel import col
from sqlmodel import select as select_rows

from models.chat import ChatRoom, Message
from models.coach import Coach, CoachAssignment
from models.coaching import StructuredInput
from models.dish import Dish
from models.handover import Handover
from models.session import CookingSession, SessionStatus
from models.user import User
from services.coaches import Asker, sees
from services.names import called
from services.review import Pauses, pause_of
from services.threads.filters import BROAD, ThreadFilter, fits, is_unread, last_message
from services.threads.needs import Waiting, needs, waiting_of

PAGE = 50
WAITING = 100  # who waits is not paged: nobody is overlooked on a later page
_COACH = bindparam("coach_id", type_=Integer)  # who looks on
WINDOW = 1000  # of the newest messages, in which a page of most threads is looked for


@dataclass(frozen=True)
class Cook:
    session_id: int
    dish: str
    number: int
    status: SessionStatus
    feeling: str  # of the memo
    is_unsure: bool


@dataclass(frozen=True)
class Owner:
    coach_id: int | None
    name: str
    since: datetime


@dataclass(frozen=True)
class Assigned:
    """Whose the learner is, whoever has the thread just now."""

    coach_id: int
    name: str


@dataclass(frozen=True)
class ThreadRow:
    """`last` is None where nothing was said yet."""

    user_id: int
    name: str
    last: Message | None
    last_by: str  # the coach's name, where one said it
    cook: Cook | None
    owner: Owner | None
    assigned: Sequence[Assigned]
    waiting: Waiting | None
    is_unread: bool
    pauses: Pauses


@dataclass(frozen=True)
class ThreadList:
    """`next_before`: the id of a message; older threads are asked for with it. `next_silent`: the id of a learner, after whom
    come others in whose threads nothing was said yet."""

    rows: Sequence[ThreadRow]
    next_before: int | None = None
    next_silent: int | None = None


def list_threads(
    db: DbSession,
    asker: Asker,
    chosen: ThreadFilter,
    *,
    before: int | None = None,
    silent: int | None = None,
) -> ThreadList:
    """Who waits comes on the first page; all the others by their last message, newest first; of all threads those without
    one at the end."""
    if chosen is ThreadFilter.NEEDS:
        return ThreadList(rows_of(db, asker, _longest_waiting(db, (sees(asker),))))
    if silent is not None:
        user_ids = _silent(db, sees(asker), silent)
        return ThreadList(rows_of(db, asker, user_ids), next_silent=_next_silent(user_ids))
    wanted = sees(asker), fits(chosen, asker)
    waiting = [] if before is not None else _longest_waiting(db, wanted)
    window = _window(db, before) if chosen in BROAD and not asker.is_limited else None
    newest = _newest(db, wanted, before, window)
    others = [user_id for user_id, _ in newest if user_id not in waiting]
    next_before = _next_before(newest, window)
    quiet = _silent(db, sees(asker)) if chosen is ThreadFilter.ALL and next_before is None else []
    others += [user_id for user_id in quiet if user_id not in waiting]
    return ThreadList(rows_of(db, asker, [*waiting, *others]), next_before, _next_silent(quiet))


def count_waiting(db: DbSession, asker: Asker) -> int:
    waiting = select_rows(func.count()).select_from(User)
    return db.exec(waiting.where(sees(asker), fits(ThreadFilter.NEEDS, asker))).one()


def listed_rows(
    db: DbSession, asker: Asker, user_ids: Collection[int], chosen: ThreadFilter
) -> Sequence[ThreadRow]:
    """Of those of them whose threads are in the list."""
    found = select(col(User.id)).where(col(User.id).in_(user_ids), sees(asker), fits(chosen, asker))
    return rows_of(db, asker, db.execute(found.order_by(col(User.id))).scalars().all())


def rows_of(db: DbSession, asker: Asker, user_ids: Sequence[int]) -> Sequence[ThreadRow]:
    """In this order, of those whom the asker may see."""
    if not user_ids:
        return []
    waiting = waiting_of(db, user_ids)
    details = _details().where(col(User.id).in_(user_ids), sees(asker))
    found = db.execute(details, {_COACH.key: asker.coach_id})
    rows = {row.User.id: _row(row, waiting) for row in found}
    return [rows[user_id] for user_id in user_ids if user_id in rows]


@dataclass(frozen=True)
class _Window:
    from_id: int
    to_id: int
    is_full: bool


def _window(db: DbSession, before: int | None) -> _Window:
    ids = select(col(Message.id)).order_by(col(Message.id).desc()).limit(WINDOW)
    if before is not None:
        ids = ids.where(col(Message.id) < before)
    found = ids.subquery()
    low, high, count = db.execute(select(func.min(found.c.id), func.max(found.c.id), func.count())).one()
    return _Window(low or 0, high or 0, count == WINDOW)


def _next_before(newest: Sequence[tuple[int, int]], window: _Window | None) -> int | None:
    """A page of a window may be short, or empty, and others follow."""
    if len(newest) == PAGE:
        return newest[-1][1]
    return window.from_id if window is not None and window.is_full else None


def _longest_waiting(db: DbSession, wanted: tuple[ColumnElement[bool], ...]) -> list[int]:
    need = needs()
    statement = (
        select(need.c.user_id)
        .join(User, col(User.id) == need.c.user_id)
        .where(*wanted)
        .group_by(need.c.user_id)
        .order_by(func.min(need.c.since), need.c.user_id)
        .limit(WAITING)
    )
    return list(db.execute(statement).scalars())


def _newest(
    db: DbSession, wanted: tuple[ColumnElement[bool], ...], before: int | None, window: _Window | None
) -> Sequence[tuple[int, int]]:
    last = last_message()
    statement = select(col(User.id), last.c.message_id).select_from(User).join(last, true()).where(*wanted)
    if window is not None:
        lately = select(col(ChatRoom.user_id)).join(Message, col(Message.chat_room_id) == col(ChatRoom.id))
        lately = lately.where(col(Message.id).between(window.from_id, window.to_id))
        statement = statement.where(col(User.id).in_(lately))
    if before is not None:
        statement = statement.where(last.c.message_id < before)
    rows = db.execute(statement.order_by(last.c.message_id.desc()).limit(PAGE))
    return [(user_id, message_id) for user_id, message_id in rows]


def _silent(db: DbSession, wanted: ColumnElement[bool], before: int | None = None) -> Sequence[int]:
    """Who has come, and neither said nor was told anything since: the newest first."""
    last = last_message()
    statement = select(col(User.id)).select_from(User).outerjoin(last, true())
    statement = statement.where(wanted, last.c.message_id.is_(None))
    if before is not None:
        statement = statement.where(col(User.id) < before)
    return db.execute(statement.order_by(col(User.id).desc()).limit(PAGE)).scalars().all()


def _next_silent(user_ids: Sequence[int]) -> int | None:
    return user_ids[-1] if len(user_ids) == PAGE else None


@cache
def _details() -> Select[Any]:
    """Of all learners. Written once: that takes longer than asking it."""
    last = last_message()
    cook = (
        select(
            col(CookingSession.id),
            col(CookingSession.dish_id),
            col(CookingSession.session_number),
            col(CookingSession.status),
            col(CookingSession.structured_input),
            col(CookingSession.video_analysis)["confidence"].astext.label("confidence"),
        )
        .where(col(CookingSession.user_id) == col(User.id))
        .order_by(col(CookingSession.created_at).desc(), col(CookingSession.id).desc())
        .limit(1)
        .correlate(User)
        .lateral("cook")
    )
    assignee = aliased(Coach)
    speaker = select(col(Coach.name)).where(col(Coach.id) == col(Message.coach_id)).correlate(Message)
    assigned = (
        select(func.json_agg(func.json_build_array(assignee.id, assignee.name)))
        .join(CoachAssignment, col(CoachAssignment.coach_id) == col(assignee.id))
        .where(col(CoachAssignment.user_id) == col(User.id))
        .correlate(User)
    )
    is_open = (col(Handover.user_id) == col(User.id)) & col(Handover.returned_at).is_(None)
    return (
        select(
            User,
            Message,
            Handover,
            col(Coach.name).label("owner_name"),
            speaker.scalar_subquery().label("speaker_name"),
            cook.c.id.label("session_id"),
            cook.c.session_number,
            cook.c.status,
            cook.c.structured_input,
            cook.c.confidence,
            col(Dish.name_ja).label("dish_name"),
            is_unread(_COACH).label("is_unread"),
            assigned.scalar_subquery().label("assigned"),
            pause_of(col(User.id)).label("own_pause"),
            pause_of(null()).label("pause_of_all"),
        )
        .select_from(User)
        .outerjoin(last, true())
        .outerjoin(Message, col(Message.id) == last.c.message_id)
        .outerjoin(Handover, is_open)
        .outerjoin(Coach, col(Coach.id) == col(Handover.coach_id))
        .outerjoin(cook, true())
        .outerjoin(Dish, col(Dish.id) == cook.c.dish_id)
    )


def _row(row: Any, waiting: Mapping[int, Waiting]) -> ThreadRow:
    return ThreadRow(
        user_id=row.User.id,
        name=called(row.User),
        last=row.Message,
        last_by=row.speaker_name or "",
        cook=_cook(row) if row.session_id is not None else None,
        owner=Owner(row.Handover.coach_id, row.owner_name or "", row.Handover.created_at)
        if row.Handover is not None
        else None,
        assigned=[Assigned(coach_id, name) for coach_id, name in row.assigned or ()],
        waiting=waiting.get(row.User.id),
        is_unread=row.is_unread,
        pauses=Pauses(row.own_pause or 0, row.pause_of_all or 0),
    )


def _cook(row: Any) -> Cook:
    memo = StructuredInput.model_validate(row.structured_input)
    return Cook(
        session_id=row.session_id,
        dish=row.dish_name,
        number=row.session_number,
        status=row.status,
        feeling=memo.emotional_state,
        is_unsure=row.confidence == "low",
    )
