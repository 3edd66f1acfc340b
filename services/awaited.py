"""Whether a cook waits for what a page would send, or has sent."""

from sqlmodel import Session as DbSession

from errors import MomentError
from models.media import MediaKind
from models.rules.history import latest_session
from models.rules.next_step import UNDER_WAY, Ask, next_step
from models.session import CookingSession
from services import cooking


class UploadUnknown(MomentError):
    """No such upload, or cook, of this learner's."""

    words = "web.not_found"


class CookClosed(MomentError):
    """This cook waits for no video."""

    words = "web.cook_closed"


class MemoClosed(MomentError):
    """The coaching is being written, or there: what is said now is a question."""

    words = "web.memo_closed"


class VideoThere(cooking.VideoAlready):
    """The cook has its video."""

    words = "web.video_there"


def check_awaited(db: DbSession, user_id: int, session_id: int, kind: MediaKind) -> None:
    """Before two gigabytes are sent in vain. Raises UploadUnknown, CookClosed, VideoThere, MemoClosed."""
    session = db.get(CookingSession, session_id)
    if session is None or session.user_id != user_id:
        raise UploadUnknown(f"session {session_id}")
    latest = latest_session(db, user_id)
    if latest is None or latest.id != session.id:
        closed = MemoClosed if kind == MediaKind.MEMO else CookClosed
        raise closed(f"session {session_id}")
    check_takes(db, session, kind)
    if kind == MediaKind.VIDEO and next_step(session).ask is not Ask.VIDEO:
        raise CookClosed(f"session {session_id}")


def check_takes(db: DbSession, session: CookingSession | None, kind: MediaKind) -> None:
    """Whether what is here finds a place, be it to wait for a dish; `session` is the learner's latest. Raises VideoThere,
    MemoClosed."""
    if session is None:
        return
    if kind == MediaKind.VIDEO and next_step(session).ask in UNDER_WAY:
        raise VideoThere(f"session {session.id}")
    if kind == MediaKind.MEMO and not cooking.takes_memo(db, session):
        raise MemoClosed(f"session {session.id}")
