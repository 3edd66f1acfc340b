"""What a coach holds back of a cook: what has not been said in the chat is shown at no other door either."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlmodel import Session as DbSession
from sqlmodel import col

from models.chat import Message, MessageType, WaitReason
from models.session import CookingSession
from services.handover import coach_has_thread

_HELD = (WaitReason.COACH, WaitReason.REVIEW)
_FILMS = {MessageType.COACHING_VIDEO, MessageType.COACHING_VIDEO_CORRECTED}


@dataclass(frozen=True)
class Shown:
    """Of a cook, what its learner may see of what was made. `coaching` is a CoachingText as it is kept; the paths are ""
    where there is nothing."""

    coaching: Mapping[str, Any]
    video_path: str
    preview_path: str
    film_path: str
    film_preview_path: str


def shown_of(db: DbSession, session: CookingSession) -> Shown:
    kinds = _withheld_kinds(db, session)
    text = MessageType.COACHING_READY not in kinds
    video = text and not kinds & _FILMS
    film = MessageType.FILM not in kinds
    return Shown(
        coaching=session.coaching_text if text else {},
        video_path=session.coaching_video_gcs_path if video else "",
        preview_path=session.coaching_preview_gcs_path if video else "",
        film_path=session.film_gcs_path if film else "",
        film_preview_path=session.film_preview_gcs_path if film else "",
    )


def holds_back(*kinds: MessageType) -> ColumnElement[bool]:
    """Whether one of these is, for a query of sessions."""
    held = select(col(Message.id)).where(
        col(Message.session_id) == col(CookingSession.id), col(Message.kind).in_(kinds), _is_withheld()
    )
    return exists(held.correlate(CookingSession))


def _withheld_kinds(db: DbSession, session: CookingSession) -> frozenset[MessageType]:
    held = (
        select(col(Message.kind))
        .join(CookingSession, col(CookingSession.id) == col(Message.session_id))
        .where(col(Message.session_id) == session.id, _is_withheld())
    )
    return frozenset(db.execute(held).scalars())


def _is_withheld() -> ColumnElement[bool]:
    """It waits for a coach, will do once it is looked at, or was given up by one."""
    of_taken = and_(col(Message.coach_id).is_(None), coach_has_thread(col(CookingSession.user_id)))
    return and_(
        col(Message.delivered_at).is_(None),
        or_(
            col(Message.waits_for).in_(_HELD),
            and_(col(Message.retry_key).is_not(None), col(Message.parked_at).is_(None), of_taken),
            and_(col(Message.retry_key).is_(None), col(Message.coach_id).is_not(None)),
        ),
    )
