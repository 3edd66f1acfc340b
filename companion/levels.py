"""How loud it is in the kitchen, and whether somebody may just have spoken: enough to notice that a model has gone silent, not to
understand anything. A pan that hisses evenly becomes the floor."""

from dataclasses import dataclass

import numpy as np

ABOVE_FLOOR = 3.0  # times as loud as the room
QUIETEST = 150.0  # of 32768: below this nobody speaks
RISE, FALL = 0.02, 0.2  # how fast the floor follows, a packet
SPOKEN_SECONDS = 0.3  # shorter is a pan's lid
SILENT_SECONDS = 0.6  # as long without a loud packet, and they are done


@dataclass
class SpeechLevel:
    """`ended_at`: when somebody last fell silent (the clock's seconds); None: nobody spoke since it was forgotten."""

    ended_at: float | None = None
    _floor: float = QUIETEST
    _loud_seconds: float = 0.0
    _loud_at: float | None = None

    def hear(self, pcm: bytes, rate: int, now: float) -> None:
        """PCM, 16 bit, mono."""
        samples = np.frombuffer(pcm, dtype="<i2")
        if not samples.size:
            return
        loudness = float(np.sqrt(np.mean(samples.astype(np.float32) ** 2)))
        if loudness > max(QUIETEST, self._floor * ABOVE_FLOOR):
            self._loud_seconds += samples.size / rate
            self._loud_at = now
        elif self._loud_at is not None and now - self._loud_at >= SILENT_SECONDS:
            if self._loud_seconds >= SPOKEN_SECONDS:
                self.ended_at = self._loud_at
            self._loud_seconds, self._loud_at = 0.0, None
        self._floor += (loudness - self._floor) * (RISE if loudness > self._floor else FALL)

    def forget(self) -> None:
        """Something came of it."""
        self.ended_at = None
