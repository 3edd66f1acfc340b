import wave
from pathlib import Path

import numpy as np
import pytest

from pipeline.media.narration import FPS, GAP_SECONDS, LEAD_SECONDS, SpeechMismatch, join
from pipeline.providers.ports import SpokenSentence

from .conftest import speech, tone


def test_times_are_those_at_which_the_sentences_sound(tmp_path: Path) -> None:
    part1 = speech(tmp_path / "1", ("一", 1.013), ("二", 0.7))
    part2 = speech(tmp_path / "2", ("三", 0.5))
    track = join(part1, part2, tmp_path / "all.wav")
    with wave.open(str(track.wav)) as file:
        rate = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert [s.text for s in track.sentences] == ["一", "二", "三"]
    for sentence in track.sentences:
        begin, end = round(sentence.start * rate), round((sentence.start + sentence.seconds) * rate)
        assert np.abs(sound[begin : begin + 200]).max() > 1000
        assert np.abs(sound[end - 200 : end]).max() > 1000
        assert not sound[begin - 200 : begin].any()
        assert not sound[end : end + 200].any()
    second = track.sentences[1]
    assert second.start == pytest.approx(LEAD_SECONDS + 1.013 + GAP_SECONDS, abs=0.001)
    assert track.sentences[2].start == pytest.approx(track.part1_seconds + LEAD_SECONDS, abs=0.001)


def test_each_part_lasts_whole_frames(tmp_path: Path) -> None:
    part1, part2 = speech(tmp_path / "1", ("一", 1.017)), speech(tmp_path / "2", ("二", 0.611))
    track = join(part1, part2, tmp_path / "all.wav")
    with wave.open(str(track.wav)) as file:
        assert file.getnframes() == (track.part1_frames + track.part2_frames) * file.getframerate() / FPS


def test_the_files_own_length_counts_not_the_one_told(tmp_path: Path) -> None:
    sentence = SpokenSentence("一", tone(tmp_path / "1.wav", 1.0), seconds=99.0)
    track = join([sentence], speech(tmp_path / "2", ("二", 0.5)), tmp_path / "all.wav")
    assert track.sentences[0].seconds == pytest.approx(1.0)


def test_sentences_of_different_rates_are_refused(tmp_path: Path) -> None:
    part1 = speech(tmp_path / "1", ("一", 0.5))
    part2 = [SpokenSentence("二", tone(tmp_path / "2.wav", 0.5, rate=48_000), 0.5)]
    with pytest.raises(SpeechMismatch):
        join(part1, part2, tmp_path / "all.wav")
