"""A learner's cooks as lists show them: read as columns, for no list needs the rows themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, bindparam, exists, select
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.chat import MessageType
from models.coaching import RatingAspect
from models.dish import Dish
from models.media import LIVE, Media, MediaKind
from models.rules.next_step import Ask, next_step, step_of
from models.session import CookingSession, SessionStatus
from services.withheld import holds_back, shown_of


@dataclass(frozen=True)
class Cook:
    """A session as lists show it. `has_memo`: spoken or written. `coaching` is a CoachingText as it is kept, {} before
    there is one that may be seen; the two paths are "" until then."""

    id: int
    dish_slug: str
    dish_name: str
    session_number: int
    status: SessionStatus
    ask: Ask
    self_ratings: Mapping[RatingAspect, int]
    has_video: bool
    has_memo: bool
    coaching: Mapping[str, Any]
    video_path: str
    preview_path: str
    created_at: datetime
    updated_at: datetime


def newest_cooks(
    db: DbSession, user_id: int, count: int, *, dish_slug: str | None = None, before: int | None = None
) -> Sequence[Cook]:
    """Newest first. One query. `before` is a session's id."""
    statement, values = _NEWEST, {"user_id": user_id, "count": count}
    if dish_slug is not None:
        statement = statement.where(col(Dish.slug) == dish_slug)
    if before is not None:
        statement = statement.where(col(CookingSession.id) < before)
    return [_cook(row) for row in db.execute(statement, values)]


def cook_of(db: DbSession, session: CookingSession, dish: Dish) -> Cook:
    shown = shown_of(db, session)
    return Cook(
        id=session.id,
        dish_slug=dish.slug,
        dish_name=dish.name_ja,
        session_number=session.session_number,
        status=session.status,
        ask=next_step(session).ask,
        self_ratings=session.self_ratings,  # type: ignore[arg-type]
        has_video=session.video is not None,
        has_memo=session.memo is not None or session.voice_transcript != "",
        coaching=shown.coaching,
        video_path=shown.video_path,
        preview_path=shown.preview_path,
        created_at=session.created_at,
        updated_at=session.updated_at,
    )


def _cook(row: Row[Any]) -> Cook:
    step = step_of(
        row.status,
        has_video=row.has_video,
        may_see=row.may_see,
        has_memo=row.has_memo or row.memo_skipped,
        ratings=row.self_ratings,
    )
    return Cook(
        id=row.id,
        dish_slug=row.slug,
        dish_name=row.name_ja,
        session_number=row.session_number,
        status=row.status,
        ask=step.ask,
        self_ratings=row.self_ratings,
        has_video=row.has_video,
        has_memo=row.has_memo,
        coaching={} if row.is_text_held else row.coaching_text,
        video_path="" if row.is_video_held else row.coaching_video_gcs_path,
        preview_path="" if row.is_video_held else row.coaching_preview_gcs_path,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _has(kind: MediaKind, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """As CookingSession.video, .memo and .may_be_seen."""
    return exists().where(
        col(Media.session_id) == col(CookingSession.id),
        col(Media.kind) == kind,
        col(Media.state).in_(LIVE),
        *which,
    )


# Columns, not objects that follow their rows, and made once: what is asked most often costs a third of that.
_NEWEST = (
    select(
        *(
            CookingSession.__table__.c[name]  # type: ignore[attr-defined]
            for name in (
                "id",
                "session_number",
                "status",
                "self_ratings",
                "memo_skipped",
                "coaching_text",
                "coaching_video_gcs_path",
                "coaching_preview_gcs_path",
                "created_at",
                "updated_at",
            )
        ),
        col(Dish.slug),
        col(Dish.name_ja),
        _has(MediaKind.VIDEO).label("has_video"),
        (
            ~_has(MediaKind.VIDEO, col(Media.consent_id).is_(None))
            & ~_has(MediaKind.MEMO, col(Media.consent_id).is_(None))
        ).label("may_see"),
        holds_back(MessageType.COACHING_READY).label("is_text_held"),
        holds_back(
            MessageType.COACHING_READY, MessageType.COACHING_VIDEO, MessageType.COACHING_VIDEO_CORRECTED
        ).label("is_video_held"),
        (_has(MediaKind.MEMO) | (col(CookingSession.voice_transcript) != "")).label("has_memo"),
    )
    .join_from(CookingSession, Dish, col(Dish.id) == col(CookingSession.dish_id))
    .where(col(CookingSession.user_id) == bindparam("user_id"))
    .order_by(col(CookingSession.id).desc())
    .limit(bindparam("count", type_=Integer))
)
