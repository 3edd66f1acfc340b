"""A coach's recording: whose it may be of, sent once, gone with its footage."""

import pytest
from sqlmodel import select

from knowledge_base import console_talk
from models.base import database_now
from models.chat import Message, MessageType, RoomType
from models.coach import Coach, CoachRole
from models.coaching import CoachingText
from models.deletion import Deletion
from models.demonstration import Demonstration, Move, Recording
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession
from models.user import User
from moment.resources import Resources
from pipeline.providers.ports import UnreadableAudio
from services import demonstrations
from services.demonstrations import ClipGone, DemonstrationGone, DemonstrationSent
from services.export.content import read_content
from services.handover import has_coach
from services.media import withdraw
from services.messages import newest_messages
from services.profile import take_in
from tests.consents import consent_of
from tests.quick_providers import new_script

COACHED = CoachingText(
    mondaiten="卵が固まりました。", skill="余熱", next_action="早めに入れます。", success_sign="つや"
).model_dump()
SHOWN = Recording(seconds=3, moves=[Move(at=0, clip_at=0, rate=1)])


@pytest.fixture
def user_id(resources: Resources) -> int:
    with resources.database.transaction() as db:
        return take_in(db, "U-shown", "ゆうこ").id


@pytest.fixture
def coach_id(resources: Resources) -> int:
    with resources.database.transaction() as db:
        coach = Coach(name="山本", role=CoachRole.COACH)
        db.add(coach)
        db.flush()
        return coach.id


@pytest.fixture
def session_id(resources: Resources, user_id: int) -> int:
    """With a clip that its learner agreed to."""
    with resources.database.transaction() as db:
        session = CookingSession(user_id=user_id, dish_id=1, session_number=1, coaching_text=COACHED)
        db.add(session)
        db.flush()
        db.add(clip_row(session, consent_id=consent_of(db, user_id)))
        return session.id


def clip_row(session: CookingSession, consent_id: int | None = None) -> Media:
    return Media(
        user_id=session.user_id, session_id=session.id, kind=MediaKind.VIDEO, source=MediaSource.UPLOAD,
        object_key=f"videos/{session.id}-{consent_id}.mp4", state=MediaState.STORED, consent_id=consent_id,
    )  # fmt: skip


def begin(resources: Resources, session_id: int, coach_id: int) -> int:
    with resources.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        clip_id = session.videos[0].id
        row = demonstrations.begin(db, session, clip_id, coach_id, SHOWN)
        demonstrations.owe_hearing(db, row.id)
        return row.id


def send(resources: Resources, user_id: int, row_id: int, coach_id: int) -> None:
    with resources.database.transaction() as db:
        row = demonstrations.demonstration_of(db, user_id, row_id, lock=True)
        demonstrations.send(db, db.get_one(User, user_id), row, coach_id, [])


def test_only_a_clip_that_may_be_seen_is_shown_on(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    with resources.database.transaction() as db:
        other = CookingSession(user_id=user_id, dish_id=2, session_number=1)
        db.add(other)
        db.flush()
        unseen = clip_row(other)
        db.add(unseen)
        db.flush()
        for session in (other, db.get_one(CookingSession, session_id)):
            with pytest.raises(ClipGone):
                demonstrations.clip_of(db, session, unseen.id)


def test_it_is_sent_once_and_takes_the_thread(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    row_id = begin(resources, session_id, coach_id)
    send(resources, user_id, row_id, coach_id)
    with resources.database.transaction() as db:
        assert has_coach(db, user_id)
    with pytest.raises(DemonstrationSent):
        send(resources, user_id, row_id, coach_id)
    with resources.database.transaction() as db:
        row = demonstrations.demonstration_of(db, user_id, row_id, lock=True)
        with pytest.raises(DemonstrationSent):
            demonstrations.discard(db, row, coach_id, user_id)


def test_another_learners_is_not_found(resources: Resources, session_id: int, coach_id: int) -> None:
    row_id = begin(resources, session_id, coach_id)
    with resources.database.transaction() as db, pytest.raises(DemonstrationGone):
        demonstrations.demonstration_of(db, take_in(db, "U-other", "はな").id, row_id)


def test_footage_that_is_taken_back_takes_along_what_was_shown_on_it(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    row_id = begin(resources, session_id, coach_id)
    send(resources, user_id, row_id, coach_id)
    with resources.database.transaction() as db:
        row = db.get_one(Demonstration, row_id)
        keys = [row.voice_key, row.film_key, row.preview_key]
        message_id = demonstrations.owe_film(db, row, user_id).id
    with resources.database.transaction() as db:
        session = db.get_one(CookingSession, session_id, with_for_update=True)
        withdraw(db, session.videos[0], session)
    with resources.database.transaction() as db:
        assert db.get(Demonstration, row_id) is None
        assert db.get(Message, message_id) is None, "it was not sent yet"
        assert keys in [each.keys for each in db.exec(select(Deletion))]
        assert not db.exec(select(Message).where(Message.kind == MessageType.COACH)).all()


def test_a_clip_taken_back_while_its_film_is_made_leaves_nothing(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    row_id = begin(resources, session_id, coach_id)
    with resources.database.transaction() as db:
        voice_key = db.get_one(Demonstration, row_id).voice_key
    resources.store.put(voice_key, iter([b"voice"]), "audio/webm")
    with resources.database.transaction() as db:
        session = db.get_one(CookingSession, session_id, with_for_update=True)
        withdraw(db, session.videos[0], session)
        (deletion,) = [each.id for each in db.exec(select(Deletion)) if voice_key in each.keys]
    resources.demonstrations.work(row_id)  # its job comes late
    resources.erasure.work(deletion)
    assert not resources.store.exists(voice_key)


def test_a_job_to_hear_that_comes_after_it_was_sent_makes_the_film(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    row_id = begin(resources, session_id, coach_id)
    send(resources, user_id, row_id, coach_id)
    resources.demonstrations.work(row_id)  # whose voice is not even there: another try is owed
    with resources.database.transaction() as db:
        row = db.get_one(Demonstration, row_id)
        assert (row.heard_at, row.made_at) == (None, None)
        assert row.due_at is not None


def test_a_voice_that_no_decoder_reads_is_told_and_can_be_discarded(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    row_id = begin(resources, session_id, coach_id)
    with resources.database.transaction() as db:
        voice_key = db.get_one(Demonstration, row_id).voice_key
    resources.store.put(voice_key, iter([b"no sound"]), "audio/webm")

    def fail(call: str) -> None:
        raise UnreadableAudio(call)

    new_script().before = fail
    resources.demonstrations.work(row_id)
    new_script()
    with resources.database.transaction() as db:
        row = demonstrations.demonstration_of(db, user_id, row_id, lock=True)
        assert row.parked_at is not None
        demonstrations.discard(db, row, coach_id, user_id)
    with resources.database.transaction() as db:
        assert db.get(Demonstration, row_id) is None


def test_of_one_that_was_delivered_the_thread_keeps_that_it_was_there(
    resources: Resources, user_id: int, session_id: int, coach_id: int
) -> None:
    row_id = begin(resources, session_id, coach_id)
    send(resources, user_id, row_id, coach_id)
    with resources.database.transaction() as db:
        row = db.get_one(Demonstration, row_id)
        message = demonstrations.owe_film(db, row, user_id)
        message.delivered_at, row.made_at = database_now(db), database_now(db)
        db.add_all([message, row])
        film = row.film_key
    with resources.database.transaction() as db:
        assert film in [each.key for each in read_content(db, user_id).files]
        assert film in [each.video_key for each in newest_messages(db, user_id, RoomType.COACHING, 5)]
        session = db.get_one(CookingSession, session_id, with_for_update=True)
        withdraw(db, session.videos[0], session)
    with resources.database.transaction() as db:
        kept = db.get_one(Message, message.id)
        assert (kept.text, kept.video_gcs_path) == (console_talk.FILM_GONE, "")
        assert film not in [each.key for each in read_content(db, user_id).files]
