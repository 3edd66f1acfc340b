"""What recognisers invent where nobody speaks is left out, and what a learner says stays: the sound tells."""

import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sin
from pathlib import Path

import pytest

from models.coaching import Usage
from pipeline.providers.hearing import CarefulTranscriber
from pipeline.providers.ports import Heard, Transcript

RATE = 16_000
VOICE, HUSH = 0.2, 0.0005  # amplitudes of 1: someone speaks, a quiet room


@dataclass(frozen=True)
class Recogniser:
    """Hears what it is told, whatever the recording."""

    text: str
    pieces: Sequence[Heard] = ()

    def transcribe(self, audio: Path, *, phrases: Sequence[str], uri: str | None = None) -> Transcript:
        return Transcript(self.text, Usage(), self.pieces)


def recording(path: Path, *parts: tuple[float, float]) -> Path:
    """Sounds of so many seconds and such an amplitude, one after the other."""
    samples = array("h")
    for seconds, amplitude in parts:
        count = int(seconds * RATE)
        samples.extend(int(32767 * amplitude * sin(2 * pi * 220 * n / RATE)) for n in range(count))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def heard(audio: Path, text: str, *pieces: Heard) -> str:
    return CarefulTranscriber(Recogniser(text, pieces)).transcribe(audio, phrases=[]).text


@pytest.mark.parametrize(
    "invented",
    [
        "ご視聴ありがとうございました",
        "最後までご視聴いただき、ありがとうございました。",
        "チャンネル登録お願いします",
        "チャンネル登録と高評価、よろしくお願いします!",
        "字幕視聴ありがとうございました",
        "それでは次の動画でお会いしましょう",
        "おやすみなさい。",
        "ありがとうございました",
        "お疲れ様でした",
        "Thank you for watching",
        "Thanks for watching!",
        "Thank you.",
        "Subtitles by the Amara.org community",
        "(音楽)",
    ],
)
def test_of_a_silent_recording_no_stock_phrase_is_left(tmp_path: Path, invented: str) -> None:
    silent = recording(tmp_path / "memo.wav", (3, 0.0))
    assert heard(silent, invented) == ""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("卵が焦げました。ご視聴ありがとうございました。", "卵が焦げました。"),
        ("卵が焦げましたご視聴ありがとうございました", "卵が焦げました"),
        ("ご視聴ありがとうございました卵が焦げました", "卵が焦げました"),
        ("卵が焦げました Thanks for watching!", "卵が焦げました"),
        ("卵が焦げました。チャンネル登録お願いします。味は薄いです。", "卵が焦げました。味は薄いです。"),
    ],
)
def test_what_only_a_films_viewers_hear_is_cut_off_real_words(tmp_path: Path, text: str, left: str) -> None:
    spoken = recording(tmp_path / "memo.wav", (3, VOICE))
    assert heard(spoken, text) == left


@pytest.mark.parametrize(
    "text",
    [
        "ありがとうございました",
        "卵が焦げました。ありがとうございました。",
        "前回見ていただきありがとうございました",
        "チャンネル登録している人の動画を見て作りました",
        "チャンネル登録お願いしますって言われた動画のとおりに作りました",
        "字幕を見ながら作ったら焦げました",
        "次の動画で手元を映します",
        "おやすみなさい",
        "はい、焦げました",
        "あとは塩です",
    ],
)
def test_what_a_learner_says_stays(tmp_path: Path, text: str) -> None:
    spoken = recording(tmp_path / "memo.wav", (3, VOICE))
    assert heard(spoken, text) == text


THANKS = (Heard("卵が焦げました。", 0.0, 2.0), Heard("ありがとうございました。", 2.5, 4.5))


@pytest.mark.parametrize(
    ("afterwards", "left"),
    [
        (VOICE, "卵が焦げました。ありがとうございました。"),
        (VOICE / 3, "卵が焦げました。ありがとうございました。"),  # softly
        (HUSH, "卵が焦げました。"),
        (0.01, "卵が焦げました。"),  # a fan hums on
    ],
)
def test_thanks_stay_where_they_are_heard(tmp_path: Path, afterwards: float, left: str) -> None:
    audio = recording(tmp_path / "memo.wav", (2.2, VOICE), (2.8, afterwards))
    assert heard(audio, "卵が焦げました。ありがとうございました。", *THANKS) == left


def test_a_phrase_that_no_mouth_could_say_so_fast_was_not_said(tmp_path: Path) -> None:
    audio = recording(tmp_path / "memo.wav", (3, VOICE))
    words = (Heard("卵が焦げました", 0.0, 2.7), Heard("ご視聴ありがとうございました", 2.7, 2.9))
    assert heard(audio, "卵が焦げましたご視聴ありがとうございました", *words) == "卵が焦げました"


def test_a_joke_that_is_heard_stays(tmp_path: Path) -> None:
    audio = recording(tmp_path / "memo.wav", (6, VOICE))
    words = (Heard("卵が焦げました", 0.0, 2.5), Heard("ご視聴ありがとうございました", 2.7, 5.5))
    text = "卵が焦げましたご視聴ありがとうございました"
    assert heard(audio, text, *words) == text


def test_a_recording_that_cannot_be_measured_keeps_its_thanks(tmp_path: Path) -> None:
    broken = tmp_path / "memo.wav"
    broken.write_bytes(b"no sound")
    assert heard(broken, "ありがとうございました") == "ありがとうございました"
