"""Whether a learner's films and memos may be looked at: they agree once, before the first, and may take it back."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base.consent_talk import FIRST, TEXT_VERSION
from models.base import database_now
from models.chat import Message, MessageType, Sender, Topic, rooms_of
from models.consent import ConsentKind
from models.media import CONSENT_WITHDRAWN, REFUSED, Media, MediaKind
from models.rules.next_step import Ask, next_step
from models.session import CookingSession
from models.user import User
from services import films, media
from services.consent import consent_in_force, give_consent, withdraw_consent
from services.export.wish import end_exports
from services.outbox import queue_message
from services.scheduling import wake


@dataclass(frozen=True)
class FootageTerms:
    """What learners are told besides the words: how long raw footage is kept, and where all of it can be read."""

    keep: timedelta
    page_url: str


def agree(db: DbSession, user: User) -> None:
    """What is there is looked at from now on: the promise and the memo's grace begin. Once more changes nothing."""
    give_consent(db, user.id, ConsentKind.FOOTAGE, TEXT_VERSION)
    consent_id, now = consent_in_force(db, user.id, ConsentKind.FOOTAGE), database_now(db)
    was_asked(db, user.id)
    waiting = _waiting(db, user)
    cooks = _cooks_of(db, waiting)  # locked first, as everywhere
    for each in waiting:
        each.consent_id, each.received_at = consent_id, now
        db.add(each)
    db.flush()
    for session in cooks:
        wake(db, session)


def ask_for_consent(db: DbSession, user_id: int, lead: str = "", after: timedelta = timedelta()) -> None:
    """As a message of its own, where a video came that no reply could be given to. `after`: should the chat not have asked
    by then."""
    was_asked(db, user_id)  # of a memo that follows its video: one question is enough
    queue_message(
        db,
        user_id,
        MessageType.NOTICE,
        text=f"{lead}{FIRST}",
        sender=Sender.SYSTEM,
        topic=Topic.CONSENT,
        patience=after,
    )


def was_asked(db: DbSession, user_id: int) -> None:
    """By a reply: a message that was to ask is owed no more."""
    asks = col(Message.meta)["topic"].astext == Topic.CONSENT
    owed = col(Message.chat_room_id).in_(rooms_of(user_id)), col(Message.first_attempted_at).is_(None), asks
    db.exec(delete(Message).where(*owed, col(Message.delivered_at).is_(None)))


def is_to_ask(db: DbSession, user: User) -> bool:
    """Whether something of theirs still waits for it: it may have been taken back, or set aside, since."""
    return bool(_waiting(db, user))


def drop_question(db: DbSession, user_id: int, session: CookingSession | None) -> None:
    """A video was taken back: where none waits any more, nothing is asked of it."""
    if next_step(session).ask is not Ask.CONSENT:
        was_asked(db, user_id)


def refuse(db: DbSession, user: User) -> None:
    """What waited for it goes unseen; a cook waits for a video again."""
    was_asked(db, user.id)
    end_exports(db, user.id)
    _take_back(db, _waiting(db, user), REFUSED)


def withdraw(db: DbSession, user: User) -> bool:
    """All films and voices go, and the coaching videos made of them; texts stay. The consent to films of two attempts, which
    are made of this footage, goes with it. False where there was no consent."""
    had_consent = consent_in_force(db, user.id, ConsentKind.FOOTAGE) is not None
    withdraw_consent(db, user.id, ConsentKind.FOOTAGE)
    was_asked(db, user.id)
    end_exports(db, user.id)
    _take_back(db, _all(db, user), CONSENT_WITHDRAWN)
    films.stop(db, user.id)  # after the cooks are locked, in their order
    return had_consent


def _take_back(db: DbSession, rows: list[Media], reason: str) -> None:
    cooks = {session.id: session for session in _cooks_of(db, rows)}
    for each in rows:
        session = cooks.get(each.session_id) if each.session_id is not None else None
        if each.kind == MediaKind.MEMO and session is not None and session.coaching_text:
            session.voice_memo_url = None  # what was heard is in the text already
            media.discard(db, each, reason)
        else:
            media.take_back(db, each, session, reason)


def _waiting(db: DbSession, user: User) -> list[Media]:
    return [each for each in _all(db, user) if each.is_live and not each.may_be_seen]


def _all(db: DbSession, user: User) -> list[Media]:
    """Also of films that are not kept any more, of which a coaching video may be: those of finished cooks."""
    of_learner = Media.user_id == user.id, col(Media.kind) != MediaKind.VOICE_QUESTION
    rows = db.exec(select(Media).where(*of_learner).order_by(col(Media.id))).all()
    return [each for each in rows if each.is_live or (each.is_expired and each.kind == MediaKind.VIDEO)]


def _cooks_of(db: DbSession, rows: list[Media]) -> list[CookingSession]:
    """Locked, in their order."""
    ids = {each.session_id for each in rows if each.session_id is not None}
    statement = select(CookingSession).where(col(CookingSession.id).in_(ids)).order_by(col(CookingSession.id))
    return list(db.exec(statement.with_for_update()))
