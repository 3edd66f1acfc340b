import wave
from pathlib import Path

import numpy as np

from pipeline.media.loudness import measure
from pipeline.media.music import write_music


def test_the_music_is_the_same_every_time_and_as_long_as_told(tmp_path: Path) -> None:
    seconds = write_music(tmp_path / "a.wav")
    write_music(tmp_path / "b.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.getnframes() / file.getframerate() == seconds
        assert 5 <= seconds <= 6


def test_it_stays_a_little_under_the_voice_and_never_clips(tmp_path: Path) -> None:
    write_music(tmp_path / "a.wav")
    loudness = measure(tmp_path / "a.wav")
    assert -18 < loudness.lufs < -14
    assert loudness.true_peak < -1


def test_it_begins_and_ends_in_silence(tmp_path: Path) -> None:
    write_music(tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)
    assert np.abs(sound[:20]).max() < 300
    assert np.abs(sound[-200:]).max() < 300
    assert np.abs(sound).max() > 8000
