"""A row for each clip and memo: several of a cook, those that came before it, those that gave way to another."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from footage.script import ClipRecipe
from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import Message, MessageType
from models.dish import Dish
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus
from models.user import User
from moment.resources import open_resources
from pipeline.providers.ports import AnalysisBrief, ProviderError
from services import media
from services.cooking import write_memo
from services.thread import Origin
from services.withdrawal import withdraw_message
from simulator.line.client import Learner
from tests import quick_providers
from tests.clips import drawn
from tests.flows.steps import (
    card_of,
    content_requests,
    media_of,
    media_once,
    object_key_of,
    object_names,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    wait_until_gone,
    words,
)
from tests.media_files import silence
from tests.quick_providers import script
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"


@pytest.fixture(scope="session")
def longer_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "longer.mp4"
    drawn(ClipRecipe("fried-rice", "clean", seconds=9.0, size=(180, 320)), path)
    return path


def place_clip(system: System, learner: Learner, clip: Path) -> int:
    """One more clip for the learner's cook, put into the store by ourselves; the id of its row once that is stored."""
    with open_resources(system.settings, quick_providers.build) as resources:
        _ = resources.queue
        with resources.database.transaction() as db:
            user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
            session = db.get_one(CookingSession, system.session(learner).id, with_for_update=True)
            row = media.receive(db, user, MediaKind.VIDEO)
            assert row.source == MediaSource.UPLOAD
            resources.store.put(row.object_key, [clip.read_bytes()], "video/mp4")
            media.place(db, row, session)
    learner.wait_for(lambda _: row_of(system, row.id).is_stored, WAIT, what="the clip to be looked into")
    return row.id


def row_of(system: System, media_id: int) -> Media:
    with system.database.transaction() as db:
        return db.get_one(Media, media_id)


def video_ids(system: System, learner: Learner) -> list[int]:
    return [video.id for video in system.session(learner).videos]


def dish_of(system: System, session: CookingSession) -> str:
    with system.database.transaction() as db:
        return db.get_one(Dish, session.dish_id).slug


def fail_to(call: str) -> None:
    """The providers are away whenever this is asked of them."""

    def stop(name: str) -> None:
        if name == call:
            raise ProviderError(f"{call} is away")

    script.before = stop


def test_several_clips_of_one_cook_stand_in_order_and_the_next_takes_the_place_of_the_first(
    text_only: System, clip: Path, longer_clip: Path
) -> None:
    learner = text_only.learner()
    pick(learner)
    message = send_video(learner, clip)
    session_once(text_only, learner, lambda session: session.video_analysis)
    first = media_of(text_only, message)
    second = place_clip(text_only, learner, longer_clip)
    third = place_clip(text_only, learner, clip)
    assert video_ids(text_only, learner) == [first.id, second, third]
    assert [video.position for video in text_only.session(learner).videos] == [1, 2, 3]
    assert text_only.session(learner).raw_video_url == first.object_key

    learner.unsend(message.message_id or "")
    wait_until_gone(text_only, learner, first.object_key)
    key = row_of(text_only, second).object_key
    assert video_ids(text_only, learner) == [second, third]
    session = session_once(text_only, learner, lambda session: session.video_analysis)
    assert session.raw_video_url == key
    assert session.status == SessionStatus.PROCESSING
    duration = row_of(text_only, second).facts["duration_seconds"]
    assert duration == pytest.approx(9, abs=0.5)
    briefs = [brief for brief in script.briefs if isinstance(brief, AnalysisBrief)]
    assert briefs[-1].duration_seconds == duration + row_of(text_only, third).facts["duration_seconds"]
    kinds = [message.kind for message in text_only.messages(session)]
    assert kinds.count(MessageType.COOKING_VIDEO) == 1

    fourth = place_clip(text_only, learner, clip)
    assert video_ids(text_only, learner) == [second, third, fourth]
    positions = [video.position for video in text_only.session(learner).videos]
    assert positions == sorted(set(positions))
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    assert key in object_names(text_only)


def test_a_clip_after_the_first_that_is_taken_back_or_unusable_leaves_the_first_to_be_coached(
    text_only: System, clip: Path, tmp_path: Path
) -> None:
    learner = text_only.learner()
    pick(learner)
    message = send_video(learner, clip)
    session_once(text_only, learner, lambda session: session.video_analysis)
    first = media_of(text_only, message)
    second = place_clip(text_only, learner, clip)
    with text_only.database.transaction() as db:
        row = db.get_one(Media, second)
        session = db.get_one(CookingSession, row.session_id, with_for_update=True)
        media.withdraw(db, next(video for video in session.videos if video.id == second), session)
    with text_only.database.transaction() as db:
        session = db.get_one(CookingSession, session.id, with_for_update=True)
        unusable = media.receive(db, db.get_one(User, session.user_id), MediaKind.VIDEO, session=session)
        media.reject(db, unusable, session, "too_short")
    wait_until_gone(text_only, learner, row_of(text_only, second).object_key)
    wait_for_words(learner, phrasebook.PHRASES["clip.left_out"])
    session = session_once(text_only, learner, lambda session: session.video_analysis)
    assert [video.id for video in session.videos] == [first.id]
    assert (session.raw_video_url, session.status) == (first.object_key, SessionStatus.PROCESSING)
    assert session.video_analysis
    assert learner.thread().find(phrasebook.VIDEO_UNSENT) is None
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    *_, last = (brief for brief in script.briefs if isinstance(brief, AnalysisBrief))
    assert last.duration_seconds == first.facts["duration_seconds"]


def test_the_wait_for_a_clip_sent_long_before_its_dish_begins_with_the_dish(
    shared: System, clip: Path
) -> None:
    learner = shared.learner()
    message = learner.video(clip)
    media_once(shared, learner, message, lambda video: video.state == MediaState.STORED)
    with shared.database.transaction() as db:
        video = db.get_one(Media, media_of(shared, message).id)
        video.received_at = utc_now() - timedelta(minutes=30)
    answer = words(replies(learner, lambda: learner.postback("action=dish&slug=fried-rice")))
    assert phrasebook.video_received(4, "チャーハン", 1) in answer
    session = session_once(shared, learner, lambda session: session.video_analysis)
    assert "retrieve" not in shared.runs(session)  # a memo is still waited for
    assert content_requests(shared, message) == [200]


def test_a_clip_that_could_not_be_fetched_is_tried_again_for_the_dish_picked_later(
    unforgiving: System, clip: Path
) -> None:
    learner = unforgiving.learner()
    unforgiving.desk.fault("content", status=500)
    message = learner.video(clip)
    media_once(unforgiving, learner, message, lambda video: video.parked_at)
    unforgiving.desk.clear_faults()
    answer = words(replies(learner, lambda: learner.postback("action=dish&slug=fried-rice")))
    assert phrasebook.video_received(4, "チャーハン", 1) in answer
    session = session_once(unforgiving, learner, lambda session: session.video_analysis)
    assert session.raw_video_url == object_key_of(unforgiving, message)
    assert learner.thread().find(phrasebook.COACHING_FAILED) is None


def test_of_two_memos_sent_before_the_video_the_first_is_deleted(shared: System, memo: Path) -> None:
    learner = shared.learner()
    pick(learner)
    first = learner.audio(memo)
    media_once(shared, learner, first, lambda memo: memo.state == MediaState.STORED)
    assert object_key_of(shared, first) in object_names(shared)
    second = learner.audio(memo)
    media_once(shared, learner, second, lambda memo: memo.state == MediaState.STORED)
    wait_until_gone(shared, learner, object_key_of(shared, first))
    assert media_of(shared, first).reason == "replaced"
    session = session_once(shared, learner, lambda session: session.structured_input)
    assert session.memo is not None
    assert session.voice_memo_url == session.memo.object_key == object_key_of(shared, second)
    assert session.voice_memo_url in object_names(shared)


def test_a_long_memo_is_told_to_take_longer_once_and_a_short_one_is_not(
    shared: System, memo: Path, tmp_path: Path
) -> None:
    long_memo = silence(tmp_path / "long.m4a", seconds=200)
    learner = shared.learner()
    pick(learner)
    first = learner.audio(memo)
    media_once(shared, learner, first, lambda row: row.is_stored)
    assert learner.thread().find(phrasebook.MEMO_TAKES_LONGER) is None
    for _ in range(2):
        again = learner.audio(long_memo)
        wait_for_words(learner, phrasebook.MEMO_TAKES_LONGER)
        media_once(shared, learner, again, lambda row: row.is_stored)
    said = [bubble.text for bubble in learner.thread().from_bot if bubble.text]
    assert said.count(phrasebook.MEMO_TAKES_LONGER) == 1


def test_of_two_memos_sent_before_the_dish_the_first_is_deleted(shared: System, memo: Path) -> None:
    learner = shared.learner()
    first, second = learner.audio(memo), learner.audio(memo)
    for message in (first, second):
        media_once(shared, learner, message, lambda memo: memo.state == MediaState.STORED)
    pick(learner)
    wait_until_gone(shared, learner, object_key_of(shared, first))
    session = session_once(shared, learner, lambda session: session.structured_input)
    assert session.voice_memo_url == object_key_of(shared, second)
    assert session.voice_memo_url in object_names(shared)


@pytest.fixture
def between_dishes(unforgiving: System, clip: Path) -> Learner:
    """Their cook of fried rice has failed; another dish waits for its video."""
    learner = unforgiving.learner()
    fail_to("analyze")
    pick(learner, "fried-rice")
    send_video(learner, clip)
    wait_for_words(learner, phrasebook.COACHING_FAILED)
    script.before = lambda call: None
    pick(learner, "beef-steak")
    return learner


def pick_first_dish_again(system: System, learner: Learner) -> CookingSession:
    """The waiting session is merged into the one that failed."""
    assert len(system.sessions(learner)) == 2
    replies(learner, lambda: learner.postback("action=dish&slug=fried-rice"))
    (session,) = system.sessions(learner)
    assert (dish_of(system, session), session.status) == ("fried-rice", SessionStatus.PENDING_UPLOAD)
    return session


def test_the_memo_of_a_waiting_session_goes_with_it_into_another(
    unforgiving: System, between_dishes: Learner, clip: Path, memo: Path
) -> None:
    learner = between_dishes
    message = learner.audio(memo)
    session_once(unforgiving, learner, lambda session: session.structured_input)
    session = pick_first_dish_again(unforgiving, learner)
    assert session.memo is not None
    assert session.memo.id == media_of(unforgiving, message).id
    session = session_once(unforgiving, learner, lambda session: session.structured_input)
    assert session.voice_transcript == script.transcript
    assert session.voice_memo_url == object_key_of(unforgiving, message)
    assert session.voice_memo_url in object_names(unforgiving)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert phrasebook.ASK_MEMO not in answer
    card_of(learner)

    learner.unsend(message.message_id or "")
    wait_until_gone(unforgiving, learner, object_key_of(unforgiving, message))
    assert unforgiving.session(learner).memo is None


def test_a_written_memo_goes_with_its_session_and_may_still_be_taken_back(
    unforgiving: System, between_dishes: Learner
) -> None:
    learner = between_dishes
    with unforgiving.database.transaction() as db:
        session = db.get_one(CookingSession, unforgiving.session(learner).id, with_for_update=True)
        text = "秘密の感想です。"
        user = db.get_one(User, session.user_id)
        write_memo(db, user, session, text, Origin(line_message_id="written"))
    session = pick_first_dish_again(unforgiving, learner)
    assert session.voice_transcript == text
    with unforgiving.database.transaction() as db:
        message = db.exec(select(Message).where(Message.line_message_id == "written")).one()
        assert (message.session_id, message.meta["session_id"]) == (session.id, session.id)
        withdraw_message(db, db.get_one(User, session.user_id), "written")
    session = unforgiving.session(learner)
    assert (session.voice_transcript, session.structured_input) == ("", {})
