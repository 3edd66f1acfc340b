"""What a call knows of itself, across its connections. It is never written down, and gone with the call."""

from collections import deque
from dataclasses import dataclass, field

from companion.plan import CallPlan, Moment
from companion.recordings import Recording
from models.coaching import ModelCall

MOST_LINES = 12
AGAIN_BYTES = 20 * 24_000 * 2  # of speech, to be said again


@dataclass
class Memory:
    plan: CallPlan
    handle: str | None = None
    moments_said: int = 0
    heard: str = ""  # in this turn
    said: str = ""
    is_speaking: bool = False  # the model, in this turn
    is_hushed: bool = False  # what it still says in this turn is not for the learner
    played: Recording | None = None  # the latest, in place of the model's words
    played_until: float = 0.0  # about when it has been heard
    is_looking: bool = False  # it was asked to look, and says nothing unless it finds
    warned_until: dict[Recording, float] = field(default_factory=dict)
    deaf_until: float = 0.0  # until when the model is not taken for deaf once more
    calls: list[ModelCall] = field(default_factory=list)  # since the last sign of life
    latest_speech: bytes = b""
    _speech: bytearray = field(default_factory=bytearray)
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_LINES))

    @property
    def next_moment(self) -> Moment | None:
        left = self.plan.moments[self.moments_said :]
        return left[0] if left else None

    def take_moment(self, cue: object) -> Moment | None:
        """The one that was looked for, or the next with this `cue`: its turn is over then, and that of those before it."""
        for number, each in enumerate(self.plan.moments):
            if number >= self.moments_said and cue in (None, each.cue):
                self.moments_said = number + 1
                return each
        return None

    @property
    def so_far(self) -> str:
        return "\n".join(self._lines)

    @property
    def is_answered(self) -> bool:
        """Nobody waits for anything."""
        return not self.is_speaking and not self.heard

    def keep_speech(self, pcm: bytes) -> None:
        if len(self._speech) + len(pcm) <= AGAIN_BYTES:
            self._speech += pcm

    def end_hush(self) -> None:
        """What the turn goes on with is heard again; what was taken back is not said once more."""
        self.said = ""
        self._speech.clear()
        self.is_hushed = False

    def end_turn(self) -> None:
        """The model has said what it had to say."""
        if self.heard:
            self._lines.append(f"学習者「{self.heard}」")
        if self.said and not self.is_hushed:
            self._lines.append(f"あなた「{self.said}」")
        if self._speech and not self.is_hushed:
            self.latest_speech = bytes(self._speech)
        self._speech.clear()
        self.heard = self.said = ""
        self.is_speaking = self.is_hushed = self.is_looking = False
