"""The analyst on filmed clips, each as it is and encoded anew in four ways: what it makes of a clip must not hang on that.

What is right counts only where every version gets the same answer; what is wrong counts where any version gets it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from models.coaching import CannotTell, Strict, StructuredInput
from moment.eval.footage_labels import FootageLabel, Shown
from moment.eval.golden import GoldenItem
from moment.eval.metrics import mean, share
from moment.eval.run import Case, Coach
from pipeline.media import ffmpeg
from pipeline.media.probe import UnusableClip, check_usable
from storage.workspace import workspace

AS_IT_IS = "as it is"
_LIMIT_SECONDS = 600
_ENCODINGS: dict[str, tuple[str, ...]] = {
    "crf 35": ("-crf", "35"),
    "half size": ("-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2"),
    "brighter": ("-vf", "eq=brightness=0.06"),
    "darker": ("-vf", "eq=brightness=-0.06"),
}


class Answer(Strict):
    """Of one version of a clip; all empty where there was none."""

    version: str
    refused: str = ""  # why nothing was told of it
    fault: str | None = None
    confidence: str = ""
    seconds: float = 0.0
    cost_usd: float = 0.0

    @property
    def is_given(self) -> bool:
        return bool(self.refused or self.confidence)


class ClipResult(Strict):
    file: str
    shown: Shown
    is_on_fire: bool
    answers: list[Answer]
    wrong: list[str]  # versions in which a fault is named that is not there

    @property
    def is_settled(self) -> bool:
        return len({(answer.refused, answer.fault) for answer in self.answers}) == 1

    @property
    def is_refused(self) -> bool:
        """In every version, whatever the reason."""
        return all(answer.refused for answer in self.answers)


class FootageFigures(Strict):
    """Shares run from 0 to 1; None where no clip can tell."""

    clips: int
    unanswered: int  # versions without an answer
    unsettled: int  # clips whose versions are answered differently
    false_high: int  # clips with a wrong fault named with high confidence
    false_alarms: float | None  # of all clips, those with a wrong fault
    others_refused: float | None  # of the clips that show no cooking
    cooks_refused: int  # clips of cooking or a served dish that were refused in any version
    fire_named: (
        float | None
    )  # of the clips with plain smoke or flames, those where a fault of theirs is named
    seconds_mean: float | None  # of one answer
    cost_usd: float


class FootageEvaluation(Strict):
    provider: str
    figures: FootageFigures
    clips: list[ClipResult]


@dataclass(frozen=True)
class FootageRequest:
    provider: str  # its name, for the report
    jobs: int = 2  # clips at once


def evaluate_footage(
    request: FootageRequest,
    labels: Sequence[FootageLabel],
    coach: Coach,
    advance: Callable[[int, int], None] | None = None,
) -> FootageEvaluation:
    """Raises ffmpeg.FfmpegError for a clip that cannot be encoded anew."""
    clips = []
    with ThreadPoolExecutor(request.jobs) as pool:
        for number, clip in enumerate(pool.map(lambda label: look_at(label, coach), labels), 1):
            clips.append(clip)
            if advance:
                advance(number, len(labels))
    return FootageEvaluation(provider=request.provider, figures=figures_of(clips), clips=clips)


def look_at(label: FootageLabel, coach: Coach) -> ClipResult:
    with workspace() as folder:
        versions = {AS_IT_IS: label.file} | {
            name: _encode(label.file, folder / f"{number}.mp4", options)
            for number, (name, options) in enumerate(_ENCODINGS.items())
        }
        answers = [_answer(label, name, clip, coach) for name, clip in versions.items()]
    return ClipResult(
        file=label.file.name,
        shown=label.shown,
        is_on_fire=label.is_on_fire,
        answers=answers,
        wrong=[answer.version for answer in answers if not label.is_right(answer.fault)],
    )


def figures_of(clips: Sequence[ClipResult]) -> FootageFigures:
    answers = [answer for clip in clips for answer in clip.answers]
    others = [clip for clip in clips if clip.shown is Shown.OTHER]
    burning = [clip for clip in clips if clip.is_on_fire]
    return FootageFigures(
        clips=len(clips),
        unanswered=sum(not answer.is_given for answer in answers),
        unsettled=sum(not clip.is_settled for clip in clips),
        false_high=sum(_is_falsely_sure(clip) for clip in clips),
        false_alarms=share(sum(bool(clip.wrong) for clip in clips), len(clips)),
        others_refused=share(sum(clip.is_refused for clip in others), len(others)),
        cooks_refused=sum(
            any(answer.refused for answer in clip.answers) for clip in clips if clip.shown is not Shown.OTHER
        ),
        fire_named=share(sum(_is_named(clip) for clip in burning), len(burning)),
        seconds_mean=mean(answer.seconds for answer in answers),
        cost_usd=sum(answer.cost_usd for answer in answers),
    )


def _is_falsely_sure(clip: ClipResult) -> bool:
    return any(answer.confidence == "high" and answer.version in clip.wrong for answer in clip.answers)


def _is_named(clip: ClipResult) -> bool:
    return clip.is_settled and not clip.wrong and clip.answers[0].fault is not None


def _answer(label: FootageLabel, version: str, clip: Path, coach: Coach) -> Answer:
    try:
        seconds = check_usable(clip).duration_seconds
    except UnusableClip as unusable:  # refused at the door, with words of its own
        return Answer(version=version, refused=unusable.reason.value)
    item = GoldenItem(id="clip", video=clip.name, dish=label.dish, clean=True)
    look, steps = coach.look(Case(item, clip, seconds), "", StructuredInput())
    cost = {"seconds": sum(each.seconds for each in steps), "cost_usd": sum(each.cost_usd for each in steps)}
    if look is None:
        return Answer(version=version, **cost)
    if isinstance(look, CannotTell):
        return Answer(version=version, refused=look.reason.value, **cost)
    return Answer(version=version, fault=look.fault, confidence=look.confidence, **cost)


def _encode(clip: Path, out: Path, options: Sequence[str]) -> Path:
    source = ("-i", f"file:{clip}", "-map", "0:V:0", "-map", "0:a:0?")
    encoding = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", *options)
    command = [ffmpeg.binary(), *ffmpeg.QUIET, "-y", *source, *encoding, str(out)]
    ffmpeg.run(command, timeout_seconds=_LIMIT_SECONDS)
    return out
