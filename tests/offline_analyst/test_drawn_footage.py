"""The analyst against what was planted: every variant of every dish, on two seeds."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from footage.draw import PlantedTruth, draw
from footage.script import dishes, variants
from models.coaching import VideoAnalysis
from tests.offline_analyst.guides import analysis_of, brief, small

SEEDS = (21, 22)
NEAR = 2  # seconds


@dataclass(frozen=True)
class Seen:
    truth: PlantedTruth
    analysis: VideoAnalysis

    @property
    def hit(self) -> bool:
        window = self.truth.window
        moment = self.analysis.key_moment_seconds
        return (
            window is not None
            and self.analysis.fault is not None
            and (window[0] - NEAR <= moment <= window[1] + NEAR)
        )

    @property
    def named(self) -> bool:
        return self.truth.signal is not None and self.analysis.fault == self.truth.signal.value


def look(dish: str, variant: str, seed: int, folder: Path) -> Seen:
    clip = folder / f"{variant}-{seed}.mp4"
    truth = draw(small(dish, variant, seed), clip)
    return Seen(truth, analysis_of(clip, brief(dish=dish)))


@pytest.mark.parametrize("dish", dishes())
def test_planted_faults_are_found_and_clean_cooks_are_left_in_peace(dish: str, tmp_path: Path) -> None:
    wanted = [(dish, variant, seed, tmp_path) for variant in variants(dish) for seed in SEEDS]
    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(lambda each: look(*each), wanted))
    faulty = [each for each in seen if each.truth.window]
    clean = [each for each in seen if not each.truth.window]
    told = [(each.truth.variant, each.truth.window, each.analysis.fault, each.analysis.key_moment_seconds)
            for each in seen]  # fmt: skip
    assert sum(each.hit for each in faulty) >= 0.9 * len(faulty), told
    assert sum(each.named for each in faulty) >= 0.8 * len(faulty), told
    assert sum(each.analysis.fault is not None for each in clean) <= 0.1 * len(clean), told


def test_events_tell_when_things_went_into_the_pan(tmp_path: Path) -> None:
    truth = draw(small("beef-steak", "clean", 3), tmp_path / "clip.mp4")
    events = analysis_of(tmp_path / "clip.mp4").cooking_events
    laid = next(event.second for event in truth.events if event.kind == "steak")
    louder = [event for event in events if event.event == "具材が入って、音が大きくなりました"]
    assert any(abs(event.t_seconds - laid) <= 1.5 for event in louder), events
    assert [event.t_seconds for event in events] == sorted(event.t_seconds for event in events)
