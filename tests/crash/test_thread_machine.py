"""Hypothesis plays a learner, LINE, the workers and the operator against one thread."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from bot import owed
from jobs.leases import Lease
from models.coaching import CoachingCut
from models.media import Media, MediaState
from models.rules.next_step import Ask, next_step
from models.session import CookingSession, SessionStatus, StageName
from moment.resources import open_resources
from pipeline.graph import STAGE
from pipeline.media.composition import CoachingVideo
from pipeline.media.probe import ClipFile, VideoFacts
from pipeline.media.view import make_view
from pipeline.providers.ports import SpokenSentence
from pipeline.stages import prepare_video, video_production
from settings import Settings
from tests import quick_providers
from tests.crash.phone import Phone
from tests.crash.thread_machine import Ground, ThreadMachine, agree, refuse
from tests.crash.town import start_town


@pytest.fixture
def ground(
    database_url: str,
    settings: Settings,
    tmp_path: Path,
    clip: Path,
    sideways: Path,
    memo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    _do_not_wait_for_the_disk(database_url)
    quick_providers.new_script()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    monkeypatch.setattr(owed, "PUSHES_A_DAY", 1_000)  # a walk is one day, and every word of it a push
    # Rendering has tests of its own, and takes seconds.
    monkeypatch.setattr(video_production, "compose", quick_compose)
    with (
        start_town(tmp_path, settings, queues=(), reconciler=False, web=False) as town,
        open_resources(town.settings, quick_providers.build) as resources,
    ):
        town.desk.hold()
        logging.disable(logging.ERROR)  # stages that fail are the point
        yield Ground(town.desk, resources, clip, sideways, memo, broken)
        logging.disable(logging.NOTSET)


def _do_not_wait_for_the_disk(database_url: str) -> None:
    """No crash here, so no commit needs to survive one."""
    name = database_url.rsplit("/", 1)[1]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")


def quick_compose(
    clips: Sequence[ClipFile],
    part1: Sequence[SpokenSentence],
    part2: Sequence[SpokenSentence],
    key_moment_seconds: int,
    into: Path,
) -> CoachingVideo:
    video, preview = into / "coaching_video.mp4", into / "preview.jpg"
    facts = clips[0].facts
    video.write_bytes(clips[0].path.read_bytes())
    preview.write_bytes(b"\xff\xd8\xff")
    seconds = facts.duration_seconds
    cut = CoachingCut(seconds=seconds, intro_seconds=seconds / 2, intro_stretch=0.5)
    return CoachingVideo(video, preview, seconds, video.stat().st_size, facts.width, facts.height, cut)


def test_a_thread_makes_sense_whatever_happens(ground: Ground) -> None:
    class Bound(ThreadMachine):
        pass

    Bound.ground = ground
    is_long = settings.get_current_profile_name() == "long"
    run_state_machine_as_test(
        Bound,
        settings=settings(
            max_examples=15 if is_long else 5,
            stateful_step_count=35,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_failed_dish_is_cooked_again_after_another_one(ground: Ground) -> None:
    phone = _fail_a_cook(ground)
    phone.taps("action=dish&slug=beef-steak")
    phone.sends("video", ground.clip)
    phone.work()
    phone.taps("action=dish&slug=fried-rice")
    phone.sends("video", ground.clip)
    fried_rice, beef_steak = _sessions(phone)
    assert beef_steak.status == SessionStatus.COMPLETED
    assert fried_rice.video is not None
    assert fried_rice.video.line_message_id == phone.message_ids[-1]
    assert next_step(fried_rice).ask is Ask.MEMO


def test_a_written_memo_may_still_be_taken_back_from_the_cook_it_went_over_to(ground: Ground) -> None:
    phone = _fail_a_cook(ground)
    phone.taps("action=dish&slug=beef-steak")
    phone.sends("video", ground.clip)
    video_id = phone.message_ids[-1]
    phone.says({"type": "text", "text": "焦げました"}, phone.line.text("焦げました").message_id)
    phone.unsends(video_id)
    phone.taps("action=dish&slug=fried-rice")
    (session,) = _sessions(phone)
    assert session.voice_transcript == "焦げました"
    phone.unsends(phone.message_ids[-1])
    (session,) = _sessions(phone)
    assert session.voice_transcript == ""


def test_a_runner_that_was_overtaken_leaves_its_successors_view(ground: Ground) -> None:
    phone = _cook(ground, ground.sideways)
    phone.tend_media()
    phone.schedule_all()
    ((session_id, stage),) = phone.ready()
    assert stage == StageName.PREPARE_VIDEO
    slow = ground.resources.runner._claim(session_id, STAGE[StageName.PREPARE_VIDEO])
    assert slow is not None
    phone.time_passes()  # its lease lapses
    phone.run(session_id, stage)
    (before,) = _media(phone)
    assert ground.resources.runner._run_one(slow) is None
    phone.work()
    (after,) = _media(phone)
    assert after.view_key == before.view_key
    assert ground.resources.store.exists(after.view_key)


def test_a_download_that_was_overtaken_leaves_its_successors_video(ground: Ground) -> None:
    phone = _cook(ground, ground.clip)
    slow, media = _claim_media(ground, phone)
    phone.time_passes()  # its lease lapses
    phone.tend_media()
    ground.resources.intake._take_in(slow, media)
    phone.work()
    (after,) = _media(phone)
    assert after.state == MediaState.STORED
    assert ground.resources.store.exists(after.object_key)


def test_a_download_that_ends_after_its_video_was_taken_back_leaves_nothing(ground: Ground) -> None:
    phone = _cook(ground, ground.clip)
    slow, media = _claim_media(ground, phone)
    phone.unsends(phone.message_ids[-1])
    phone.tend_media()
    assert [(row.state, row.due_at) for row in _media(phone)] == [(MediaState.PURGED, None)]
    ground.resources.intake._take_in(slow, media)
    phone.work()
    (after,) = _media(phone)
    assert after.state == MediaState.PURGED
    assert not ground.resources.store.exists(after.object_key)


def test_a_view_that_is_made_after_its_video_was_taken_back_is_not_kept(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = _cook(ground, ground.sideways)
    phone.tend_media()
    phone.schedule_all()

    def take_back_meanwhile(source: Path, facts: VideoFacts, into: Path) -> Path:
        view = make_view(source, facts, into)
        phone.unsends(phone.message_ids[-1])
        phone.work()
        assert [row.state for row in _media(phone)] == [MediaState.PURGED]
        return view

    monkeypatch.setattr(prepare_video, "make_view", take_back_meanwhile)
    phone.run(*phone.ready()[0])
    phone.work()
    assert [row.state for row in _media(phone)] == [MediaState.PURGED]
    assert [path for path in ground.resources.settings.objects_dir.rglob("*") if path.is_file()] == []


def _cook(ground: Ground, clip: Path) -> Phone:
    phone = Phone.new(ground.desk, ground.resources)
    phone.taps("action=dish&slug=fried-rice")
    phone.sends("video", clip)
    return phone


def _fail_a_cook(ground: Ground) -> Phone:
    phone = _cook(ground, ground.clip)
    quick_providers.script.before = refuse
    phone.work()
    quick_providers.script.before = agree
    assert [session.status for session in _sessions(phone)] == [SessionStatus.FAILED]
    return phone


def _claim_media(ground: Ground, phone: Phone) -> tuple[Lease, Media]:
    with ground.resources.database.transaction() as db:
        (media,) = phone.media(db)
        lease = ground.resources.leases.claim(db, Media, media.id)
    assert lease is not None
    return lease, media


def _media(phone: Phone) -> Sequence[Media]:
    with phone.resources.database.transaction() as db:
        return phone.media(db)


def _sessions(phone: Phone) -> Sequence[CookingSession]:
    with phone.resources.database.transaction() as db:
        return phone.sessions(db)
