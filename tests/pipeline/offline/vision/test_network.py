"""The network that recognises kitchens: its weights are read and never run, its answers make sense."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from pipeline.providers.offline.vision import kitchen
from pipeline.providers.offline.vision.network import SIDE, Network
from pipeline.providers.offline.vision.samples import read_samples
from pipeline.providers.offline.vision.weights import read_weights
from tests.clips import drawn
from tests.media_files import make
from tests.pipeline.offline.vision.guides import small


@pytest.fixture(scope="module")
def network() -> Network:
    return Network()


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("run",)


def test_weights_that_ask_for_anything_else_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "weights.pth"
    saved: list[object] = [0, 1001, {}, _Trap()]
    file.write_bytes(b"".join(pickle.dumps(each) for each in saved))
    with pytest.raises(pickle.UnpicklingError, match=r"builtins\.print"):
        read_weights(file)
    assert capsys.readouterr().out == ""


def test_its_answers_are_probabilities_and_always_the_same(network: Network) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    answer = network.probabilities(noise)
    assert answer.shape == (1000,)
    assert float(answer.sum()) == pytest.approx(1.0, abs=1e-4)
    assert np.array_equal(answer, network.probabilities(noise))


@pytest.mark.parametrize("dish", ["fried-rice", "beef-steak", "pomodoro"])
def test_a_drawn_kitchen_looks_like_one_upright_and_sideways(
    network: Network, tmp_path: Path, dish: str
) -> None:
    clip = tmp_path / "clip.mp4"
    drawn(small(dish, "clean", 5), clip)
    sideways = make(tmp_path / "sideways.mp4", "-i", str(clip), "-vf", "transpose=1", "-an")
    for each in (clip, sideways):
        assert kitchen.likeness(network, read_samples(each).stills) > 0.12


@pytest.mark.parametrize("source", ["testsrc2", "mandelbrot", "gradients=seed=3", "smptehdbars"])
def test_something_else_does_not(network: Network, tmp_path: Path, source: str) -> None:
    separator = ":" if "=" in source else "="
    clip = make(tmp_path / "clip.mp4", "-f", "lavfi", "-i", f"{source}{separator}s=320x240", "-t", "6")
    stills = read_samples(clip).stills
    assert len(stills) == 8
    assert kitchen.likeness(network, stills) < 0.06
