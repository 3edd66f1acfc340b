"""Short, cut together, or not from the empty pan on: then only smoke and flames are named, and it is said why."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from footage.draw import draw
from knowledge_base.content import Signal
from pipeline.providers.offline.vision.course import read_course
from pipeline.providers.offline.vision.features import measure_features
from pipeline.providers.offline.vision.samples import read_samples
from pipeline.providers.offline.vision.series import Series
from pipeline.providers.offline.vision.signals import find_evidence
from tests.media_files import make
from tests.pipeline.offline.vision.guides import analysis_of, brief, small

FLAME = (255, 170, 40)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    drawn = {variant: folder / f"{variant}.mp4" for variant in ("clean", "charring", "smoke")}
    for variant, clip in drawn.items():
        draw(small("beef-steak", variant), clip)
    return drawn


def cut(clip: Path, out: Path, *spans: tuple[float, float]) -> Path:
    """These spans of the clip (seconds), one after the other."""
    pieces = "".join(
        f"[0:v]trim={start}:{end},setpts=PTS-STARTPTS[v{number}];"
        for number, (start, end) in enumerate(spans)
    )
    names = "".join(f"[v{number}]" for number in range(len(spans)))
    joined = f"{pieces}{names}concat=n={len(spans)}:v=1[v]"
    return make(out, "-i", str(clip), "-filter_complex", joined, "-map", "[v]", "-c:v", "libx264")


def test_a_whole_clip_is_judged(clips: dict[str, Path]) -> None:
    assert analysis_of(clips["charring"]).fault == "charring"


def test_a_short_clip_is_not(clips: dict[str, Path], tmp_path: Path) -> None:
    analysis = analysis_of(cut(clips["charring"], tmp_path / "c.mp4", (8, 16)), brief(seconds=8))
    assert (analysis.fault, analysis.confidence, analysis.evidence) == (None, "low", "")
    assert any("動画が短く" in words for words in analysis.not_visible)
    assert {event.event for event in analysis.cooking_events} == {"作っている様子が映っています"}


def test_a_clip_that_begins_with_food_in_the_pan_is_not(clips: dict[str, Path], tmp_path: Path) -> None:
    analysis = analysis_of(cut(clips["charring"], tmp_path / "c.mp4", (5, 16)), brief(seconds=11))
    assert (analysis.fault, analysis.confidence) == (None, "low")
    assert any("空の鍋から映っていない" in words for words in analysis.not_visible)


def test_a_clip_cut_together_is_not(clips: dict[str, Path], tmp_path: Path) -> None:
    flash = "negate=enable='lt(mod(t,4),2)'"
    edited = make(tmp_path / "c.mp4", "-i", str(clips["charring"]), "-vf", flash, "-c:a", "copy")
    analysis = analysis_of(edited)
    assert (analysis.fault, analysis.confidence) == (None, "low")
    assert any("場面の切り替わり" in words for words in analysis.not_visible)


def test_smoke_is_named_in_a_short_clip_too(clips: dict[str, Path], tmp_path: Path) -> None:
    analysis = analysis_of(cut(clips["smoke"], tmp_path / "c.mp4", (5, 13)), brief(seconds=8))
    assert analysis.fault == "smoke"
    assert analysis.confidence != "high"


def test_haze_that_hangs_there_from_the_first_picture_on_is_no_smoke(
    clips: dict[str, Path], tmp_path: Path
) -> None:
    """As over boiling water."""
    analysis = analysis_of(cut(clips["smoke"], tmp_path / "c.mp4", (10.5, 16)), brief(seconds=5.5))
    assert analysis.fault is None


def test_what_never_was_brown_does_not_char(clips: dict[str, Path]) -> None:
    features = measure_features(read_samples(clips["charring"]))
    pale = replace(features, brown=Series(features.brown.t, np.zeros_like(features.brown.values)))
    charring = [
        next(
            (each.strength for each in find_evidence(read_course(look)) if each.signal is Signal.CHARRING),
            0.0,
        )
        for look in (features, pale)
    ]
    assert charring[0] > 0.9
    assert charring[1] == 0


def test_black_that_passes_is_no_charring(clips: dict[str, Path]) -> None:
    features = measure_features(read_samples(clips["charring"]))
    dark = features.black.values.copy()
    dark[features.black.t > features.black.t[int(np.argmax(dark > 0.04))] + 0.6] = 0
    passing = read_course(replace(features, black=Series(features.black.t, dark)))
    assert Signal.CHARRING not in {each.signal for each in find_evidence(passing)}


# --- flames ----------------------------------------------------------------------------------------


def painted(clip: Path, out: Path, blobs: Sequence[Sequence[tuple[int, int]]], start: int) -> Path:
    """The clip with orange blobs of some 24 pixels laid over its pictures from number `start` on."""
    with av.open(str(clip)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for number, places in enumerate(blobs, start):
        for y, x in places:
            pictures[number][y : y + 24, x : x + 24] = FLAME
    with av.open(str(out), "w") as container:
        stream = container.add_stream("libx264", rate=8)
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return out


def leaping(count: int) -> list[list[tuple[int, int]]]:
    """Over the dark of a pan, elsewhere in each picture."""
    rng = np.random.default_rng(3)
    return [
        [(int(y), int(x)) for y, x in zip(rng.integers(110, 190, 6), rng.integers(30, 130, 6), strict=True)]
        for _ in range(count)
    ]


def test_flames_that_leap_over_the_pan_are_named(clips: dict[str, Path], tmp_path: Path) -> None:
    analysis = analysis_of(painted(clips["clean"], tmp_path / "c.mp4", leaping(16), 8))
    assert analysis.fault == "flames"
    assert analysis.confidence != "high"
    assert 1 <= analysis.key_moment_seconds <= 3
    assert "炎" in analysis.evidence


def test_flames_are_named_in_a_clip_of_three_seconds(clips: dict[str, Path], tmp_path: Path) -> None:
    burning = painted(clips["clean"], tmp_path / "b.mp4", leaping(24), 8)
    assert analysis_of(cut(burning, tmp_path / "c.mp4", (1, 4)), brief(seconds=3)).fault == "flames"


def test_orange_food_that_stays_is_no_flame(clips: dict[str, Path], tmp_path: Path) -> None:
    still = [[(140, 60), (150, 90), (160, 50)]] * 40
    sliding = [[(120 + 2 * step, 40 + 2 * step), (150, 40 + 2 * step)] for step in range(30)]
    for number, blobs in enumerate((still, sliding)):
        clip = painted(clips["clean"], tmp_path / f"{number}.mp4", blobs, 40)
        assert analysis_of(clip).fault != "flames"


def test_a_flash_of_orange_is_no_flame(clips: dict[str, Path], tmp_path: Path) -> None:
    assert analysis_of(painted(clips["clean"], tmp_path / "c.mp4", leaping(2), 40)).fault != "flames"
