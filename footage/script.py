"""What happens in a clip and when: written for 24 seconds, then stretched to the clip's own length."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from knowledge_base.content import Signal

SCRIPT_SECONDS = 24.0
CLEAN = "clean"
TIMELAPSE = "timelapse"  # nothing goes wrong, nothing is heard, everything hurries


class Tool(StrEnum):
    BOWL = "bowl"
    SPATULA = "spatula"


@dataclass(frozen=True)
class ClipRecipe:
    """`variant` is "clean", "timelapse" or the name of a Signal; `size` is width and height in pixels;
    `light` is the kitchen's, where 1 is well lit."""

    dish: str
    variant: str = CLEAN
    seconds: float = 24.0
    size: tuple[int, int] = (720, 1280)
    seed: int = 1
    frames_per_second: int = 12
    light: float = 1.0


@dataclass(frozen=True)
class ClipEvent:
    second: float
    kind: str


@dataclass(frozen=True)
class ClipTruth:
    """What an analyst ought to find. `window` is when the fault shows, in seconds; None on a clean clip."""

    dish: str
    variant: str
    seconds: float
    events: tuple[ClipEvent, ...]
    signal: Signal | None
    window: tuple[float, float] | None


@dataclass(frozen=True)
class Hand:
    start: float
    end: float
    tool: Tool


Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Script:
    """Curves are (second, value) corners with straight lines between; values run from 0 to 1."""

    events: tuple[ClipEvent, ...]
    hands: tuple[Hand, ...]
    sizzle: Points
    haze: Points = ((0, 0),)
    haze_is_smoke: bool = False
    brown: Points = ((0, 0),)
    char: Points = ((0, 0),)
    window: tuple[float, float] | None = None

    def second_of(self, kind: str) -> float:
        """When something happens; never (infinity), if the script does not hold it."""
        return next((event.second for event in self.events if event.kind == kind), math.inf)

    def stir_seconds(self, t: float) -> float:
        """Seconds the spatula has been at work up to `t`: food moves with it and rests with it."""
        return sum(max(0.0, min(t, h.end) - h.start) for h in self.hands if h.tool is Tool.SPATULA)

    def retime(self, warp: Callable[[float], float]) -> "Script":
        def points(curve: Points) -> Points:
            return tuple((warp(t), value) for t, value in curve)

        return Script(
            events=tuple(ClipEvent(warp(e.second), e.kind) for e in self.events),
            hands=tuple(Hand(warp(h.start), warp(h.end), h.tool) for h in self.hands),
            sizzle=points(self.sizzle),
            haze=points(self.haze),
            haze_is_smoke=self.haze_is_smoke,
            brown=points(self.brown),
            char=points(self.char),
            window=(warp(self.window[0]), warp(self.window[1])) if self.window else None,
        )


def value_at(curve: Points, t: float) -> float:
    if t <= curve[0][0]:
        return curve[0][1]
    for (t0, v0), (t1, v1) in pairwise(curve):
        if t <= t1:
            return v0 + (v1 - v0) * (t - t0) / max(t1 - t0, 1e-6)
    return curve[-1][1]


def _events(**seconds: float) -> tuple[ClipEvent, ...]:
    return tuple(ClipEvent(second, kind) for kind, second in seconds.items())


def _pours(*seconds: float) -> tuple[Hand, ...]:
    return tuple(Hand(second - 0.4, second + 0.5, Tool.BOWL) for second in seconds)


def _stirs(*spans: tuple[float, float]) -> tuple[Hand, ...]:
    return tuple(Hand(start, end, Tool.SPATULA) for start, end in spans)


def _fried_rice(variant: str) -> Script:
    pours = _pours(1.5, 4.5, 8.5, 17.5)
    clean = Script(
        events=_events(oil=1.5, egg=4.5, stir=6, rice=8.5, toss=9.5, season=17.5, done=21.5),
        hands=pours + _stirs((6, 8), (9.5, 12), (14, 16.5), (18.4, 20.8)),
        sizzle=((0, 0), (1.6, 0.02), (4.4, 0.12), (4.6, 0.95), (6, 0.7), (8.4, 0.55), (8.7, 1), (12, 0.75),
                (17, 0.6), (17.6, 0.9), (20, 0.6), (22, 0.4), (24, 0.25)),
        haze=((8.5, 0), (9.5, 0.07), (20, 0.05)),
        brown=((17.5, 0), (20, 0.35)),
    )  # fmt: skip
    match variant:
        case Signal.SMOKE:
            return replace(clean, haze=((2, 0), (3.8, 0.75), (5, 0.85), (8.5, 0.15), (11, 0.04)), haze_is_smoke=True,
                           window=(2.6, 7.5))  # fmt: skip
        case Signal.STEAM:
            quiet = ((0, 0), (4.4, 0.12), (4.6, 0.9), (8.4, 0.5), (8.7, 0.6), (11, 0.4), (24, 0.3))
            return replace(clean, haze=((8.5, 0), (11, 0.6), (13.5, 0.8), (16, 0.65), (19, 0.1)), sizzle=quiet,
                           window=(9.5, 17.5))  # fmt: skip
        case Signal.CHARRING:
            return replace(clean, char=((13.5, 0), (15, 0.25), (19, 1)), window=(14.5, 22))
        case Signal.WEAK_SIZZLE:
            cold = ((0, 0), (4.5, 0.01), (9, 0.05), (14, 0.25), (18, 0.6), (24, 0.5))
            return replace(clean, sizzle=cold, window=(4, 10.5))
        case Signal.BROWNED_EARLY:
            late = _events(oil=1.5, egg=4.5, stir=6, rice=12, toss=13, season=17.5, done=21.5)
            hands = _pours(1.5, 4.5, 12, 17.5) + _stirs((6, 7), (13, 15), (15.5, 17), (18.2, 21.3))
            sizzle = (*clean.sizzle[:5], (11.9, 0.6), (12.2, 1), *clean.sizzle[8:])
            return replace(clean, events=late, hands=hands, sizzle=sizzle,
                           brown=((6, 0), (7.5, 0.2), (10.5, 1), (24, 1)), window=(7.5, 12.2))  # fmt: skip
        case Signal.IDLE:
            late = _events(oil=1.5, egg=4.5, stir=6, rice=8.5, season=20, done=22.5)
            hands = _pours(1.5, 4.5, 8.5, 20) + _stirs((6, 8), (21, 22.3))
            return replace(clean, events=late, hands=hands, window=(9.3, 19.6))
    return clean


def _steak(variant: str) -> Script:
    pours = _pours(1.5, 4.5)
    turn, baste = (11.4, 12.4), (16.5, 19)
    clean = Script(
        events=_events(oil=1.5, steak=4.5, flip=12, butter=16, baste=16.5, done=22),
        hands=pours + _pours(16) + _stirs(turn, baste),
        sizzle=((0, 0), (1.6, 0.03), (4.4, 0.1), (4.6, 1), (8, 0.8), (11.8, 0.6), (12.2, 0.95), (16, 0.65),
                (17, 0.75), (20, 0.5), (24, 0.35)),
        haze=((5, 0), (7, 0.06), (20, 0.05)),
        brown=((0, 0), (4.5, 0.7), (12, 0.85), (20, 1)),
    )  # fmt: skip
    match variant:
        case Signal.SMOKE:
            return replace(clean, haze=((11, 0.05), (13, 0.5), (15.5, 0.85), (18, 0.75), (21, 0.15)),
                           haze_is_smoke=True, window=(12.4, 19.5))  # fmt: skip
        case Signal.STEAM:
            return replace(
                clean, haze=((4.5, 0), (6, 0.5), (8, 0.8), (10, 0.65), (13, 0.08)), window=(5.2, 11.2)
            )
        case Signal.CHARRING:
            return replace(clean, char=((11.9, 0), (12.1, 0.25), (15, 0.5), (19, 1)), window=(11.9, 22))
        case Signal.WEAK_SIZZLE:
            cold = ((0, 0), (4.5, 0.01), (8, 0.06), (12, 0.3), (12.3, 0.6), (24, 0.4))
            return replace(clean, sizzle=cold, window=(4, 8))
        case Signal.NO_BROWNING:
            return replace(clean, brown=((0, 0), (24, 0.03)), window=(11.5, 24))
        case Signal.RESTLESS:
            hands = pours + _stirs((5.2, 9.6), (9.9, 15.2), (15.6, 21.6))
            return replace(clean, hands=hands, window=(5, 21.8))
        case Signal.IDLE:
            late = _events(oil=1.5, steak=4.5, flip=20.5, done=23)
            return replace(clean, events=late, hands=pours + _stirs((19.9, 21)), window=(6.5, 20))
    return clean


def _pomodoro(variant: str) -> Script:
    pours = _pours(1.5, 4, 9, 18.5)
    clean = Script(
        events=_events(oil=1.5, garlic=4, tomato=9, stir=10, basil=18.5, done=22),
        hands=pours + _stirs((6, 6.8), (10, 12), (14, 15.5), (17, 17.8), (19.5, 21)),
        sizzle=(
            (0, 0),
            (1.6, 0.02),
            (3.9, 0.06),
            (4.2, 0.35),
            (8.9, 0.4),
            (9.2, 1),
            (11, 0.7),
            (15, 0.45),
            (24, 0.4),
        ),
        haze=((9, 0), (10, 0.08), (20, 0.06)),
        brown=((4, 0), (9, 0.25)),
    )
    match variant:
        case Signal.SMOKE:
            return replace(clean, haze=((1.8, 0), (3.6, 0.7), (5, 0.85), (8.5, 0.15), (11, 0.05)), haze_is_smoke=True,
                           window=(2.4, 7.5))  # fmt: skip
        case Signal.CHARRING:
            return replace(clean, char=((13.5, 0), (15, 0.3), (19, 1)), window=(14.5, 22))
        case Signal.WEAK_SIZZLE:
            cold = ((0, 0), (4, 0.01), (9, 0.02), (13, 0.08), (18, 0.35), (24, 0.4))
            return replace(clean, sizzle=cold, window=(8.5, 12))
        case Signal.BROWNED_EARLY:
            return replace(clean, brown=((4, 0), (5, 0.2), (7.2, 1), (9, 1)), window=(5.8, 9.2))
        case Signal.IDLE:
            late = _events(oil=1.5, garlic=4, tomato=9, basil=20.5, done=22.5)
            hands = _pours(1.5, 4, 9, 20.5) + _stirs((6, 6.8), (21.2, 22))
            return replace(clean, events=late, hands=hands, window=(9.8, 20.2))
    return clean


_WRITERS: dict[str, Callable[[str], Script]] = {
    "fried-rice": _fried_rice,
    "beef-steak": _steak,
    "pomodoro": _pomodoro,
}
_FAULTS: dict[str, tuple[Signal, ...]] = {
    "fried-rice": (Signal.SMOKE, Signal.STEAM, Signal.CHARRING, Signal.WEAK_SIZZLE, Signal.BROWNED_EARLY, Signal.IDLE),
    "beef-steak": (Signal.SMOKE, Signal.STEAM, Signal.CHARRING, Signal.WEAK_SIZZLE, Signal.NO_BROWNING,
                   Signal.RESTLESS, Signal.IDLE),
    "pomodoro": (Signal.SMOKE, Signal.CHARRING, Signal.WEAK_SIZZLE, Signal.BROWNED_EARLY, Signal.IDLE),
}  # fmt: skip


def dishes() -> tuple[str, ...]:
    return tuple(_WRITERS)


def variants(dish: str) -> tuple[str, ...]:
    """Those a dish is drawn in. Raises KeyError for a dish without a script."""
    return (CLEAN, TIMELAPSE, *(signal.value for signal in _FAULTS[dish]))


def script_for(recipe: ClipRecipe) -> Script:
    """The recipe's script in the clip's own seconds; each seed cooks a little ahead of time or behind it.

    Raises ValueError for a dish or variant that is not drawn.
    """
    if recipe.dish not in _WRITERS or recipe.variant not in variants(recipe.dish):
        raise ValueError(f"no {recipe.variant!r} clip of {recipe.dish!r} is drawn")
    lead = random.Random(recipe.seed).uniform(-0.7, 0.7)  # noqa: S311 - a drawing, not a secret

    def warp(t: float) -> float:
        ahead = t + lead * math.sin(2 * math.pi * t / SCRIPT_SECONDS)
        return ahead * recipe.seconds / SCRIPT_SECONDS

    return _WRITERS[recipe.dish](recipe.variant).retime(warp)


def truth_of(recipe: ClipRecipe) -> ClipTruth:
    script = script_for(recipe)
    return ClipTruth(
        dish=recipe.dish,
        variant=recipe.variant,
        seconds=recipe.seconds,
        events=tuple(ClipEvent(round(e.second, 2), e.kind) for e in script.events),
        signal=Signal(recipe.variant) if script.window else None,
        window=(round(script.window[0], 2), round(script.window[1], 2)) if script.window else None,
    )
