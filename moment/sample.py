"""What the demo sends when nothing is given: a drawn clip of the dish, and a memo in the offline voice.

Both are made once and kept.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from footage.library import draw_once
from footage.script import ClipRecipe
from pipeline.media import ffmpeg
from pipeline.providers.offline.narrator import OpenJTalkNarrator


@dataclass(frozen=True)
class Sample:
    variant: str  # how the drawn clip goes wrong
    memo: str  # what a learner might say after it


SAMPLES = {
    "fried-rice": Sample(
        "smoke",
        "今日はチャーハンを作りました。味はおいしかったです。"
        "でも、煙が出てしまって、少し焦げたにおいがしました。"
        "フライパンの温度は、どうすればわかりますか。",
    ),
    "beef-steak": Sample(
        "weak_sizzle",
        "ステーキを焼きました。中はやわらかくできました。"
        "でも、焼き色がきれいにつきませんでした。"
        "どうすれば、こんがり焼けますか。",
    ),
    "pomodoro": Sample(
        "charring",
        "トマトのパスタを作りました。香りはよかったです。"
        "でも、にんにくが焦げてしまって、少し苦くなりました。"
        "焦がさないコツは何ですか。",
    ),
}
DEFAULT = "fried-rice"


def sample_video(dish: str, folder: Path) -> Path:
    """A portrait clip, kept in `folder`; a dish that can't be drawn gets the default one's. Raises DrawingFailure,
    OSError."""
    subject = dish if dish in SAMPLES else DEFAULT
    return draw_once(ClipRecipe(subject, SAMPLES[subject].variant), folder)


def sample_words(dish: str) -> str:
    """What the sample memo says."""
    return SAMPLES.get(dish, SAMPLES[DEFAULT]).memo


def sample_memo(dish: str, folder: Path) -> Path:
    """An m4a, as LINE's voice messages are, kept in `folder`. Raises OfflinePackageMissing, FfmpegError, OSError."""
    words = sample_words(dish)
    voice = OpenJTalkNarrator.model
    memo = folder / f"memo-{voice}-{hashlib.sha256(words.encode()).hexdigest()[:12]}.m4a"
    if not memo.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as unfinished:
            _speak(words, Path(unfinished), Path(unfinished) / memo.name)
            (Path(unfinished) / memo.name).replace(memo)  # whole or not there at all
    return memo


def _speak(words: str, scratch: Path, memo: Path) -> None:
    sentences = [sentence + "。" for sentence in words.split("。") if sentence]
    speech, _ = OpenJTalkNarrator().speak(sentences, scratch)
    inputs = [part for sentence in speech for part in ("-i", str(sentence.wav))]
    labels = "".join(f"[{index}:a]" for index in range(len(speech)))
    graph = f"{labels}concat=n={len(speech)}:v=0:a=1[a]"
    # fmt: off
    command = [
        ffmpeg.binary(), "-hide_banner", "-nostdin", "-y", *inputs, "-filter_complex", graph, "-map", "[a]",
        "-c:a", "aac", "-b:a", "64k", str(memo),
    ]
    # fmt: on
    ffmpeg.run(command, timeout_seconds=60)
