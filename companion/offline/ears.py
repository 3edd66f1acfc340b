"""When somebody speaks: Silero's network, which faster-whisper brings, with its state kept from step to step."""

from collections import deque
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from companion.offline.steps import STEP_SECONDS, Samples
from pipeline.providers.offline.packages import require

_CONTEXT = 64  # samples of the step before, that the network hears once more
_STATE = (1, 1, 128)
_SPEECH, _SILENCE = 0.5, 0.35  # Silero's own: above the one it begins, below the other it may be over
_BEGINS = 4  # steps with a voice, more than without
_BEGINS_OVER_US = 6  # what comes back of our own voice is mostly cancelled, and falters
_ENDS = round(0.7 / STEP_SECONDS)
_BEFORE = round(0.4 / STEP_SECONDS)  # steps before it begins, which hold its first sound
_LONGEST = round(20 / STEP_SECONDS)


@dataclass(frozen=True)
class SpeechBegan:
    pass


@dataclass(frozen=True)
class Utterance:
    samples: Samples


class Ears:
    """Of one call. Raises OfflinePackageMissing when it is made."""

    def __init__(self) -> None:
        self._network = _network()
        self.forget()

    def forget(self) -> None:
        """What was heard until now: the microphone was off."""
        self._h, self._c = np.zeros(_STATE, np.float32), np.zeros(_STATE, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._steps: deque[Samples] = deque(maxlen=_BEFORE + _BEGINS_OVER_US)
        self._speech: list[Samples] = []
        self._run = 0  # steps: with a voice before it begins, without one in a row after
        self.is_voice = False  # in the last step

    @property
    def is_speech(self) -> bool:
        return bool(self._speech)

    def listen(self, step: Samples, *, over_us: bool) -> SpeechBegan | Utterance | None:
        """`over_us`: while we speak ourselves."""
        probability = self._probability(step)
        self.is_voice = probability >= _SPEECH
        if self.is_speech:
            return self._go_on(step, probability)
        self._steps.append(step)
        # Between two syllables it falters: a step back, not the beginning.
        self._run = self._run + 1 if self.is_voice else max(0, self._run - 1)
        if self._run < (_BEGINS_OVER_US if over_us else _BEGINS):
            return None
        self._speech, self._run = list(self._steps), 0
        return SpeechBegan()

    def end(self) -> Utterance | None:
        """The microphone goes off: what was said until now is all."""
        speech = self._speech
        self.forget()
        return Utterance(np.concatenate(speech)) if speech else None

    def _go_on(self, step: Samples, probability: float) -> Utterance | None:
        self._speech.append(step)
        if self.is_voice:
            self._run = 0
        elif probability < _SILENCE or self._run:
            self._run += 1
        if self._run < _ENDS and len(self._speech) < _LONGEST:
            return None
        utterance = Utterance(np.concatenate(self._speech))
        self._speech, self._run = [], 0
        self._steps.clear()
        return utterance

    def _probability(self, step: Samples) -> float:
        heard = np.concatenate((self._context, step))[None]
        speech, self._h, self._c = self._network.run(None, {"input": heard, "h": self._h, "c": self._c})
        self._context = step[-_CONTEXT:]
        return float(speech[0])


@cache
def _network() -> Any:
    """One for all calls: the state is the caller's, and it may run in several threads at once."""
    require("faster_whisper", "faster-whisper")
    runtime = require("onnxruntime", "onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1  # a step takes less than a millisecond
    options.inter_op_num_threads = 1
    model = files("faster_whisper") / "assets" / "silero_vad_v6.onnx"
    return runtime.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])
