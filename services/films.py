"""The film of a learner's first and third attempt at a dish: agreed to, asked for, handed over, taken back.

It belongs to the third attempt's session, whose stage makes it. Both clips must be there then and ever after: where one
is taken back the film goes too.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session as DbSession
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from jobs.queue import Job, enqueue
from knowledge_base import phrasebook
from models.base import database_now
from models.chat import Message, MessageType, Sender, Topic
from models.consent import Consent, ConsentKind
from models.film import FilmRequest
from models.rules.entitlement import SESSIONS_PER_DISH
from models.session import CookingSession, StageName, StageRun
from models.user import User
from services.consent import give_consent, has_consent, withdraw_consent
from services.export.wish import end_exports
from services.outbox import queue_message, wake_next, was_said
from services.privacy import owe_purge
from services.scheduling import wake
from services.thread import NOT_LINE, Origin
from storage.keys import film_key, film_preview_key


class FilmNews(StrEnum):
    """What becomes of a wish for the film."""

    NOT_YET = "not_yet"  # there are not both attempts to show
    IS_SENT = "is_sent"
    BEING_MADE = "being_made"
    AFTER_VIDEO = "after_video"  # the coaching video is made first
    FAILED = "failed"  # until an operator tries again


def can_be_shown(cook: CookingSession) -> bool:
    """Its clip is there, and it is known what to see in it."""
    video = cook.video
    return video is not None and video.is_stored and bool(cook.video_analysis) and bool(cook.coaching_text)


def first_to_show(db: DbSession, third: CookingSession) -> CookingSession | None:
    """The attempt that a film of this one begins with; None where the learner has not agreed to one: before this one's
    text was written, or by asking for it."""
    if third.session_number != SESSIONS_PER_DISH:
        return None
    agreed = [
        col(Consent.user_id) == third.user_id,
        col(Consent.kind) == ConsentKind.FILM,
        col(Consent.withdrawn_at).is_(None),
    ]
    written = third.run_of(StageName.COACH_TEXT)
    if not third.film_request and written is not None and written.finished_at is not None:
        agreed.append(col(Consent.given_at) <= written.finished_at)
    statement = _first_of(third).where(select(Consent.id).where(*agreed).exists())
    return db.exec(statement).first()


def latest_to_show(db: DbSession, user_id: int) -> CookingSession | None:
    """The third attempt at the dish that was finished last, of which there is a film or can be one."""
    thirds = select(CookingSession).where(
        CookingSession.user_id == user_id, CookingSession.session_number == SESSIONS_PER_DISH
    )
    for third in db.exec(thirds.order_by(col(CookingSession.id).desc())):
        if third.film_gcs_path or _has_both(db, third):
            return third
    return None


def is_to_offer(db: DbSession, session: CookingSession, user: User) -> bool:
    """With the third attempt's text, to who was never asked and has not agreed."""
    return (
        session.session_number == SESSIONS_PER_DISH
        and _has_both(db, session)
        and not has_consent(db, user.id, ConsentKind.FILM)
        and not was_said(db, user, Topic.FILM_OFFER)
    )


def ask_for(db: DbSession, user: User, session_id: int, text_version: str, origin: Origin) -> FilmNews:
    """The learner agrees, in these words, and wants the film of this third attempt. One that is there is sent again."""
    give_consent(db, user.id, ConsentKind.FILM, text_version)
    third = _locked(db, user.id, session_id)
    if third is None:
        return FilmNews.NOT_YET
    if third.film_gcs_path:
        _send(db, third, origin)
        return FilmNews.IS_SENT
    if not _has_both(db, third):
        return FilmNews.NOT_YET
    runs = {run.stage: run for run in db.exec(select(StageRun).where(StageRun.session_id == third.id))}
    film, video = runs.get(StageName.PRODUCE_FILM), runs.get(StageName.PRODUCE_VIDEO)
    if film is not None and film.parked_at is not None:
        return FilmNews.FAILED
    is_next = video is not None and video.finished_at is not None
    request = FilmRequest()
    if is_next:
        request = FilmRequest(
            channel=origin.channel, reply_token=origin.reply_token, reply_until=origin.reply_until
        )
    third.film_request = request.model_dump(mode="json")
    wake(db, third)
    return FilmNews.BEING_MADE if is_next else FilmNews.AFTER_VIDEO


def hand_over(db: DbSession, third: CookingSession) -> None:
    """The film is there. By the reply token of whoever asked for it, while that lives; else with the coaching video, if
    nobody has begun to send that; else as a push of its own. The session is locked."""
    origin = _origin_of(db, third)
    third.film_request = {}
    if origin is not NOT_LINE or not _rides(db, third):
        _send(db, third, origin)


def comes_with_video(db: DbSession, session: CookingSession) -> bool:
    """There is a film that no message of its own brings."""
    own = select(Message.id).where(
        Message.session_id == session.id, Message.kind == MessageType.FILM, Message.video_gcs_path != ""
    )
    return bool(session.film_gcs_path) and db.exec(own).first() is None


def tell_failure(db: DbSession, third: CookingSession) -> None:
    """Only to who has asked for it themselves: others miss nothing."""
    if not third.film_request:
        return
    origin = _origin_of(db, third)
    third.film_request = {}
    queue_message(
        db,
        third.user_id,
        MessageType.FILM,
        text=phrasebook.phrase("film_failed"),
        sender=Sender.SYSTEM,
        session_id=third.id,
        **_columns(origin),
    )


def stop(db: DbSession, user_id: int) -> bool:
    """The learner wants no more of them: those that are there go too, and a file of data that may hold one. False where
    they had not agreed to any."""
    had_agreed = has_consent(db, user_id, ConsentKind.FILM)
    withdraw_consent(db, user_id, ConsentKind.FILM)
    thirds = select(CookingSession).where(
        CookingSession.user_id == user_id, CookingSession.session_number == SESSIONS_PER_DISH
    )
    for third in db.exec(thirds.order_by(col(CookingSession.id)).with_for_update(), **_FRESH):
        if _forget(db, third):
            end_exports(db, user_id)
    return had_agreed


def forget_film_with(db: DbSession, cook: CookingSession) -> bool:
    """Its clip was taken back: no film is made of it, and what was made of it goes. The cook is locked. Whether there was
    a film."""
    if cook.session_number == SESSIONS_PER_DISH:
        return _forget(db, cook)
    if cook.session_number != 1:
        return False
    third = select(CookingSession).where(
        CookingSession.user_id == cook.user_id,
        CookingSession.dish_id == cook.dish_id,
        CookingSession.session_number == SESSIONS_PER_DISH,
    )
    session = db.exec(third.with_for_update(), **_FRESH).first()
    return session is not None and _forget(db, session)


# What was changed before is stored by the query itself; what another transaction has stored meanwhile is seen.
_FRESH = {"execution_options": {"populate_existing": True}}


def _forget(db: DbSession, third: CookingSession) -> bool:
    """The session is locked. Whoever is at it finds its lease lost; what they have put by then goes all the same."""
    was_there = bool(third.film_gcs_path)
    run_id = db.exec(
        delete(StageRun)
        .where(col(StageRun.session_id) == third.id, col(StageRun.stage) == StageName.PRODUCE_FILM)
        .returning(col(StageRun.id))
    ).scalar_one_or_none()
    if run_id is not None:
        owe_purge(db, [film_key(third.id, run_id), film_preview_key(third.id, run_id)])
    third.film_gcs_path, third.film_preview_gcs_path, third.film_request = "", "", {}
    db.add(third)
    _forget_messages(db, third)
    return was_there


def _forget_messages(db: DbSession, third: CookingSession) -> None:
    """What was not sent is not owed any more, or goes without the film; of what was sent the links lead nowhere."""
    of_session = select(Message).where(Message.session_id == third.id)
    with_film = col(Message.kind).in_([MessageType.FILM, MessageType.COACHING_VIDEO])
    for message in db.exec(of_session.where(with_film).with_for_update(), **_FRESH):
        if message.kind == MessageType.COACHING_VIDEO:
            if message.is_owed:
                message.line_body = None  # rendered anew
                db.add(message)
        elif message.is_owed:
            db.delete(message)
            wake_next(db, third.id, message.id)
        else:
            message.line_body = None
            db.add(message)
    db.flush()


def _send(db: DbSession, third: CookingSession, origin: Origin) -> None:
    queue_message(
        db,
        third.user_id,
        MessageType.FILM,
        video=third.film_gcs_path,
        session_id=third.id,
        **_columns(origin),
    )


def _columns(origin: Origin) -> dict[str, Any]:
    return {
        "channel": origin.channel,
        "reply_token": origin.reply_token,
        "reply_until": origin.reply_until,
    }


def _origin_of(db: DbSession, third: CookingSession) -> Origin:
    """Where the request may be answered; NOT_LINE where its token is spent or there was none."""
    request = FilmRequest.model_validate(third.film_request)
    if request.reply_token is None or request.reply_until is None or request.reply_until <= database_now(db):
        return NOT_LINE
    return Origin(channel=request.channel, reply_token=request.reply_token, reply_until=request.reply_until)


def _rides(db: DbSession, third: CookingSession) -> bool:
    """The coaching video is still to come, or nobody has begun to send it: its message is rendered with the film."""
    statement = select(Message).where(
        Message.session_id == third.id, Message.kind == MessageType.COACHING_VIDEO
    )
    carrier = db.exec(statement.with_for_update(), **_FRESH).first()
    if carrier is None:
        return not third.coaching_video_gcs_path
    if not carrier.is_owed or carrier.line_body is not None:
        return False
    enqueue(db, Job.DELIVER, carrier.id)  # who was about to send it has passed it by while it was locked
    return True


def _first_of(third: CookingSession) -> SelectOfScalar[CookingSession]:
    """As it is now, with its clips."""
    return (
        select(CookingSession)
        .where(
            CookingSession.user_id == third.user_id,
            CookingSession.dish_id == third.dish_id,
            CookingSession.session_number == 1,
        )
        .execution_options(populate_existing=True)
    )


def _locked(db: DbSession, user_id: int, session_id: int) -> CookingSession | None:
    """A third attempt of theirs."""
    statement = select(CookingSession).where(
        CookingSession.id == session_id,
        CookingSession.user_id == user_id,
        CookingSession.session_number == SESSIONS_PER_DISH,
    )
    return db.exec(statement.with_for_update(), **_FRESH).first()


def _has_both(db: DbSession, third: CookingSession) -> bool:
    first = db.exec(_first_of(third)).first() if can_be_shown(third) else None
    return first is not None and can_be_shown(first)
