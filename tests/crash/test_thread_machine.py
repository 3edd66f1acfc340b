"""Hypothesis plays a learner, LINE, the workers and the operator against one thread."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.media.composition import CoachingVideo
from pipeline.media.probe import VideoFacts
from pipeline.providers.ports import SpokenSentence
from pipeline.stages import video_production
from tests.crash.thread_machine import Ground, ThreadMachine
from tests.crash.town import town


@pytest.fixture
def ground(
    database_url: str,
    broker_url: str,
    tmp_path: Path,
    clip: Path,
    memo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Ground]:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    # Rendering has tests of its own, and takes seconds.
    monkeypatch.setattr(video_production, "compose", _quick_compose)
    logging.disable(logging.ERROR)  # stages that fail are the point
    with town(tmp_path) as made:
        made.desk.hold()
        yield Ground(made.desk, clip, memo, broken)
    logging.disable(logging.NOTSET)


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
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Bound,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
