"""Sound as it comes, cut into equal steps."""

from collections.abc import Iterator

import numpy as np

from companion.ports import HEARD_RATE
from pipeline.providers.offline.vision.arrays import Floats

STEP = 512  # samples, of which the network for speech hears one after the other
STEP_SECONDS = STEP / HEARD_RATE

Samples = Floats  # mono, at HEARD_RATE, between -1 and 1


class Steps:
    def __init__(self) -> None:
        self._rest = b""

    def of(self, pcm: bytes) -> Iterator[Samples]:
        """Those that are whole by now; what is left over belongs to the next."""
        heard = self._rest + pcm
        size = 2 * STEP
        whole = len(heard) - len(heard) % size
        self._rest = heard[whole:]
        for start in range(0, whole, size):
            samples = np.frombuffer(heard[start : start + size], "<i2").astype(np.float32)
            yield samples / np.float32(32768)
