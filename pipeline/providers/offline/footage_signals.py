"""From measured features to evidence: which signals the footage shows, how strongly, and when.

A strength runs from 0 to 1. Each rule is a comparison of the clip with itself, between two corners: below
the first nothing is claimed, above the second the signal is plain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from knowledge_base.content import Signal
from pipeline.providers.offline.footage_features import HAZY, Features, Series, blackening_seconds

TOO_DARK = 0.22  # of full white: nothing is told from colours below it
TOO_BRIGHT = 0.2  # of the pan burnt out: nothing is told from the food's colours beyond it
TOO_SHAKY = 0.06  # of the picture's longer side, from picture to picture
TOO_SHORT = 6.0  # seconds: no judging of patience in less
_ADDS = 0.06  # of the pan
MASKED_DB = -50.0  # a room louder than this hides a sizzle


@dataclass(frozen=True)
class Evidence:
    signal: Signal
    strength: float
    second: float  # when it shows best


@dataclass(frozen=True)
class Change:
    """A moment from which the pan's content looks different."""

    second: float
    size: float  # of the clip's largest change
    gain: float  # how much more of the pan is covered after it than before
    sizzle: float | None  # how loud it sizzles then, between the clip's quiet (0) and its loudest (1)

    @property
    def adds(self) -> bool:
        """Something came in; else what lies there shows another face."""
        return self.gain > _ADDS


@dataclass(frozen=True)
class Stretch:
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Course:
    """The cook as it was read: what `Features` hold, with its moments found."""

    features: Features
    changes: tuple[Change, ...]
    busy: Series  # 1 while something moves in the pan, else 0
    still: tuple[Stretch, ...]  # without a touch, after something was added
    hazy: bool

    @property
    def first_addition(self) -> float:
        return next((change.second for change in self.changes if change.adds), 0.0)


def ramp(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0, 1))


def read_course(features: Features) -> Course:
    changes = _changes(features)
    cut = _working_motion(features.motion)
    touched = features.motion.smooth(1.0, 0.75)  # a short touch ends a rest
    start = next((change.second for change in changes if change.adds), 0.0)
    still = tuple(stretch for stretch in _stretches(touched, cut) if stretch.end > start)
    busy = features.motion.smooth(0.8)
    busy = Series(busy.t, (busy.values > cut).astype(np.float32))
    return Course(features, changes, busy, still, float(features.veil.values.max()) > 0.06)


def find_evidence(course: Course) -> list[Evidence]:
    """Strongest first; only what can be judged at all (light, sound, length, a steady picture)."""
    features = course.features
    rules: list[Callable[[Course], list[Evidence]]] = [_weak_sizzle]
    if features.light >= TOO_DARK:
        rules += [_haze, _charring]
    if features.light >= TOO_DARK and features.glare <= TOO_BRIGHT:
        rules += [_browned_early]
        rules += [_no_browning] if features.seconds >= TOO_SHORT else []
    if features.light >= TOO_DARK and features.sway <= TOO_SHAKY and features.seconds >= TOO_SHORT:
        rules += [_idle, _restless]
    found = [evidence for rule in rules for evidence in rule(course) if evidence.strength > 0]
    return sorted(found, key=lambda evidence: -evidence.strength)


# --- moments -------------------------------------------------------------------------------------


def _changes(features: Features) -> tuple[Change, ...]:
    news, largest = features.news, float(features.news.values.max())
    if largest < 0.05:
        return ()
    apart = max(2.0, 0.04 * features.seconds)
    found: list[float] = []
    for index in np.argsort(-news.values):
        second, value = float(news.t[index]), float(news.values[index])
        if value < max(0.05, 0.3 * largest):
            break
        peaks = value >= float(news.between(second - 0.8, second + 0.8).max())
        far = all(abs(second - other) >= apart for other in found)
        if peaks and far and not _drifting(features.veil, second):
            found.append(second)
    found.sort()
    followed = pairwise((*found, features.seconds))
    return tuple(_change(features, second, following, largest) for second, following in followed)


def _drifting(veil: Series, second: float) -> bool:
    """Haze coming or going changes every colour in the pan, and adds nothing to it."""
    return abs(veil.median(second + 0.5, second + 2) - veil.median(second - 2, second - 0.5)) > 0.05


def _change(features: Features, second: float, following: float, largest: float) -> Change:
    lasting = max(3.2, 0.06 * features.seconds)  # what was added stays; a hand that pours or rests goes
    before = features.area.low(second - 2.2, second - 0.4)
    after = features.area.between(second + 0.7, min(second + lasting, max(following - 0.4, second + 1.2)))
    return Change(
        second=second,
        size=features.news.median(second - 0.1, second + 0.1) / largest,
        gain=float(after.min()) - before,
        sizzle=_loudness(features.sizzle, second),
    )


def _loudness(sizzle: Series | None, second: float) -> float | None:
    if sizzle is None:
        return None
    quiet, loud = np.percentile(sizzle.values, (5, 95))
    if loud - quiet < 6:
        return None  # one even noise: what sizzles in it cannot be told
    return ramp(sizzle.median(second + 0.3, second + 2.3), float(quiet), float(loud))


def _working_motion(motion: Series) -> float:
    """Where stillness and work part best in this clip (Otsu), within sane bounds."""
    values = motion.smooth(0.8).values
    cuts = np.linspace(0.06, 0.16, 11)
    parted = []
    for cut in cuts:
        low, high = values[values <= cut], values[values > cut]
        parted.append(
            len(low) * len(high) * (high.mean() - low.mean()) ** 2 if len(low) and len(high) else 0.0
        )
    return float(cuts[int(np.argmax(parted))])


def _stretches(motion: Series, cut: float) -> list[Stretch]:
    """Where motion stays below the cut."""
    still = motion.values <= cut
    edges = np.flatnonzero(np.diff(still)) + 1
    starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(still) - 1]))
    return [
        Stretch(float(motion.t[a]), float(motion.t[b]))
        for a, b in zip(starts, ends, strict=True)
        if still[a] and b > a
    ]


# --- rules ---------------------------------------------------------------------------------------


def _haze(course: Course) -> list[Evidence]:
    """Smoke is bluish, steam is as white as the light; haze over a pan with nothing wet in it is smoke."""
    features = course.features
    veil = features.veil.smooth(1.5)
    peak = float(veil.values.max())
    strength = ramp(peak, 0.05, 0.13)
    thick = veil.values >= 0.85 * peak
    second = float(np.median(veil.t[thick]))
    blueness = float(np.median(features.blueness.values[thick]))
    smoke = ramp(blueness, 1.1, 1.25)
    if smoke > 0 and second < course.first_addition:
        smoke = min(1.0, smoke + 0.3)
    return [
        Evidence(Signal.SMOKE, strength * smoke, second),
        Evidence(Signal.STEAM, strength * (1 - smoke), second),
    ]


def _charring(course: Course) -> list[Evidence]:
    """Spots blacker than either food or pan were there before; food just laid in brings its own shadow."""
    features = course.features
    lasting = [features.black.low(t - 1, t + 1) for t in features.black.t]
    covered = np.maximum(features.area.smooth(3).values, 0.15)
    share = np.array(lasting) / covered
    share[features.veil.values > HAZY] = 0
    for change in course.changes:
        if change.adds and change.size >= 0.5:
            since = features.black.t - change.second
            share[(since > -1) & (since < blackening_seconds(features.seconds) + 1)] = 0
    best = int(np.argmax(share))
    return [Evidence(Signal.CHARRING, ramp(float(share[best]), 0.01, 0.04), float(features.black.t[best]))]


def _weak_sizzle(course: Course) -> list[Evidence]:
    """Little sound at an addition, the more telling the more came in: oil need not be heard, a steak must."""
    sizzle = course.features.sizzle
    if sizzle is None:
        return []
    if np.percentile(sizzle.values, 95) - np.percentile(sizzle.values, 5) < 6:
        return _never_sizzled(course, sizzle)
    most = max((change.gain for change in course.changes), default=0.0)
    found = []
    for change in course.changes:
        if change.adds and change.sizzle is not None:
            quiet = 1 - ramp(change.sizzle, 0.35, 0.7)
            weight = ramp(change.size, 0.4, 0.8) * ramp(change.gain / most, 0.35, 0.6)
            found.append(Evidence(Signal.WEAK_SIZZLE, quiet * weight, change.second))
    return [max(found, key=lambda evidence: evidence.strength)] if found else []


def _never_sizzled(course: Course, sizzle: Series) -> list[Evidence]:
    """An even quiet is a cold pan; an even noise is a fan, and says nothing."""
    additions = [change for change in course.changes if change.adds]
    if not additions or float(np.median(sizzle.values)) > MASKED_DB:
        return []
    main = max(additions, key=lambda change: change.size)
    return [Evidence(Signal.WEAK_SIZZLE, 0.6, main.second)]


def _browned_early(course: Course) -> list[Evidence]:
    """Browned since the last thing came, and then covered by the next."""
    brown = course.features.brown.smooth(0.8)
    found = []
    for before, after in pairwise((0.0, *(change.second for change in course.changes))):
        if after - before < 2:
            continue
        waiting = brown.between(before, after)
        peak = float(waiting.max())
        risen = peak - float(waiting[: int(np.argmax(waiting)) + 1].min())
        covered = 1 - float(brown.between(after + 0.7, after + 3).max()) / max(peak, 0.01)
        strength = ramp(risen, 0.12, 0.35) * ramp(covered, 0.35, 0.55)
        found.append(Evidence(Signal.BROWNED_EARLY, strength, max(before, after - 0.8)))
    return [max(found, key=lambda evidence: evidence.strength)] if found else []


def _no_browning(course: Course) -> list[Evidence]:
    """Pale at the end: neither brown nor any darker than it was at its lightest."""
    features, end = course.features, course.features.seconds
    start = course.first_addition + 1
    if end - start < TOO_SHORT / 2 or features.area.median(start, end) < 0.1:
        return []
    brown = float(features.brown.smooth(1.5).between((start + end) / 2, end).max())
    light = features.food_light.smooth(2)
    palest = float(np.percentile(light.between(start, end), 95))
    darkened = 1 - light.median(end - 0.15 * end, end) / max(palest, 0.05)
    pale = features.pale.median(end - 0.15 * end, end)
    strength = ramp(pale, 0.25, 0.5) * (1 - max(ramp(brown, 0.06, 0.22), ramp(darkened, 0.04, 0.12)))
    return [Evidence(Signal.NO_BROWNING, strength, start + 0.8 * (end - start))]


def _idle(course: Course) -> list[Evidence]:
    seconds = course.features.seconds
    if not course.still:
        return []
    longest, *others = sorted(course.still, key=lambda stretch: -stretch.seconds)
    usual = others[0].seconds if others else 1.0
    strength = ramp(longest.seconds / seconds, 0.26, 0.36) * ramp(longest.seconds / usual, 1.3, 2)
    if longest.end >= seconds - 1:
        strength *= 0.6  # the dish may simply be done
    return [Evidence(Signal.IDLE, strength, longest.start + 0.7 * longest.seconds)]


def _restless(course: Course) -> list[Evidence]:
    """Hardly a pause from the moment the main thing came in until the hand last left the pan."""
    features, busy = course.features, course.busy
    start = max(course.changes, key=lambda change: change.gain).second if course.changes else 0.0
    worked = busy.t[busy.values > 0]
    if not len(worked) or worked[-1] - start < TOO_SHORT:
        return []
    strength = ramp(float(busy.between(start, float(worked[-1])).mean()), 0.91, 0.96)
    strength *= ramp((float(worked[-1]) - start) / features.seconds, 0.3, 0.5)
    if features.sizzle is None:
        strength *= 0.45  # a time-lapse, which has no sound, makes any hand look hasty
    busiest = max(np.arange(start, features.seconds - 3, 0.5), key=lambda t: features.motion.low(t, t + 4))
    return [Evidence(Signal.RESTLESS, strength, float(busiest) + 2)]
