"""One cook of one dish: opening it, what the learner gives to it, how they rate it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from knowledge_base.catalogue import load
from models.base import database_now
from models.chat import ChatRoom, Message, MessageType, RoomType, Sender
from models.coaching import RatingAspect
from models.dish import Dish
from models.media import Media, MediaKind
from models.rules.entitlement import is_open, next_session_number
from models.rules.history import latest_session, sessions_of
from models.rules.next_step import BEFORE_TEXT, UNDER_WAY, Ask, has_memo, missing_rating, next_step
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.user import User
from services import media
from services.footage import ask_for_consent
from services.menus import owe_menu
from services.profile import lock_learner
from services.replying import warn_of_memo
from services.scheduling import wake, write_status
from services.thread import NOT_LINE, Origin, record_inbound

RATINGS = range(1, 6)
MOST_CLIPS = 6  # of one cook
SAME_COOK = timedelta(hours=2)  # between two clips; after that the learner is asked


class CoachingUnderWay(MomentError):
    """The learner's latest cook has no text yet: no other dish before that."""

    words = "coaching_under_way"


class DishGone(MomentError):
    """No such dish, or none that is still taught."""

    words = "dish_gone"


class VideoAlready(MomentError):
    """The cook has all the clips that it may have; this one is set aside."""

    words = "video_already"


class ClipTooLate(MomentError):
    """The text is written, or no more clips are taken: it stays a clip of no cook."""

    words = "clip_too_late"


class MemoTooLate(MomentError):
    """The coaching is being written: what is said now is a question."""

    words = "old_button"


class NothingToSkip(MomentError):
    """No memo is waited for."""

    words = "old_button"


class RatingClosed(MomentError):
    """No such mark, or it can't be changed any more."""

    words = "rating_closed"


def open_cook(
    db: DbSession, user: User, session: CookingSession | None, slug: str, now: datetime
) -> CookingSession:
    """The session for the next cook of this dish, with what was sent before it. `session` is the learner's latest;
    one that still waits for its video is given over to the dish.

    Raises CoachingUnderWay, DishGone, EntitlementError.
    """
    if next_step(session).ask in UNDER_WAY:
        raise CoachingUnderWay(slug)
    dish = db.exec(select(Dish).where(Dish.slug == slug)).first()
    if dish is None or slug not in load().dishes:
        raise DishGone(slug)
    cook = _session_for(db, user, dish)
    cook.other_dish_wished = False
    _take_unplaced(db, user, cook, now)
    if cook.media or cook.voice_transcript:
        wake(db, cook)
    else:  # nothing that a stage could work on
        write_status(cook, ())
    return cook


def open_cook_alone(db: DbSession, user: User, slug: str) -> CookingSession:
    """As `open_cook`, for a door that learners may knock at twice at once: the second finds the first's cook. Nobody answers
    there: of a video that was sent before its dish the chat asks whether it may be looked at.

    Raises CoachingUnderWay, DishGone, EntitlementError, LearnerGone.
    """
    lock_learner(db, user.id)
    latest = latest_session(db, user.id, lock=True)
    cook = open_cook(db, user, latest, slug, database_now(db))
    if next_step(cook).ask is Ask.CONSENT:
        ask_for_consent(db, user.id)
    return cook


def wish_other_dish(db: DbSession, session: CookingSession | None) -> None:
    """The cook that waits stays until another dish is chosen, but no video is taken for it without asking."""
    if session is not None and next_step(session).ask is Ask.VIDEO:
        session.other_dish_wished = True
        db.add(session)


def is_doubted(session: CookingSession | None) -> bool:
    return session is not None and session.other_dish_wished


def take_video(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    origin: Origin = NOT_LINE,
    *,
    object_key: str | None = None,
) -> Media:
    """For the cook that waits for it, or as one more clip of a cook that has no text yet; else kept until a dish is chosen,
    or the learner says that it is of this cook. `object_key`: it is in the store already.

    Raises VideoAlready.
    """
    room = RoomType.COOKING_VIDEOS
    ask = next_step(session).ask
    if session is not None and ask in UNDER_WAY and not has_room_for_clip(session):
        record_inbound(db, user, MessageType.OTHER, session=session, room=room, origin=origin)
        raise VideoAlready(f"session {session.id}")
    cook = session if ask is Ask.VIDEO and not is_doubted(session) else None
    if session is not None and ask in UNDER_WAY and is_same_cook(session, origin.sent_at or database_now(db)):
        cook = session
    message = record_inbound(db, user, MessageType.VIDEO, session=cook, room=room, origin=origin)
    return media.receive(
        db, user, MediaKind.VIDEO, session=cook, message=message, origin=origin, object_key=object_key
    )


def join_clip(db: DbSession, user: User, session: CookingSession | None, clip_id: int) -> bool:
    """The learner has said that this clip, which is of no cook yet, is of the one under way. True too where it is already.
    Raises ClipTooLate."""
    clip = db.get(Media, clip_id, with_for_update=True, populate_existing=True)
    if clip is None or clip.user_id != user.id or clip.kind != MediaKind.VIDEO or not clip.is_live:
        return False
    if session is None or clip.session_id is not None:
        return session is not None and clip.session_id == session.id
    if next_step(session).ask not in UNDER_WAY or not has_room_for_clip(session):
        raise ClipTooLate(f"clip {clip_id}")
    media.place(db, clip, session)
    wake(db, session)
    return True


def clip_in_doubt(db: DbSession, user: User) -> Media | None:
    """The latest that no cook has taken."""
    return next((each for each in media.unplaced(db, user) if each.kind == MediaKind.VIDEO), None)


def has_room_for_clip(session: CookingSession) -> bool:
    return len(session.videos) < MOST_CLIPS


def is_same_cook(session: CookingSession, sent_at: datetime) -> bool:
    """Whether a clip that was sent then is surely of it."""
    return any(abs(sent_at - (clip.sent_at or clip.received_at)) <= SAME_COOK for clip in session.videos)


def take_memo(
    db: DbSession,
    user: User,
    session: CookingSession | None,
    origin: Origin = NOT_LINE,
    *,
    object_key: str | None = None,
) -> Media:
    """A spoken memo, in place of an earlier one; kept until a dish is chosen if there is no cook. `object_key`: it is in
    the store already.

    Raises MemoTooLate.
    """
    if session is not None:
        make_room_for_memo(db, session)
    message = record_inbound(db, user, MessageType.AUDIO, session=session, origin=origin)
    return media.receive(
        db, user, MediaKind.MEMO, session=session, message=message, origin=origin, object_key=object_key
    )


def write_memo(
    db: DbSession, user: User, session: CookingSession, text: str, origin: Origin = NOT_LINE
) -> None:
    """Instead of a spoken one: the words are the transcript. Raises MemoTooLate."""
    make_room_for_memo(db, session)
    message = record_inbound(db, user, MessageType.TEXT, text=text, session=session, origin=origin)
    session.voice_transcript = text
    warn_of_memo(db, session, text, message.id)
    wake(db, session)


def skip_memo(db: DbSession, session: CookingSession) -> None:
    """Raises NothingToSkip."""
    if has_memo(session) or next_step(session).ask not in BEFORE_TEXT:
        raise NothingToSkip(f"session {session.id}")
    session.memo_skipped = True
    wake(db, session)


def rate(db: DbSession, session: CookingSession, aspect: RatingAspect, value: int) -> None:
    """Each may be changed until the text is there and all are given. Raises RatingClosed.

    The text asks again for what it found missing, which a tap may have answered while it was on its way.
    """
    is_taken = next_step(session).ask in BEFORE_TEXT or missing_rating(session) is not None
    if value not in RATINGS or not is_taken:
        raise RatingClosed(f"session {session.id}, {aspect}")
    session.self_ratings = {**session.self_ratings, aspect: value}
    db.add(session)


def takes_memo(db: DbSession, session: CookingSession) -> bool:
    """Until the coaching is being written, what the learner says still goes into it."""
    if next_step(session).ask not in BEFORE_TEXT:
        return False
    if not session.video_analysis:  # which the principles are looked for by, and the coaching is written from
        return True
    begun = select(StageRun.id).where(
        StageRun.session_id == session.id, StageRun.stage == StageName.RETRIEVE, StageRun.attempts > 0
    )
    return db.exec(begun).first() is None


def mark_watched(db: DbSession, user: User, session_id: int) -> bool:
    """The learner has seen the coaching video to its end; False when that was known, or it is not theirs."""
    statement = (
        select(Message)
        .join(ChatRoom, col(Message.chat_room_id) == col(ChatRoom.id))
        .where(ChatRoom.user_id == user.id, Message.session_id == session_id)
        .where(Message.kind == MessageType.COACHING_VIDEO, col(Message.watched_at).is_(None))
    )
    message = db.exec(statement).first()
    if message is None:
        return False
    message.watched_at = func.now()  # type: ignore[assignment]
    db.add(message)
    return True


def make_room_for_memo(db: DbSession, session: CookingSession) -> None:
    """For a new one, which replaces the one that is there. Raises MemoTooLate."""
    if not takes_memo(db, session):
        raise MemoTooLate(f"session {session.id}")
    if has_memo(session):
        media.forget_memo(db, session)
    session.memo_skipped = False


def _session_for(db: DbSession, user: User, dish: Dish) -> CookingSession:
    sessions = sessions_of(db, user.id)
    number = next_session_number(user, dish, sessions)
    same = next((s for s in sessions if s.dish_id == dish.id and s.session_number == number), None)
    waiting = next((s for s in sessions if is_open(s)), None)
    if same is not None:
        if same.status == SessionStatus.FAILED:
            _start_over(db, same)
        if waiting is not None and waiting is not same:
            _merge(db, waiting, same)
        return same
    if waiting is not None:
        waiting.dish_id, waiting.session_number = dish.id, number
        return waiting
    cook = CookingSession(user_id=user.id, dish_id=dish.id, session_number=number)
    db.add(cook)
    db.flush()
    if not sessions:
        owe_menu(db, user.id)
    return cook


def _start_over(db: DbSession, session: CookingSession) -> None:
    """A cook that failed is cooked again, as if it were the first time."""
    for each in (*session.videos, *session.photos):
        media.replace(db, each)
    media.forget_video(db, session)
    media.forget_memo(db, session)
    session.self_ratings, session.memo_skipped = {}, False
    session.created_at = func.now()  # type: ignore[assignment]


def _merge(db: DbSession, waiting: CookingSession, cook: CookingSession) -> None:
    """What was already given belongs to the cook, whatever dish it turns out to be."""
    cook.self_ratings = {**cook.self_ratings, **waiting.self_ratings}
    cook.memo_skipped = cook.memo_skipped or waiting.memo_skipped
    if waiting.memo is None:
        cook.voice_transcript = cook.voice_transcript or waiting.voice_transcript
    for recording in [each for each in waiting.media if each.is_live]:
        waiting.media.remove(recording)
        media.place(db, recording, cook)
    # What they wrote too: it may still be taken back.
    of_learner = Message.session_id == waiting.id, Message.sender == Sender.USER
    for message in db.exec(select(Message).where(*of_learner)):
        message.session_id, message.meta = cook.id, {**message.meta, "session_id": cook.id}
    db.delete(waiting)
    db.flush()


def _take_unplaced(db: DbSession, user: User, cook: CookingSession, now: datetime) -> None:
    """The latest clips that were sent together, and the latest memo; the others go, so that none is taken for a later cook.
    Files of which nothing is known yet find their place in it once they are."""
    unplaced = media.unplaced(db, user)
    for file in [each for each in unplaced if each.kind == MediaKind.FILE]:
        file.received_at = now
        media.place(db, file, cook)
    clips = [each for each in unplaced if each.kind == MediaKind.VIDEO]
    memos = [each for each in unplaced if each.kind == MediaKind.MEMO]
    taken = [*(() if cook.video is not None else _sent_together(clips)), *(() if cook.memo else memos[:1])]
    for each in taken:
        each.received_at = now  # the promise and the memo's grace begin with the dish
        media.place(db, each, cook)
    for other in (*clips, *memos):
        if other not in taken:
            media.replace(db, other)


def _sent_together(clips: Sequence[Media]) -> list[Media]:
    """Of these, the latest first: the latest, and those before it as far as they are surely of the same cook."""
    together = list(clips[:1])
    for clip in clips[1:MOST_CLIPS]:
        later = together[-1].sent_at or together[-1].received_at
        if abs(later - (clip.sent_at or clip.received_at)) > SAME_COOK:
            break
        together.append(clip)
    return together[::-1]
