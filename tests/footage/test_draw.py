"""The drawn clips themselves: they are what they say, and the same recipe gives the same clip."""

import json
import subprocess
import sys
from pathlib import Path

import av
import pytest

from footage.draw import DrawingFailure, draw
from footage.script import ClipRecipe, dishes, truth_of, variants
from knowledge_base.content import Signal
from tests.pipeline.offline.vision.guides import small

SHORT = ClipRecipe("pomodoro", "smoke", 4.0, (90, 160), 5, frames_per_second=6)


def test_a_clip_is_h264_with_aac_of_the_size_and_length_of_its_recipe(tmp_path: Path) -> None:
    draw(SHORT, tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.codec_context.width, video.codec_context.height) == (90, 160)
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(4, abs=0.2)


def test_a_time_lapse_has_no_sound(tmp_path: Path) -> None:
    draw(ClipRecipe("pomodoro", "timelapse", 3.0, (90, 160), 5, 6), tmp_path / "clip.mp4")
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert not container.streams.audio


def test_the_same_recipe_gives_the_same_clip_and_another_seed_another(tmp_path: Path) -> None:
    clips = [tmp_path / name for name in ("one.mp4", "again.mp4", "other.mp4")]
    for clip, seed in zip(clips, (5, 5, 6), strict=True):
        draw(ClipRecipe("beef-steak", "clean", 3.0, (90, 160), seed, 6), clip)
    one, again, other = (clip.read_bytes() for clip in clips)
    assert one == again
    assert one != other


@pytest.mark.parametrize("dish", dishes())
def test_every_variant_plants_its_signal_inside_the_clip(dish: str) -> None:
    for variant in variants(dish):
        truth = truth_of(small(dish, variant))
        faulty = variant in [signal.value for signal in Signal]
        assert (truth.window is not None) is faulty
        assert truth.signal == (Signal(variant) if faulty else None)
        if truth.window:
            assert 0 <= truth.window[0] < truth.window[1] <= truth.seconds
        assert all(0 <= event.second <= truth.seconds for event in truth.events)


def test_a_variant_a_dish_is_not_drawn_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no_browning"):
        draw(ClipRecipe("pomodoro", "no_browning"), tmp_path / "clip.mp4")


def test_what_cannot_be_written_fails_by_name(tmp_path: Path) -> None:
    with pytest.raises(DrawingFailure):
        draw(SHORT, tmp_path / "no such folder" / "clip.mp4")


def test_the_command_writes_the_clip_and_its_truth(tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"
    command = [sys.executable, "-m", "footage", "fried-rice", "charring", "--out", str(out), "--truth"]
    subprocess.run([*command, "--seconds", "2", "--size", "90x160", "--seed", "3"], check=True, timeout=60)
    truth = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert out.stat().st_size > 1000
    assert (truth["signal"], truth["seconds"]) == ("charring", 2.0)
