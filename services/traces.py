"""Where a learner's data lie, beside the rows that go with their own."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, update
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.leases import count_active
from models.chat import Message, Sender, rooms_of
from models.demonstration import Demonstration
from models.export import Export
from models.inbox import EventSource, InboxEvent, InboxSubject, UnsentMessage
from models.media import Media, MediaKind
from models.picture import ProgressPicture
from models.session import CookingSession, StageName, StageRun
from models.upload import Upload
from models.user import User
from storage.keys import (
    coaching_video_keys,
    film_key,
    film_preview_key,
    spoken_answer_key,
    view_key,
)

DELETED = "deleted"  # the outcome of an event that was never handled


def object_keys(db: DbSession, user_id: int) -> list[str]:
    """Of all that is in the store, and of all that work under way may still put there."""
    keys: set[str] = set()
    for media in db.exec(select(Media).where(Media.user_id == user_id)):
        keys |= {media.object_key, media.view_key}
        if media.kind == MediaKind.VIDEO:
            keys.add(view_key(media.object_key))
        if media.kind == MediaKind.VOICE_QUESTION:
            keys.add(spoken_answer_key(media.object_key))
    for session in db.exec(select(CookingSession).where(CookingSession.user_id == user_id)):
        keys |= {*coaching_video_keys(session.id, range(session.videos_begun + 1))}
        keys |= {session.coaching_video_gcs_path, session.coaching_preview_gcs_path}
        keys |= {session.film_gcs_path, session.film_preview_gcs_path}
    films = select(StageRun.session_id, StageRun.id).where(StageRun.stage == StageName.PRODUCE_FILM)
    films = films.join(CookingSession, col(CookingSession.id) == col(StageRun.session_id))
    for session_id, run_id in db.exec(films.where(CookingSession.user_id == user_id)):
        keys |= {film_key(session_id, run_id), film_preview_key(session_id, run_id)}
    shown = select(Demonstration).join(
        CookingSession, col(CookingSession.id) == col(Demonstration.session_id)
    )
    for each in db.exec(shown.where(CookingSession.user_id == user_id)):
        keys |= {each.voice_key, each.film_key, each.preview_key}
    meta = col(Message.meta)
    sent = select(meta["key"].astext, meta["preview"].astext, Message.video_gcs_path)
    sent = sent.where(
        meta["attachment"].astext.is_not(None), col(Message.chat_room_id).in_(rooms_of(user_id))
    )
    for attached in db.exec(sent):
        keys |= {key for key in attached if key}
    keys |= set(db.exec(select(Upload.object_key).where(Upload.user_id == user_id)))
    keys |= set(db.exec(select(ProgressPicture.object_key).where(ProgressPicture.user_id == user_id)))
    keys |= set(db.exec(select(Export.object_key).where(Export.user_id == user_id)))
    return sorted(keys - {""})


def upload_places(db: DbSession, user_id: int) -> list[str]:
    """To which their browser may still send."""
    return list(db.exec(select(Upload.place).where(Upload.user_id == user_id, Upload.place != "")))


def unspoken_scripts(db: DbSession, user_id: int) -> Sequence[Mapping[str, Any]]:
    """Narrations of which no video was finished, so that their speech may be kept for another try."""
    scripts = select(CookingSession.narration_script).where(
        CookingSession.user_id == user_id, CookingSession.coaching_video_gcs_path == ""
    )
    return [script for script in db.exec(scripts) if script]


def is_at_work(db: DbSession, user: User, customer_id: str) -> bool:
    """Whether an event of theirs is being handled just now, or a message sent to them. Until the transaction ends no
    other is taken up: their subjects are locked."""
    of_learner = _is_of_learner(user, customer_id)
    # In order, as those who store events take them.
    locked = select(InboxSubject.id).where(of_learner).order_by(InboxSubject.source, InboxSubject.subject)
    subjects = db.exec(locked.with_for_update()).all()
    ours = col(Message.chat_room_id).in_(rooms_of(user.id)), col(Message.sender) != Sender.USER
    return bool(
        count_active(db, InboxSubject, col(InboxSubject.id).in_(subjects)) or count_active(db, Message, *ours)
    )


def delete_rows(db: DbSession, user: User, customer_id: str) -> None:
    """All of the learner's. What was paid stays, and names nobody (models/plan.py); so do the ids of their events, by which
    one that comes once more is known."""
    theirs = InboxEvent.source == EventSource.LINE, InboxEvent.subject == user.line_user_id
    unsent = select(col(InboxEvent.body)["unsend"]["messageId"].astext).where(*theirs)
    db.exec(delete(UnsentMessage).where(col(UnsentMessage.line_message_id).in_(unsent)))
    blank_events(db, EventSource.LINE, user.line_user_id)
    blank_events(db, EventSource.STRIPE, customer_id)
    db.exec(delete(InboxSubject).where(_is_of_learner(user, customer_id)))
    db.exec(delete(User).where(col(User.id) == user.id))
    db.expunge_all()


def blank_events(db: DbSession, source: EventSource, subject: str) -> None:
    """Nothing remains of them but that they came."""
    if not subject:
        return
    is_new = col(InboxEvent.handled_at).is_(None)
    blank = {
        "subject": "",
        "body": {},
        "error": "",
        "outcome": case((is_new, DELETED), else_=col(InboxEvent.outcome)),
        "handled_at": func.coalesce(col(InboxEvent.handled_at), func.now()),
    }
    whose = col(InboxEvent.source) == source, col(InboxEvent.subject) == subject
    db.exec(update(InboxEvent).where(*whose).values(blank))


def _is_of_learner(user: User, customer_id: str) -> ColumnElement[bool]:
    return or_(
        and_(col(InboxSubject.source) == EventSource.LINE, col(InboxSubject.subject) == user.line_user_id),
        and_(col(InboxSubject.source) == EventSource.STRIPE, col(InboxSubject.subject) == customer_id),
    )
