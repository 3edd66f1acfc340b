"""Hypothesis plays a learner, LINE, the workers and the operator against one thread."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from models.database import engine, transaction
from models.rules.next_step import Ask, next_step
from models.session import CookingSession, SessionStatus
from pipeline import running, runs
from pipeline.graph import STAGE, StageName
from pipeline.media.composition import CoachingVideo
from pipeline.media.probe import VideoFacts
from pipeline.objects import proxy_key, video_key
from pipeline.providers.loading import store
from pipeline.providers.ports import SpokenSentence
from pipeline.stages import video_production
from settings import settings as product_settings
from tests import quick_providers
from tests.crash.phone import Phone
from tests.crash.thread_machine import Ground, ThreadMachine, agree, refuse
from tests.crash.town import town


@pytest.fixture
def ground(
    database_url: str,
    broker_url: str,
    tmp_path: Path,
    clip: Path,
    sideways: Path,
    memo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    _without_waiting_for_the_disk()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    # Rendering has tests of its own, and takes seconds.
    monkeypatch.setattr(video_production, "compose", _quick_compose)
    logging.disable(logging.ERROR)  # stages that fail are the point
    with town(tmp_path) as made:
        made.desk.hold()
        yield Ground(made.desk, clip, sideways, memo, broken)
    logging.disable(logging.NOTSET)


def _without_waiting_for_the_disk() -> None:
    """No crash here, so no commit needs to survive one."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    engine().dispose()


def _quick_compose(
    source: Path,
    facts: VideoFacts,
    part1: Sequence[SpokenSentence],
    part2: Sequence[SpokenSentence],
    key_moment_seconds: int,
    into: Path,
) -> CoachingVideo:
    video, preview = into / "coaching_video.mp4", into / "preview.jpg"
    video.write_bytes(source.read_bytes())
    preview.write_bytes(b"\xff\xd8\xff")
    return CoachingVideo(
        video, preview, facts.duration_seconds, video.stat().st_size, facts.width, facts.height
    )


def test_a_thread_makes_sense_whatever_happens(ground: Ground) -> None:
    class Bound(ThreadMachine):
        pass

    Bound.ground = ground
    run_state_machine_as_test(
        Bound,
        settings=settings(
            max_examples=15,
            stateful_step_count=35,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_failed_dish_is_cooked_again_after_another_one(ground: Ground) -> None:
    phone = Phone.new(ground.desk)
    phone.taps("action=dish&slug=fried-rice")
    phone.sends("video", ground.clip)
    quick_providers.script.before = refuse
    for _ in range(2 * product_settings().max_attempts):
        phone.time_passes()
        for session_id, stage in phone.ready():
            phone.run(session_id, stage)
    quick_providers.script.before = agree
    assert [session.status for session in sessions(phone)] == [SessionStatus.FAILED]
    phone.taps("action=dish&slug=beef-steak")
    phone.sends("video", ground.clip)
    while phone.ready():
        phone.run(*phone.ready()[0])
        phone.time_passes()
    phone.taps("action=dish&slug=fried-rice")
    phone.sends("video", ground.clip)
    fried_rice, beef_steak = sessions(phone)
    assert beef_steak.status == SessionStatus.COMPLETED
    assert fried_rice.video_message_id == phone.sent[-1]
    assert next_step(fried_rice).ask is Ask.MEMO


@pytest.mark.parametrize("stage", [StageName.STORE_VIDEO, StageName.PREPARE_VIDEO])
def test_a_runner_that_was_overtaken_leaves_its_successors_video(
    ground: Ground, tmp_path: Path, stage: StageName
) -> None:
    phone = Phone.new(ground.desk)
    phone.taps("action=dish&slug=fried-rice")
    phone.sends("video", ground.sideways)
    while phone.ready()[0][1] != stage:
        phone.run(*phone.ready()[0])
    ((session_id, _),) = phone.ready()
    with transaction() as db:
        slow = runs.claim(db, session_id, stage)
    assert slow is not None
    phone.time_passes()  # its lease lapses
    phone.run(session_id, stage)
    with pytest.raises(runs.LeaseLost):
        running._work(slow, STAGE[stage], tmp_path, [])
    (session,) = sessions(phone)
    kept = session.raw_video_url if stage == StageName.STORE_VIDEO else session.proxy_url
    key_of = video_key if stage == StageName.STORE_VIDEO else proxy_key
    assert kept == key_of(phone.sent[-1])
    assert store().exists(kept)


def sessions(phone: Phone) -> list[CookingSession]:
    with transaction() as db:
        return list(phone.sessions(db))
