from pathlib import Path

import pytest

from pipeline.media.loudness import SILENT_DB, TARGET_LUFS, gain_to_target, mean_level, measure

from .conftest import tone


@pytest.mark.parametrize("level", [0.02, 0.2, 0.9])
def test_the_gain_brings_a_voice_to_the_target(tmp_path: Path, level: float) -> None:
    voice = tone(tmp_path / "voice.wav", 3, level=level, pitch=997)
    loudness = measure(voice, through=f"volume={gain_to_target(voice):.2f}dB:precision=double")
    assert loudness.lufs == pytest.approx(TARGET_LUFS, abs=0.3)


def test_silence_is_not_amplified_without_end(tmp_path: Path) -> None:
    assert gain_to_target(tone(tmp_path / "voice.wav", 2, level=0.0)) <= 30


def test_the_level_of_a_part_is_that_of_what_is_heard_there(tmp_path: Path) -> None:
    voice = tone(tmp_path / "voice.wav", 2, level=0.2, pitch=997)
    assert mean_level(voice, 0.5, 1.5) == pytest.approx(mean_level(voice), abs=0.5)
    assert mean_level(tone(tmp_path / "none.wav", 2, level=0.0)) == SILENT_DB
