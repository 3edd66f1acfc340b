"""What a learner can do, through the services alone: no LINE, no HTTP request and no bubble in sight."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from footage.script import ClipRecipe
from models.base import database_now
from models.chat import ChatRoom, Message, MessageType
from models.coaching import RatingAspect
from models.media import Media, MediaSource, MediaState
from models.rules.entitlement import DishLocked, EntitlementError, TrialUsed
from models.rules.history import latest_session
from models.session import CookingSession, SessionStatus
from models.user import User
from moment.resources import Resources
from services import cooking, footage, profile, questions
from services.media import withdraw
from services.operations import SessionUnknown, retry_session
from storage.store import chunks_of
from tests.clips import drawn
from tests.media_files import tone
from tests.quick_providers import new_script
from tests.services.run_all import run_all

T = TypeVar("T")


@dataclass(frozen=True)
class Kitchen:
    """One learner and what they do."""

    resources: Resources
    clip: Path
    memo: Path

    def do(self, act: Callable[[DbSession, User, CookingSession | None], T]) -> T:
        with self.resources.database.transaction() as db:
            user = profile.take_in(db, "U-yuko", "ゆうこ")
            return act(db, user, latest_session(db, user.id, lock=True))

    def open_cook(self, slug: str = "fried-rice") -> CookingSession:
        return self.do(lambda db, user, latest: cooking.open_cook(db, user, latest, slug, database_now(db)))

    def send_video(self) -> Media:
        self.do(lambda db, user, _: footage.agree(db, user))
        return self._upload(self.do(cooking.take_video), self.clip)

    def send_memo(self) -> Media:
        return self._upload(self.do(cooking.take_memo), self.memo)

    def rate(self, aspect: RatingAspect, value: int) -> None:
        self.do(lambda db, _, session: cooking.rate(db, _required(session), aspect, value))

    def ask(self, text: str) -> Message:
        return self.do(lambda db, user, session: questions.ask(db, user, session, text))

    def session(self) -> CookingSession:
        return _required(self.do(lambda db, user, session: session))

    def owed(self) -> dict[MessageType, Message]:
        """What is owed to the learner, by its kind."""
        with self.resources.database.transaction() as db:
            owed = select(Message).join(ChatRoom, col(ChatRoom.id) == col(Message.chat_room_id))
            return {message.kind: message for message in db.exec(owed) if message.is_owed}

    def _upload(self, media: Media, file: Path) -> Media:
        self.resources.store.put(media.object_key, chunks_of(file), "video/mp4")
        return media


def _required(session: CookingSession | None) -> CookingSession:
    assert session is not None
    return session


@pytest.fixture
def kitchen(resources: Resources, tmp_path: Path) -> Kitchen:
    new_script()
    clip, memo = tmp_path / "clip.mp4", tone(tmp_path / "memo.m4a", seconds=1.0)
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), clip)
    return Kitchen(resources, clip, memo)


def test_a_whole_session(kitchen: Kitchen) -> None:
    cook = kitchen.open_cook()
    assert (cook.session_number, cook.status) == (1, SessionStatus.PENDING_UPLOAD)
    video = kitchen.send_video()
    assert (video.source, video.line_message_id) == (MediaSource.UPLOAD, None)
    kitchen.send_memo()
    for value, aspect in enumerate(RatingAspect, start=2):
        kitchen.rate(aspect, value)
    run_all(kitchen.resources)
    session = kitchen.session()
    assert session.status == SessionStatus.COMPLETED
    assert session.voice_transcript
    assert kitchen.resources.store.exists(session.coaching_video_gcs_path)
    owed = kitchen.owed()
    assert owed.keys() == {MessageType.COACHING_READY, MessageType.COACHING_VIDEO}
    assert "ゆうこさん" in owed[MessageType.COACHING_READY].text

    question = kitchen.ask("強火のコツは？")
    run_all(kitchen.resources)
    answer = kitchen.owed()[MessageType.ANSWER]
    assert (answer.answers_id, answer.session_id) == (question.id, session.id)

    with pytest.raises(TrialUsed):
        kitchen.open_cook()


def test_what_is_sent_before_a_dish_is_taken_by_the_cook_that_is_opened_then(kitchen: Kitchen) -> None:
    video, memo = kitchen.send_video(), kitchen.send_memo()
    run_all(kitchen.resources)
    kitchen.open_cook()
    session = kitchen.session()
    assert session.video is not None
    assert session.memo is not None
    assert (session.video.id, session.memo.id) == (video.id, memo.id)
    assert session.status == SessionStatus.UPLOADED


def test_footage_that_is_taken_back_leaves_the_store_and_the_cook_waits_again(kitchen: Kitchen) -> None:
    kitchen.open_cook()
    video = kitchen.send_video()
    run_all(kitchen.resources)

    def take_back(db: DbSession, _: User, session: CookingSession | None) -> None:
        withdraw(db, db.get_one(Media, video.id), session)

    kitchen.do(take_back)
    run_all(kitchen.resources)
    assert kitchen.session().status == SessionStatus.PENDING_UPLOAD
    with kitchen.resources.database.transaction() as db:
        assert db.get_one(Media, video.id).state == MediaState.PURGED
    assert not kitchen.resources.store.exists(video.object_key)


def test_what_cannot_be_done_is_refused_by_its_own_error(kitchen: Kitchen) -> None:
    with pytest.raises(cooking.DishGone):
        kitchen.open_cook("no-such-dish")
    with pytest.raises(DishLocked) as locked:
        kitchen.open_cook("nikujaga")
    assert isinstance(locked.value, EntitlementError)
    kitchen.open_cook()
    with pytest.raises(cooking.RatingClosed):
        kitchen.rate(RatingAspect.TASTE, 6)
    for _ in range(cooking.MOST_CLIPS):
        kitchen.send_video()
    with pytest.raises(cooking.VideoAlready):
        kitchen.send_video()
    with pytest.raises(cooking.CoachingUnderWay):
        kitchen.open_cook("pomodoro")
    kitchen.do(lambda db, _, session: cooking.skip_memo(db, _required(session)))
    with pytest.raises(cooking.NothingToSkip):
        kitchen.do(lambda db, _, session: cooking.skip_memo(db, _required(session)))
    run_all(kitchen.resources)
    with pytest.raises(cooking.MemoTooLate):
        kitchen.send_memo()
    with pytest.raises(SessionUnknown):
        kitchen.do(lambda db, *_: retry_session(db, 999_999))


def test_a_refused_act_leaves_no_trace(kitchen: Kitchen) -> None:
    kitchen.open_cook()
    before = kitchen.session()
    with pytest.raises(cooking.RatingClosed):
        kitchen.rate(RatingAspect.TASTE, 0)
    assert kitchen.session().self_ratings == before.self_ratings == {}
