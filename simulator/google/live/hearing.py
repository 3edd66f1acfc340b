"""Whether somebody speaks, by loudness alone: what automatic activity detection is on the desk. In the sound's own time."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

HEARD_RATE = 16_000
FRAME_SAMPLES = HEARD_RATE // 50
LOUD = 500  # of 32767, root mean square
BEGIN_FRAMES = 5  # a tenth of a second: a knock is shorter
QUIET_MS = 500  # until speech has ended, unless the setup says otherwise

Change = Literal["begins", "ends"]


@dataclass
class Ear:
    quiet_ms: int = QUIET_MS
    speech_seconds: float = 0.0
    _is_speech: bool = False
    _run: int = 0  # of frames that say otherwise
    _rest: bytes = b""
    _frame_bytes: int = field(default=FRAME_SAMPLES * 2, init=False)

    def hear(self, pcm: bytes) -> list[Change]:
        sound = self._rest + pcm
        whole = len(sound) - len(sound) % self._frame_bytes
        self._rest = sound[whole:]
        frames = np.frombuffer(sound[:whole], "<i2").reshape(-1, FRAME_SAMPLES).astype(np.float64)
        levels = np.sqrt(np.mean(frames**2, axis=1))
        changes = [self._take(bool(level > LOUD)) for level in levels]
        return [change for change in changes if change]

    def stop(self) -> list[Change]:
        """The microphone is off."""
        was_speech, self._is_speech, self._run = self._is_speech, False, 0
        return ["ends"] if was_speech else []

    def _take(self, is_loud: bool) -> Change | None:
        self.speech_seconds += FRAME_SAMPLES / HEARD_RATE if self._is_speech else 0
        self._run = self._run + 1 if is_loud != self._is_speech else 0
        needed = self.quiet_ms // 20 if self._is_speech else BEGIN_FRAMES
        if self._run < needed:
            return None
        self._is_speech, self._run = not self._is_speech, 0
        return "begins" if self._is_speech else "ends"
