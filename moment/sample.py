"""What the demo sends when nothing is given: a drawn clip of the dish, and a memo in the offline voice."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from footage.draw import draw
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
    """A portrait clip; a dish that can't be drawn gets the default one's."""
    drawn = dish if dish in SAMPLES else DEFAULT
    clip = folder / "sample_video.mp4"
    draw(ClipRecipe(drawn, SAMPLES[drawn].variant), clip)
    return clip


def sample_words(dish: str) -> str:
    """What the sample memo says."""
    return SAMPLES.get(dish, SAMPLES[DEFAULT]).memo


def sample_memo(dish: str, folder: Path) -> Path:
    """An m4a, as LINE's voice messages are."""
    words = sample_words(dish)
    memo = folder / "sample_memo.m4a"
    with TemporaryDirectory(prefix="moment-") as scratch:
        spoken, _ = OpenJTalkNarrator().speak(
            [sentence + "。" for sentence in words.split("。") if sentence], Path(scratch)
        )
        inputs = [part for sentence in spoken for part in ("-i", str(sentence.wav))]
        joined = "".join(f"[{index}:a]" for index in range(len(spoken)))
        graph = f"{joined}concat=n={len(spoken)}:v=0:a=1[a]"
        # fmt: off
        command = [
            ffmpeg.binary(), "-hide_banner", "-nostdin", "-y", *inputs, "-filter_complex", graph, "-map", "[a]",
            "-c:a", "aac", "-b:a", "64k", str(memo),
        ]
        # fmt: on
        ffmpeg.run(command, timeout_seconds=60)
    return memo
