"""What learners send to be seen or heard: taking it in, placing it in a cook, refusing it, taking it back."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from errors import MomentError
from jobs import leases
from jobs.queue import Job, enqueue
from models.base import database_now
from models.chat import Message, MessageType
from models.consent import ConsentKind
from models.dish import Dish
from models.media import EXPIRED, LIVE, TAKEN_BACK, Media, MediaKind, MediaSource, MediaState
from models.rules.progression import forget_footage
from models.session import MEMO_STAGES, VIDEO_STAGES, CookingSession, StageName, StageRun
from models.user import User
from models.verdict import Verdict
from services import outbox
from services.consent import consent_in_force
from services.demonstrations import forget_demonstrations
from services.films import forget_film_with
from services.outbox import queue_notice, record_cooking_video
from services.privacy import owe_purge
from services.profile import learner_state
from services.scheduling import wake
from services.thread import NOT_LINE, Origin
from storage.keys import coaching_video_keys, new_media_key

_PLACED = (MediaKind.VIDEO, MediaKind.MEMO, MediaKind.FILE)  # of a cook
# A clip that found no dish in this time is not taken for a cook of much later.
KEEP_UNPLACED = timedelta(days=1)

LEFT_OUT_FOR = frozenset({"too_long"})  # of several clips; else one simply can't be used

WORDS_FOR: Mapping[MediaKind, str] = {
    MediaKind.VIDEO: "video",
    MediaKind.MEMO: "memo",
    MediaKind.VOICE_QUESTION: "voice_question",
    MediaKind.PHOTO: "photo",
    MediaKind.FILE: "file",
}


class MediaRejected(MomentError):
    """This clip or recording can't be used and no retry will change that. A rejected clip spends no attempt; without
    a rejected memo the coaching goes on."""

    def __init__(self, reason: str, kind: MediaKind | None = None, media_id: int | None = None) -> None:
        super().__init__(reason)
        self.media_id = media_id  # which of several clips, where that is known
        self.reason = reason  # of phrasebook's "video.…", "memo.…" or "file.…"
        self.kind = kind  # what a file was found to be, where that is known


def receive(
    db: DbSession,
    user: User,
    kind: MediaKind,
    *,
    session: CookingSession | None = None,
    message: Message | None = None,
    origin: Origin = NOT_LINE,
    object_key: str | None = None,
) -> Media:
    """The row of something that is to be fetched and looked into: for a session, or until a dish is chosen.
    `object_key`: it need not be fetched. Without the learner's consent it is only kept."""
    media = Media(
        user_id=user.id,
        message_id=message.id if message else None,
        kind=kind,
        source=MediaSource.LINE if origin.line_message_id else MediaSource.UPLOAD,
        channel=origin.channel,
        line_message_id=origin.line_message_id,
        object_key=object_key or new_media_key(kind),
        consent_id=consent_in_force(db, user.id, ConsentKind.FOOTAGE),
        sent_at=origin.sent_at or database_now(db),
    )
    leases.due_now(media)
    db.add(media)
    if session is not None:
        place(db, media, session)
    db.flush()
    enqueue(db, Job.FETCH_MEDIA, media.id)
    return media


def place(db: DbSession, media: Media, session: CookingSession) -> None:
    """From now on it is of this cook, after those of its kind that are there; clips are in the order in which they were
    sent."""
    media.position = _next_position(session, media.kind)
    session.media.append(media)
    if media.kind == MediaKind.VIDEO:
        _put_in_order(db, session)
    db.add(session)
    message = db.get(Message, media.message_id) if media.message_id else None
    if message is not None and message.session_id != session.id:
        message.session_id = session.id
        message.meta = {**message.meta, "session_id": session.id}
        db.add(message)
    db.flush()
    if media.is_stored:
        accept(db, media, session)
    elif media.parked_at is not None:  # nobody was told: the cook that wants it begins with all its tries
        leases.free(db, Media, col(Media.id) == media.id)
        db.refresh(media)
        enqueue(db, Job.FETCH_MEDIA, media.id)


def settle_kind(db: DbSession, file: Media, session: CookingSession | None, kind: MediaKind) -> None:
    """From now on it is one of this kind, and stands after those that are there."""
    file.position = _next_position(session, kind) if session else 1
    file.kind = kind
    db.add(file)
    if session is not None and kind == MediaKind.VIDEO:
        _put_in_order(db, session)
    db.flush()


def release(db: DbSession, media: Media, session: CookingSession) -> None:
    """It is of no cook any more: kept until a dish is chosen, or a question."""
    session.media.remove(media)
    db.flush()


def unplaced(db: DbSession, user: User) -> Sequence[Media]:
    """Those that no cook has taken, the latest first."""
    statement = (
        select(Media)
        .where(Media.user_id == user.id, col(Media.kind).in_(_PLACED), col(Media.session_id).is_(None))
        .where(col(Media.state).in_(LIVE), col(Media.received_at) > func.now() - KEEP_UNPLACED)
        .order_by(col(Media.id).desc())
        .with_for_update()
    )
    return db.exec(statement).all()


def accept(
    db: DbSession,
    media: Media,
    session: CookingSession | None,
    wake: Callable[[DbSession, CookingSession], None] = wake,
) -> None:
    """Stored and fit for use: whatever waits for it is woken, a session by `wake`."""
    if media.kind == MediaKind.VOICE_QUESTION:
        _wake_question(db, media)
        return
    if session is None:
        return
    if media.kind == MediaKind.MEMO:
        session.voice_memo_url = media.object_key
    elif media is session.video:
        session.raw_video_url = media.object_key
        record_cooking_video(db, session)
    wake(db, session)


def reject(db: DbSession, media: Media, session: CookingSession | None, reason: str) -> None:
    """The learner is told why, and what to do; of photos once a cook. Our copies go after this is committed."""
    is_coached = session is not None and media in session.videos
    _discard(db, media, MediaState.REJECTED, reason)
    if media.kind == MediaKind.VOICE_QUESTION:
        _wake_question(db, media)
        return
    if session is not None:
        if media.kind == MediaKind.MEMO:
            forget_memo(db, session)
        elif is_coached:
            forget_video(db, session)
            session.pipeline_error = f"video rejected: {reason}"
            _go_on_without(db, session)
        wake(db, session)
    if media.kind == MediaKind.PHOTO and session is not None and _other_photo_rejected(session, media):
        return
    words = f"{WORDS_FOR[media.kind]}.{reason}"
    if is_coached and session is not None and session.videos:
        words = f"clip.{reason}" if reason in LEFT_OUT_FOR else "clip.left_out"
    queue_notice(db, media.user_id, words, session_id=session.id if session else None)


def reject_all(db: DbSession, session: CookingSession, reason: str) -> None:
    """Its clips, of which together nothing can be coached. The learner is told why once."""
    first, *others = session.videos
    for other in others:
        replace(db, other)
    reject(db, first, session, reason)


def withdraw(db: DbSession, media: Media, session: CookingSession | None) -> None:
    """The learner takes it back. They are told what becomes of the cook."""
    words = take_back(db, media, session, TAKEN_BACK)
    if words and session is not None:
        queue_notice(db, session.user_id, words, session_id=session.id, patience=outbox.CALM)


def take_back(db: DbSession, media: Media, session: CookingSession | None, reason: str) -> str:
    """Our copies go, and nothing is made of it any more; nobody is told. Returns what could be: a key of the phrasebook,
    "" for nothing. Of a film that is not kept any more the coaching video goes all the same."""
    was_there = media.is_live or media.is_expired
    is_coached = session is not None and (
        media in session.videos or (media.is_expired and session.video is None)
    )
    discard(db, media, reason)
    forget_demonstrations(db, media)
    if session is None or not was_there or media.kind == MediaKind.VOICE_QUESTION:
        return ""
    words = ""
    has_film = bool(session.coaching_text) and media.kind == MediaKind.VIDEO and forget_film_with(db, session)
    if media.kind == MediaKind.FILE:
        words = "file_unsent"
    elif media.kind == MediaKind.PHOTO:
        _forget_photo(db, media, session)
    elif media.kind == MediaKind.MEMO:
        words = withdraw_memo(db, session)
    elif is_coached and session.coaching_text:
        words = _withdraw_footage(db, session)
        words = "film_unsent" if has_film else words
    elif is_coached:
        forget_video(db, session)
        words = "clip_unsent" if session.videos else "video_unsent"
        _go_on_without(db, session)
    wake(db, session)
    return words


def replace(db: DbSession, media: Media) -> None:
    """Another has come in its place."""
    discard(db, media, "replaced")


def discard(db: DbSession, media: Media, reason: str) -> None:
    """Our copies go; what becomes of the cook is the caller's."""
    _discard(db, media, MediaState.WITHDRAWN, reason)


def expire(db: DbSession, media: Media, session: CookingSession | None) -> None:
    """It has been kept for as long as we keep it. What was made of it stays, and the cook is as far as it was."""
    was_video, was_memo = session is not None and media is session.video, media.kind == MediaKind.MEMO
    discard(db, media, EXPIRED)
    if session is not None and was_video:
        session.raw_video_url = ""
    if session is not None and was_memo:
        session.voice_memo_url = None


def withdraw_memo(db: DbSession, session: CookingSession) -> str:
    """Spoken or written. Returns what the learner is told: a key of the phrasebook, "" for nothing."""
    forget_memo(db, session)
    return "" if session.coaching_text else "memo_unsent"


def forget_video(db: DbSession, session: CookingSession) -> None:
    """Back to waiting for a video; the memo and the ratings stay. The attempt is not spent."""
    forget_stages(db, session, VIDEO_STAGES)
    _forget_verdicts(db, session)
    _purge_coaching_videos(db, session)
    session.raw_video_url = ""
    session.video_analysis = {}
    session.retrieved_principles = []
    session.pipeline_job_id = None
    session.pipeline_started_at = None
    session.pipeline_error = ""
    forget_messages(
        db, session, col(Message.kind).in_([MessageType.COOKING_VIDEO, MessageType.COACHING_FAILED])
    )


def forget_memo(db: DbSession, session: CookingSession) -> None:
    """What was made of the memo; a new one may come."""
    forget_stages(db, session, MEMO_STAGES)
    if session.memo is not None:
        replace(db, session.memo)
    session.voice_memo_url = None
    session.voice_transcript = ""
    session.structured_input = {}


def forget_stages(db: DbSession, session: CookingSession, stages: Collection[StageName]) -> None:
    """Their runs never were; one still at work finds its lease lost and its result is thrown away."""
    db.exec(delete(StageRun).where(col(StageRun.session_id) == session.id, col(StageRun.stage).in_(stages)))


def _forget_verdicts(db: DbSession, session: CookingSession) -> None:
    """What coaches saw in footage that is no more."""
    db.exec(delete(Verdict).where(col(Verdict.session_id) == session.id))


def _forget_photo(db: DbSession, photo: Media, session: CookingSession) -> None:
    """Before the text, what may have been seen in it is looked for anew without it."""
    if session.coaching_text or session.pipeline_job_id is None or photo.stored_at is None:
        return
    look_anew(db, session)


def _other_photo_rejected(session: CookingSession, photo: Media) -> bool:
    return any(
        media.kind == MediaKind.PHOTO and media.reason and media is not photo and not media.is_live
        for media in session.media
    )


def _next_position(session: CookingSession, kind: MediaKind) -> int:
    """After those of its kind that are there."""
    positions = [other.position for other in session.media if other.kind == kind and other.is_live]
    return max(positions, default=0) + 1


def _put_in_order(db: DbSession, session: CookingSession) -> None:
    """As they were sent. One more changes what there is to see: nobody goes on with what was seen without it."""
    clips = sorted(session.videos, key=lambda clip: (_sent_at(clip), clip.position))
    for position, clip in enumerate(clips, start=1):
        clip.position = position
        db.add(clip)
    if len(clips) > 1:
        look_anew(db, session)


def look_anew(db: DbSession, session: CookingSession) -> None:
    """Before the text: the clips have changed."""
    forget_stages(db, session, VIDEO_STAGES)
    _forget_verdicts(db, session)
    session.video_analysis, session.retrieved_principles = {}, []


def _sent_at(clip: Media) -> datetime:
    return clip.sent_at or clip.received_at


def _go_on_without(db: DbSession, session: CookingSession) -> None:
    """Of several clips, those that are left are coached. After the text no video is made of a part of what was seen."""
    if session.coaching_text:
        for clip in session.videos:
            replace(db, clip)
    elif session.video is not None and session.video.is_stored:
        accept(db, session.video, session)


def _withdraw_footage(db: DbSession, session: CookingSession) -> str:
    """After the text: no coaching video is made of the footage, none stays linked, and no later attempt takes up what was
    seen in it; nor of the rest of it, of which the text would tell more than it shows."""
    for clip in session.videos:
        replace(db, clip)
    dish = db.get_one(Dish, session.dish_id)
    forget_footage(learner_state(db, session.user_id), dish.slug, session.session_number)
    words = "coaching_video_unsent" if session.coaching_video_gcs_path else "video_unsent_after_text"
    forget_stages(db, session, [StageName.PRODUCE_VIDEO])
    _forget_verdicts(db, session)
    _purge_coaching_videos(db, session)
    session.raw_video_url = ""
    session.coaching_video_gcs_path = ""
    session.coaching_preview_gcs_path = ""
    session.coaching_cut = {}
    videos = [MessageType.COACHING_VIDEO, MessageType.COACHING_VIDEO_CORRECTED]
    forget_messages(db, session, col(Message.delivered_at).is_(None), col(Message.kind).in_(videos))
    return words


def _purge_coaching_videos(db: DbSession, session: CookingSession) -> None:
    """That which is there, and what a render under way may still put."""
    keys = {session.coaching_video_gcs_path, session.coaching_preview_gcs_path} - {""}
    if session.videos_begun:
        keys |= {*coaching_video_keys(session.id, range(session.videos_begun + 1))}
    if keys:
        owe_purge(db, sorted(keys))


def forget_messages(db: DbSession, session: CookingSession, *which: ColumnElement[bool]) -> None:
    """What waited for one of these waits no more."""
    deletion = delete(Message).where(col(Message.session_id) == session.id, *which).returning(col(Message.id))
    for message_id in db.exec(deletion).scalars().all():
        outbox.wake_next(db, session.id, message_id)


def _discard(db: DbSession, media: Media, state: MediaState, reason: str) -> None:
    """Whoever is at it finds its lease lost; what is owed from now on is to purge it."""
    media.state = state
    media.reason = reason
    media.lease_token = None
    media.parked_at = None
    media.attempts = 0
    leases.due_now(media)
    db.add(media)
    db.flush()
    enqueue(db, Job.PURGE_MEDIA, media.id)


def _wake_question(db: DbSession, media: Media) -> None:
    if media.message_id is None:
        return
    leases.make_due(db, Message, col(Message.id) == media.message_id, col(Message.unsent_at).is_(None))
    enqueue(db, Job.ANSWER, media.message_id)
