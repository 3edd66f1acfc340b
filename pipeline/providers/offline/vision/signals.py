"""From the course of a cook to evidence: which signals the footage shows, how strongly, and when.

A strength runs from 0 to 1. Each rule is a comparison of the clip with itself, between two corners: below
the first nothing is claimed, above the second the signal is plain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from knowledge_base.content import Signal
from pipeline.providers.offline.vision.blackening import blackening_seconds
from pipeline.providers.offline.vision.course import AUDIBLE_RANGE_DB, Course, loudness_range
from pipeline.providers.offline.vision.haze import HAZY
from pipeline.providers.offline.vision.series import Series, ramp

TOO_BRIGHT = 0.2  # of the pan in glare: nothing is told from the food's colours beyond it
TOO_SHAKY = 0.06  # of the picture's longer side, from picture to picture
CLOSE_PICTURES, APART_PICTURES = 0.25, 0.6  # seconds between two of them
_PATIENCE_SECONDS = 6.0  # no judging of patience in less
_FLARES, _FLARE_SECONDS = 3, 1.0  # pictures that flames must last, and for how long
_CLEAR = 0.3  # of the thickest haze: the view before it came
_CLEAR_SECONDS = 0.5  # that the clip shows it, at least
_SAME_VIEW = 0.8  # likeness of the surroundings
_BLACK_SECONDS = 2.0  # that what chars stays black, at least
LOUD_ROOM_DB = -50.0  # a room louder than this hides a sizzle


@dataclass(frozen=True)
class Evidence:
    signal: Signal
    strength: float
    second: float  # when it shows best


def find_evidence(course: Course) -> list[Evidence]:
    """Strongest first; only what can be judged at all (its scope, glare, sound, a steady picture)."""
    features = course.features
    rules: list[Callable[[Course], list[Evidence]]] = [_flames, _smoke]
    if features.scope.is_whole:
        rules += [_steam, _weak_sizzle, _charring]
    if features.scope.is_whole and features.glare <= TOO_BRIGHT:
        rules += [_early_browning, _no_browning]
    if features.scope.is_whole and features.sway <= TOO_SHAKY:
        rules += [_idleness, _restlessness]
    evidence = [each for rule in rules for each in rule(course) if each.strength > 0]
    return sorted(evidence, key=lambda each: -each.strength)


def _strongest(evidence: list[Evidence]) -> list[Evidence]:
    return [max(evidence, key=lambda each: each.strength)] if evidence else []


def _flames(course: Course) -> list[Evidence]:
    """They leap for a second at least: each picture of it must show them somewhere else."""
    flicker = course.features.flicker
    count = max(_FLARES, round(_FLARE_SECONDS / flicker.interval)) if flicker.interval else _FLARES
    if len(flicker.values) < count:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(flicker.values, count)
    strengths = np.where(windows.min(axis=1) > 0, np.median(windows, axis=1), 0)
    best = int(np.argmax(strengths))
    return [Evidence(Signal.FLAMES, float(strengths[best]), float(flicker.t[best + count // 2]))]


def _smoke(course: Course) -> list[Evidence]:
    return [Evidence(Signal.SMOKE, haze.strength * haze.smokiness, haze.second) for haze in _haze(course)]


def _steam(course: Course) -> list[Evidence]:
    return [
        Evidence(Signal.STEAM, haze.strength * (1 - haze.smokiness), haze.second) for haze in _haze(course)
    ]


@dataclass(frozen=True)
class _Haze:
    strength: float
    smokiness: float  # 0 is steam, 1 smoke
    second: float


def _haze(course: Course) -> list[_Haze]:
    """Smoke is bluish, steam is as white as the light; haze over a pan with nothing wet in it is smoke.

    Only haze that has come over a view that was clear before and is the same still: what hangs over boiling water from
    the first picture on, or comes with another view, tells nothing.
    """
    features = course.features
    haze = features.haze.smooth(1.5)
    peak = float(haze.values.max())
    thick = haze.values >= 0.85 * peak
    second = float(np.median(haze.t[thick]))
    clear = haze.t[(haze.values <= _CLEAR * peak) & (haze.t < second)]
    if not len(clear) or clear[-1] - haze.t[0] < _CLEAR_SECONDS:
        return []
    if features.likeness.low(float(clear[-1]) - _CLEAR_SECONDS, second) < _SAME_VIEW:
        return []
    blueness = float(np.median(features.haze_blueness.values[thick]))
    smoke = ramp(blueness, 1.1, 1.25)
    if smoke > 0 and features.scope.is_whole and second < course.first_addition:
        smoke = min(1.0, smoke + 0.3)
    return [_Haze(ramp(peak, 0.05, 0.13), smoke, second)]


def _charring(course: Course) -> list[Evidence]:
    """Spots blacker than either food or pan were there before, and that stay so; food just laid in brings its own shadow.

    What chars has browned before.
    """
    features = course.features
    lasting = [features.black.low(t - 1, t + _BLACK_SECONDS) for t in features.black.t]
    food = np.maximum(features.area.smooth(3).values, 0.15)
    share = np.array(lasting) / food
    share[features.haze.values > HAZY] = 0
    for change in course.changes:
        if change.is_addition and change.size >= 0.5:
            since = features.black.t - change.second
            share[(since > -1) & (since < blackening_seconds(features.seconds) + 1)] = 0
    best = int(np.argmax(share))
    second = float(features.black.t[best])
    browned = ramp(float(features.brown.smooth(0.8).between(0, second).max()), 0.02, 0.05)
    return [Evidence(Signal.CHARRING, ramp(float(share[best]), 0.01, 0.04) * browned, second)]


def _weak_sizzle(course: Course) -> list[Evidence]:
    """Little sound at an addition, the more telling the more comes in: oil need not be heard, a steak must."""
    sizzle = course.features.sizzle
    if sizzle is None:
        return []
    quiet, loud = loudness_range(sizzle)
    if loud - quiet < AUDIBLE_RANGE_DB:
        return _no_sizzle(course, sizzle)
    largest_gain = max((change.gain for change in course.changes), default=0.0)
    evidence = []
    for change in course.changes:
        if change.is_addition and change.sizzle is not None:
            quietness = 1 - ramp(change.sizzle, 0.35, 0.7)
            weight = ramp(change.size, 0.4, 0.8) * ramp(change.gain / largest_gain, 0.35, 0.6)
            evidence.append(Evidence(Signal.WEAK_SIZZLE, quietness * weight, change.second))
    return _strongest(evidence)


def _no_sizzle(course: Course, sizzle: Series) -> list[Evidence]:
    """An even quiet is a cold pan; an even noise is a fan, and says nothing."""
    additions = [change for change in course.changes if change.is_addition]
    if not additions or float(np.median(sizzle.values)) > LOUD_ROOM_DB:
        return []
    main = max(additions, key=lambda change: change.size)
    return [Evidence(Signal.WEAK_SIZZLE, 0.6, main.second)]


def _early_browning(course: Course) -> list[Evidence]:
    """What came last browns, and then the next thing covers it."""
    brown = course.features.brown.smooth(0.8)
    evidence = []
    for before, after in pairwise((0.0, *(change.second for change in course.changes))):
        if after - before < 2:
            continue
        wait = brown.between(before, after)
        peak = float(wait.max())
        rise = peak - float(wait[: int(np.argmax(wait)) + 1].min())
        cover = 1 - float(brown.between(after + 0.7, after + 3).max()) / max(peak, 0.01)
        strength = ramp(rise, 0.12, 0.35) * ramp(cover, 0.35, 0.55)
        evidence.append(Evidence(Signal.BROWNED_EARLY, strength, max(before, after - 0.8)))
    return _strongest(evidence)


def _no_browning(course: Course) -> list[Evidence]:
    """Pale at the end: neither brown nor any darker than it was at its lightest."""
    features, end = course.features, course.features.seconds
    start = course.first_addition + 1
    if end - start < _PATIENCE_SECONDS / 2 or features.area.median(start, end) < 0.1:
        return []
    brown = float(features.brown.smooth(1.5).between((start + end) / 2, end).max())
    brightness = features.food_brightness.smooth(2)
    palest = float(np.percentile(brightness.between(start, end), 95))
    darkening = 1 - brightness.median(end - 0.15 * end, end) / max(palest, 0.05)
    pale = features.pale.median(end - 0.15 * end, end)
    strength = ramp(pale, 0.25, 0.5) * (1 - max(ramp(brown, 0.06, 0.22), ramp(darkening, 0.04, 0.12)))
    return [Evidence(Signal.NO_BROWNING, strength, start + 0.8 * (end - start))]


def _idleness(course: Course) -> list[Evidence]:
    seconds = course.features.seconds
    if not course.rests:
        return []
    longest, *others = sorted(course.rests, key=lambda rest: -rest.seconds)
    usual = others[0].seconds if others else 1.0
    strength = ramp(longest.seconds / seconds, 0.26, 0.36) * ramp(longest.seconds / usual, 1.3, 2)
    if longest.end >= seconds - 1:
        strength *= 0.6  # the dish may simply be done
    return [Evidence(Signal.IDLE, strength, longest.start + 0.7 * longest.seconds)]


def _restlessness(course: Course) -> list[Evidence]:
    """Hardly a pause from the moment the main thing comes in until the hand last leaves the pan.

    A pause between two pictures is not seen: the further they lie apart, the fewer may show, and from a certain distance on
    nothing is said.
    """
    features, work = course.features, course.work
    unseen = max(0.0, work.interval - CLOSE_PICTURES)
    if work.interval > APART_PICTURES:
        return []
    start = max(course.changes, key=lambda change: change.gain).second if course.changes else 0.0
    seconds_at_work = work.t[work.values > 0]
    if not len(seconds_at_work) or seconds_at_work[-1] - start < _PATIENCE_SECONDS:
        return []
    end = float(seconds_at_work[-1])
    strength = ramp(float(work.between(start, end).mean()), 0.91 + 0.16 * unseen, 0.96 + 0.12 * unseen)
    strength *= ramp((end - start) / features.seconds, 0.3, 0.5)
    if features.sizzle is None:
        strength *= 0.45  # a time-lapse, which has no sound, makes any hand look hasty
    busiest = max(np.arange(start, features.seconds - 3, 0.5), key=lambda t: features.motion.low(t, t + 4))
    return [Evidence(Signal.RESTLESS, strength, float(busiest) + 2)]
