"""What the pan sounds like: it begins to sizzle, and grows quiet again, each against the room's own quiet.

A tap or a fan may sound alike: what is said at a cue must be right then, too.
"""

from collections import deque

import numpy as np

from companion.offline.steps import Samples
from companion.plan import Cue
from pipeline.providers.offline.vision.sound import HOP, sizzle_levels

_PER_SECOND = 4  # levels
_FLOOR = (
    5 * _PER_SECOND
)  # levels, of which the quieter ones tell what it was before: warming oil grows louder slowly
_SETTLED = 2 * _PER_SECOND  # of them, before anything is judged
_RISE = 15.0  # dB over the floor
_SOUNDS = _PER_SECOND  # levels in a row
_QUIET_AGAIN = 4 * _PER_SECOND
_INAUDIBLE = -75.0  # dB: digital silence is no room's floor


class PanSound:
    """Of one call."""

    def __init__(self) -> None:
        self._heard: list[Samples] = []
        self._count = 0
        self._spoken = False
        self._levels: deque[float] = deque(maxlen=_FLOOR)
        self._sizzle: list[float] = []  # levels since it sizzles
        self._before = _INAUDIBLE  # the level before it did
        self._run = 0

    def listen(self, step: Samples, *, is_speech: bool) -> Cue | None:
        """What begins with it."""
        self._heard.append(step)
        self._count += len(step)
        self._spoken |= is_speech
        if self._count < HOP:
            return None
        heard = np.concatenate(self._heard)
        was_spoken, self._spoken = self._spoken, False
        self._heard, self._count = [heard[HOP:]], len(heard) - HOP
        if was_spoken:  # sibilants are as high as sizzling
            return None
        return self._judge(max(float(sizzle_levels(heard[:HOP])[0]), _INAUDIBLE))

    def _judge(self, level: float) -> Cue | None:
        if self._sizzle:
            return self._sizzling(level)
        floor = self._floor()
        if floor is not None and level >= floor + _RISE:
            self._run += 1
        else:
            self._run = 0
            self._levels.append(level)
        if self._run < _SOUNDS:
            return None
        self._sizzle, self._before, self._run = [level], floor or _INAUDIBLE, 0
        return Cue.SIZZLE

    def _sizzling(self, level: float) -> Cue | None:
        """Quiet is nearer to the room than to the pan at its loudest."""
        self._sizzle.append(level)
        loud = float(np.percentile(self._sizzle, 90))
        self._run = self._run + 1 if level < (loud + self._before) / 2 else 0
        if self._run < _QUIET_AGAIN:
            return None
        self._sizzle, self._run = [], 0
        return Cue.QUIET

    def _floor(self) -> float | None:
        if len(self._levels) < _SETTLED:
            return None
        return float(np.percentile(self._levels, 30))
