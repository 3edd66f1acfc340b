"""Where coaching videos lie: each render's apart, and none stays that no row names; the render itself is tried elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, update
from sqlmodel import col, select

from models.coach import Coach, CoachRole
from models.coaching import CoachingCut, NarrationScript
from models.deletion import Deletion
from models.media import Media, MediaKind
from models.session import CookingSession, SessionStatus, StageName, StageRun
from models.user import User
from moment.resources import Resources
from pipeline.checks.corrections import faults_of
from pipeline.media.composition import CoachingVideo
from pipeline.stages import video_production as stage
from services import review
from services.media import withdraw
from services.privacy import delete_learner
from tests.deaths import Killed
from tests.liff.cooks import add_cook, pay, run_stage
from tests.pipeline.media.film.test_board import PORTRAIT, facts

S = StageName
CLIP = facts(PORTRAIT).model_dump(mode="json")
SCRIPT = NarrationScript(
    part1="卵が入りました。", pivot="ここです。", part2="つやを見てください。"
).model_dump()


@dataclass
class Cooked:
    """A cook whose text is written. `meanwhile`: what happens while its next video is rendered."""

    house: Resources
    user_id: int
    session_id: int
    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    def render(self) -> None:
        """As the job does, once every lease of those before has run out and every pause is over."""
        with self.house.database.transaction() as db:
            mine = col(StageRun.session_id) == self.session_id, col(StageRun.finished_at).is_(None)
            db.execute(update(StageRun).where(*mine).values(due_at=func.now(), nudge_at=func.now()))
        self.house.scheduler.run(self.session_id)
        for name in (S.NARRATE, S.PRODUCE_VIDEO):
            self.house.runner.run(self.session_id, name)

    def correct(self, words: str) -> None:
        with self.house.database.transaction() as db:
            coach = Coach(name="山本", role=CoachRole.COACH)
            db.add(coach)
            db.flush()
            session = db.get_one(CookingSession, self.session_id, with_for_update=True)
            seen = review.last_correction(db, session.id)
            review.correct(db, session, coach.id, {"skill": words}, faults_of, seen=seen)

    def take_back(self) -> None:
        with self.house.database.transaction() as db:
            session = db.get_one(CookingSession, self.session_id, with_for_update=True)
            clip = select(Media).where(Media.session_id == session.id, Media.kind == MediaKind.VIDEO)
            withdraw(db, db.exec(clip).one(), session)

    def leave(self) -> None:
        with self.house.database.transaction() as db:
            deletion_id = delete_learner(db, db.get_one(User, self.user_id)).id
        self.house.erasure.work(deletion_id)

    def purge(self) -> None:
        """All that is due, and no more: nobody waits for the next look."""
        with self.house.database.transaction() as db:
            ids = db.exec(select(Deletion.id).where(col(Deletion.due_at) <= func.now())).all()
        for deletion_id in ids:
            self.house.erasure.work(deletion_id)

    def session(self) -> CookingSession:
        with self.house.database.transaction() as db:
            return db.get_one(CookingSession, self.session_id)

    def stored(self) -> list[str]:
        folder = Path(self.house.settings.objects_dir) / "sessions" / str(self.session_id)
        return sorted(path.name for path in folder.glob("*"))


@pytest.fixture
def cooked(house: Resources, monkeypatch: pytest.MonkeyPatch) -> Cooked:
    user_id = pay(house.database, f"U-{uuid4().hex}")
    session_id = add_cook(house.database, user_id, status=SessionStatus.TEXT_READY)
    for name in (S.PREPARE_VIDEO, S.ANALYZE_VIDEO, S.RETRIEVE, S.COACH_TEXT, S.NARRATE):
        run_stage(house.database, session_id, name, done=True)
    with house.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        session.narration_script = SCRIPT
        for clip in session.videos:
            clip.facts = CLIP
            house.store.put(clip.object_key, iter([b"a clip"]), "video/mp4")
        db.add(session)
    cooked = Cooked(house, user_id, session_id)

    def quick_video(*_: object) -> CoachingVideo:
        into = _[-1]
        assert isinstance(into, Path)
        path, preview = into / "coaching_video.mp4", into / "preview.jpg"
        path.write_bytes(b"a video")
        preview.write_bytes(b"its preview")
        if cooked.meanwhile:
            cooked.meanwhile.pop()()
        cut = CoachingCut(seconds=2, intro_seconds=1, intro_stretch=1)
        return CoachingVideo(path, preview, 2.0, 7, 180, 320, cut)

    monkeypatch.setattr(stage, "compose", quick_video)
    return cooked


def die_rendering(cooked: Cooked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the video is in the store, and before the row names it."""

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(cooked.house.runner), "_store", die)
        with pytest.raises(Killed):
            cooked.render()


def names(*numbers: int) -> list[str]:
    return sorted(name for n in numbers for name in (f"coaching_video-{n}.mp4", f"preview-{n}.jpg"))


def test_the_row_names_its_video_and_the_one_it_replaces_goes(cooked: Cooked) -> None:
    cooked.render()
    assert cooked.stored() == names(1)
    assert cooked.session().coaching_video_gcs_path.endswith("coaching_video-1.mp4")
    cooked.correct("卵は余熱でも固まります。急ぎましょう。")
    assert cooked.stored() == names(1)  # it can be seen until there is another
    cooked.render()
    assert cooked.session().coaching_video_gcs_path.endswith("coaching_video-2.mp4")
    cooked.purge()
    assert cooked.stored() == names(2)


def test_a_render_that_comes_late_takes_no_newer_ones_place(cooked: Cooked) -> None:
    def correct_and_render() -> None:
        cooked.correct("卵は余熱でも固まります。急ぎましょう。")
        cooked.render()

    cooked.meanwhile = [correct_and_render]
    cooked.render()
    assert cooked.session().coaching_video_gcs_path.endswith("coaching_video-2.mp4")
    assert cooked.stored() == names(1, 2)
    cooked.purge()
    assert cooked.stored() == names(2)


def test_a_render_whose_learner_has_left_leaves_nothing(cooked: Cooked) -> None:
    cooked.meanwhile = [cooked.leave]
    cooked.render()
    assert cooked.stored() == names(1)  # put by one who did not know yet
    cooked.purge()
    assert cooked.stored() == []


def test_a_render_that_fails_once_its_learner_has_left_leaves_nothing(
    cooked: Cooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("of a failure that nobody foresaw")

    monkeypatch.setattr(type(cooked.house.runner), "_store", fail)
    cooked.meanwhile = [cooked.leave]
    cooked.render()
    assert cooked.stored() == names(1)
    cooked.purge()
    assert cooked.stored() == []


@pytest.mark.parametrize("goes", ["take_back", "leave"])
def test_what_a_process_that_died_had_put_goes_too(
    cooked: Cooked, goes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_rendering(cooked, monkeypatch)
    assert cooked.stored() == names(1)
    getattr(cooked, goes)()
    cooked.purge()
    assert cooked.stored() == []


def test_the_next_try_purges_what_a_process_that_died_had_put(
    cooked: Cooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    die_rendering(cooked, monkeypatch)
    cooked.render()
    cooked.purge()
    assert cooked.stored() == names(2)


def test_footage_that_is_taken_back_while_its_video_is_rendered_is_in_none(cooked: Cooked) -> None:
    cooked.meanwhile = [cooked.take_back]
    cooked.render()
    assert cooked.session().coaching_video_gcs_path == ""
    cooked.purge()
    assert cooked.stored() == []
