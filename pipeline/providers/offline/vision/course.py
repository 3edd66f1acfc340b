"""The course of a cook: when its content changes, when somebody works in the pan, when all rests."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.providers.offline.vision.features import Features
from pipeline.providers.offline.vision.series import Series, ramp

_ADDITION_AREA = 0.06  # of the pan
_HAZY = 0.06  # of white, at its thickest
AUDIBLE_RANGE_DB = 6.0  # between quiet and loud: in less, what sizzles cannot be told from an even noise


@dataclass(frozen=True)
class Change:
    """A moment from which the pan's content looks different."""

    second: float
    size: float  # of the clip's largest change
    gain: float  # how much more of the pan is covered after it than before
    sizzle: float | None  # how loud it sizzles then, between the clip's quiet (0) and its loudest (1)

    @property
    def is_addition(self) -> bool:
        """Something comes in; else what lies there shows another face."""
        return self.gain > _ADDITION_AREA


@dataclass(frozen=True)
class Span:
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Course:
    features: Features
    changes: tuple[Change, ...]
    work: Series  # 1 while something moves in the pan, else 0
    rests: tuple[Span, ...]  # without a touch, after something was added
    is_hazy: bool

    @property
    def first_addition(self) -> float:
        """Its second; 0 without any."""
        return _first_addition(self.changes)


def loudness_range(sizzle: Series) -> tuple[float, float]:
    """The clip's quiet and its loud moments, in dB."""
    quiet, loud = np.percentile(sizzle.values, (5, 95))
    return float(quiet), float(loud)


def read_course(features: Features) -> Course:
    changes = _changes(features)
    threshold = _work_threshold(features.motion)
    touches = features.motion.smooth(1.0, 0.75)  # a short touch ends a rest
    start = _first_addition(changes)
    rests = tuple(span for span in _spans_below(touches, threshold) if span.end > start)
    motion = features.motion.smooth(0.8)
    work = Series(motion.t, (motion.values > threshold).astype(np.float32))
    return Course(features, changes, work, rests, float(features.haze.values.max()) > _HAZY)


def _first_addition(changes: tuple[Change, ...]) -> float:
    return next((change.second for change in changes if change.is_addition), 0.0)


def _changes(features: Features) -> tuple[Change, ...]:
    novelty, largest = features.novelty, float(features.novelty.values.max())
    if largest < 0.05:
        return ()
    interval = max(2.0, 0.04 * features.seconds)
    seconds: list[float] = []
    for index in np.argsort(-novelty.values):
        second, value = float(novelty.t[index]), float(novelty.values[index])
        if value < max(0.05, 0.3 * largest):
            break
        is_peak = value >= float(novelty.between(second - 0.8, second + 0.8).max())
        is_apart = all(abs(second - other) >= interval for other in seconds)
        if is_peak and is_apart and not _haze_drifts(features.haze, second):
            seconds.append(second)
    seconds.sort()
    pairs = pairwise((*seconds, features.seconds))
    return tuple(_change(features, second, following, largest) for second, following in pairs)


def _haze_drifts(haze: Series, second: float) -> bool:
    """Haze coming or going changes every colour in the pan, and adds nothing to it."""
    return abs(haze.median(second + 0.5, second + 2) - haze.median(second - 2, second - 0.5)) > 0.05


def _change(features: Features, second: float, following: float, largest: float) -> Change:
    lasting = max(3.2, 0.06 * features.seconds)  # what is added stays; a hand that pours or rests goes
    before = features.area.low(second - 2.2, second - 0.4)
    after = features.area.between(second + 0.7, min(second + lasting, max(following - 0.4, second + 1.2)))
    return Change(
        second=second,
        size=features.novelty.median(second - 0.1, second + 0.1) / largest,
        gain=float(after.min()) - before,
        sizzle=_loudness(features.sizzle, second),
    )


def _loudness(sizzle: Series | None, second: float) -> float | None:
    if sizzle is None:
        return None
    quiet, loud = loudness_range(sizzle)
    if loud - quiet < AUDIBLE_RANGE_DB:
        return None
    return ramp(sizzle.median(second + 0.3, second + 2.3), quiet, loud)


def _work_threshold(motion: Series) -> float:
    """The motion that separates rest from work best in this clip (Otsu), within sane bounds."""
    values = motion.smooth(0.8).values
    thresholds = np.linspace(0.06, 0.16, 11)
    separations = []
    for threshold in thresholds:
        low, high = values[values <= threshold], values[values > threshold]
        separations.append(
            len(low) * len(high) * (high.mean() - low.mean()) ** 2 if len(low) and len(high) else 0.0
        )
    return float(thresholds[int(np.argmax(separations))])


def _spans_below(motion: Series, threshold: float) -> list[Span]:
    still = motion.values <= threshold
    edges = np.flatnonzero(np.diff(still)) + 1
    starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(still) - 1]))
    return [
        Span(float(motion.t[a]), float(motion.t[b]))
        for a, b in zip(starts, ends, strict=True)
        if still[a] and b > a
    ]
