"""A file that a learner sends: its name and type come from strangers, so what it is, is known only once it is here."""

from sqlmodel import Session as DbSession

from errors import MomentError
from knowledge_base import consent_talk
from models.chat import MessageType, RoomType
from models.media import Media, MediaKind
from models.rules.history import latest_session
from models.rules.next_step import BEFORE_TEXT, UNDER_WAY, Ask, has_memo, next_step
from models.session import CookingSession
from models.user import User
from services import cooking, media, questions
from services.footage import ask_for_consent
from services.outbox import queue_notice
from services.scheduling import wake
from services.thread import NOT_LINE, Origin, record_inbound, retell


def take_file(db: DbSession, user: User, session: CookingSession | None, origin: Origin = NOT_LINE) -> Media:
    """For the cook that is under way, else kept until a dish is chosen."""
    cook = session if next_step(session).ask in BEFORE_TEXT and not cooking.is_doubted(session) else None
    message = record_inbound(db, user, MessageType.OTHER, session=session, origin=origin)
    return media.receive(db, user, MediaKind.FILE, session=cook, message=message, origin=origin)


def settle_file(
    db: DbSession, file: Media, session: CookingSession | None, kind: MediaKind
) -> CookingSession | None:
    """It becomes what it was found to be (a video or a recording), as if it had been sent as such; one too many is set
    aside. Returns the cook that it is of."""
    if kind == MediaKind.VIDEO:
        return _settle_video(db, file, session)
    return _settle_recording(db, file, session)


def say_what_it_is(db: DbSession, file: Media, session: CookingSession | None) -> None:
    """Once it is settled and fit for use. A question is answered, which says enough."""
    words = {MediaKind.VIDEO: "which_dish_video", MediaKind.MEMO: "which_dish_memo"}
    if session is not None and next_step(session).ask is Ask.CONSENT and file.kind == MediaKind.VIDEO:
        ask_for_consent(db, file.user_id, consent_talk.FILE_IS_VIDEO)
        return
    if session is not None:
        video = "file_is_video" if has_memo(session) else "file_is_video_ask_memo"
        words = {MediaKind.VIDEO: video, MediaKind.MEMO: "file_is_memo"}
    if file.kind in words:
        queue_notice(db, file.user_id, words[file.kind], session_id=session.id if session else None)


def _settle_video(db: DbSession, file: Media, session: CookingSession | None) -> CookingSession | None:
    ask = next_step(session).ask
    if session is not None and ask in UNDER_WAY and not cooking.has_room_for_clip(session):
        _set_aside(db, file, session, cooking.VideoAlready())
        return session
    if session is not None and (
        (ask is not Ask.VIDEO and ask not in UNDER_WAY) or cooking.is_doubted(session)
    ):
        media.release(db, file, session)
        session = None
    retell(db, file.message_id, MessageType.VIDEO, RoomType.COOKING_VIDEOS)
    media.settle_kind(db, file, session, MediaKind.VIDEO)
    return session


def _settle_recording(db: DbSession, file: Media, session: CookingSession | None) -> CookingSession | None:
    if session is not None and session.memo is not None and session.memo.id > file.id:
        _set_aside(db, file, session)  # they have spoken again since
        return session
    if not _takes_memo(db, file, session):
        if session is not None:
            media.release(db, file, session)
        _ask(db, file, session)
        return None
    if session is not None:
        cooking.make_room_for_memo(db, session)
    retell(db, file.message_id, MessageType.AUDIO, RoomType.COACHING)
    media.settle_kind(db, file, session, MediaKind.MEMO)
    return session


def _takes_memo(db: DbSession, file: Media, session: CookingSession | None) -> bool:
    """Who has never chosen a dish can only mean the first; else what is said between two cooks is a question."""
    if session is None:
        return latest_session(db, file.user_id) is None
    return cooking.takes_memo(db, session)


def _ask(db: DbSession, file: Media, session: CookingSession | None) -> None:
    try:
        questions.ask_by_file(db, db.get_one(User, file.user_id), file)
    except questions.TooManyQuestions as error:
        _set_aside(db, file, session, error)


def _set_aside(
    db: DbSession, file: Media, session: CookingSession | None, error: MomentError | None = None
) -> None:
    media.replace(db, file)
    if error is not None:
        queue_notice(db, file.user_id, error.words_key, session_id=session.id if session else None)
    if session is not None:
        wake(db, session)  # it may have waited for a memo
