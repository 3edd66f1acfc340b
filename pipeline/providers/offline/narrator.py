"""Open JTalk's voice "Mei": speech without an account."""

import contextlib
import re
import sys
import threading
import unicodedata
import wave
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from models.coaching import Usage
from pipeline.providers.offline.packages import require
from pipeline.providers.ports import SpokenSentence

SAMPLING_RATE = 48_000  # Hz, what the voice is recorded at
HEADROOM = 0.9  # of full scale: the raw samples go beyond 16 bit, and AAC overshoots a little
UNSPEAKABLE_SECONDS = 0.3

CLOCK = re.compile(r"(\d{1,3}):(\d{2})")
BRACKETS = re.compile(r"[「」『』（）()【】\[\]〈〉《》\"'“”‘’*_#`]")
PAUSES = re.compile(r"[…‥・:;→⇒/|~〜—–]+")
SPOKEN = re.compile(r"[^\w。、！？!?ー々〆ヶ％%]")  # all else is drawn, not said: emoji, arrows, notes

ALONE = r"(?<![一-龥])", r"(?![一-龥])"  # not part of a compound
# Kitchen words the engine reads, or has read in some context, as their everyday homographs. Found by
# comparing pyopenjtalk.g2p with Sudachi's readings over the whole curriculum.
READINGS = (
    (re.compile("IH"), "アイエイチ"),
    (re.compile("十分(?=に|熱|火)"), "じゅうぶん"),
    (re.compile("中火"), "ちゅうび"),
    (re.compile("強火"), "つよび"),
    (re.compile("弱火"), "よわび"),
    (re.compile("水気"), "みずけ"),
    (re.compile("塩気"), "しおけ"),
    (re.compile("塩水"), "しおみず"),
    (re.compile("一口"), "ひとくち"),
    (re.compile("(?<![一-龥])生(?=卵|肉|魚|米|野菜|の|に|で|か|が|っぽ|焼|臭|煮)"), "なま"),
    (re.compile("盛り付け|盛りつけ"), "もりつけ"),
    (re.compile("辛(?=い|く|さ|み|口)"), "から"),
    (re.compile("照り"), "てり"),
    (re.compile("(?<=[鍋のン])縁"), "ふち"),
    (re.compile("空(?=の(鍋|フライパン)|焼き)"), "から"),
    (re.compile("香草"), "こうそう"),
    (re.compile("葉物"), "はもの"),
    (re.compile("焼き油"), "やきあぶら"),
    (re.compile("待つ間がな"), "まつまがな"),
    (re.compile("見え(?=れ|ま|る|て|な|た)"), "みえ"),
    (re.compile("へら(?=で|を|に|が|の)"), "ヘラ"),
    (re.compile("具".join(ALONE)), "ぐ"),
    (re.compile("音".join(ALONE)), "おと"),
    (re.compile("中(?=[はがもまにのを])".join((ALONE[0], ""))), "なか"),
)


class OpenJTalkNarrator:
    """The captions keep the text; only the engine gets the reading-safe words."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def speak(self, sentences: Sequence[str], into: Path) -> tuple[list[SpokenSentence], Usage]:
        """One WAV a sentence (mono, 16 bit, 48 kHz), loudness relations kept. Raises OfflinePackageMissing."""
        import numpy as np

        with self._lock:
            voiced = [self._synthesize(text) for text in sentences]
        peak = max((float(np.abs(samples).max()) for samples in voiced), default=0.0) or 1.0
        into.mkdir(parents=True, exist_ok=True)
        spoken = []
        for number, (text, samples) in enumerate(zip(sentences, voiced, strict=True)):
            wav = into / f"sentence-{number:02}.wav"
            write_wav(wav, (samples / peak * HEADROOM * 32767).astype("<i2").tobytes())
            spoken.append(SpokenSentence(text=text, wav=wav, seconds=len(samples) / SAMPLING_RATE))
        usage = Usage(
            provider="openjtalk",
            model="mei_normal",
            characters=sum(map(len, sentences)),
            audio_seconds=sum(each.seconds for each in spoken),
        )
        return spoken, usage

    @cached_property
    def _engine(self) -> Any:
        # It may greet on stdout while loading, and stdout may be somebody's protocol.
        with contextlib.redirect_stdout(sys.stderr):
            return require("pyopenjtalk", "pyopenjtalk-plus")

    def _synthesize(self, text: str) -> Any:
        import numpy as np

        words = reading_safe(text)
        samples, _ = self._engine.tts(words) if re.search(r"\w", words) else ((), SAMPLING_RATE)
        if not len(samples):
            return np.zeros(int(UNSPEAKABLE_SECONDS * SAMPLING_RATE))
        return samples


def reading_safe(text: str) -> str:
    """What to hand to the engine: no signs that cannot be said, and kitchen words in kana."""
    words = unicodedata.normalize("NFKC", text)
    words = CLOCK.sub(lambda clock: spoken_clock(int(clock[1]), int(clock[2])), words)
    words = SPOKEN.sub("", PAUSES.sub("、", BRACKETS.sub("", words)))
    for written, reading in READINGS:
        words = written.sub(reading, words)
    return words


def spoken_clock(minutes: int, seconds: int) -> str:
    """0:41 is said 41秒, 2:05 is said 2分5秒."""
    return (f"{minutes}分" if minutes else "") + (f"{seconds}秒" if seconds or not minutes else "")


def write_wav(path: Path, samples: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLING_RATE)
        file.writeframes(samples)
