"""What one call hears and sees. Its clock is the sound that was heard, which comes as it sounds: by it one knows whether
what was said is over."""

from collections.abc import Iterator

from companion.offline.ears import Ears, SpeechBegan, Utterance
from companion.offline.eyes import Danger, Eyes
from companion.offline.pan import PanSound
from companion.offline.steps import STEP_SECONDS, Samples, Steps
from companion.plan import Cue

Noticed = SpeechBegan | Utterance | Cue


class Senses:
    """Raises OfflinePackageMissing when it is made."""

    def __init__(self) -> None:
        self._steps, self._ears, self._pan, self._eyes = Steps(), Ears(), PanSound(), Eyes()
        self._clock = self._speaks_until = 0.0  # seconds of sound

    @property
    def we_speak(self) -> bool:
        return self._clock < self._speaks_until

    def we_say(self, seconds: float) -> None:
        """After what is being said."""
        self._speaks_until = max(self._clock, self._speaks_until) + seconds

    def we_fall_silent(self) -> None:
        self._speaks_until = self._clock

    def listen(self, pcm: bytes) -> list[Noticed]:
        return [noticed for step in self._steps.of(pcm) for noticed in self._listen(step)]

    def pause(self) -> Utterance | None:
        """The microphone goes off."""
        return self._ears.end()

    def look(self, jpeg: bytes) -> Danger | None:
        return self._eyes.look(jpeg)

    def _listen(self, step: Samples) -> Iterator[Noticed]:
        self._clock += STEP_SECONDS
        if said := self._ears.listen(step, over_us=self.we_speak):
            yield said
        is_speech = self._ears.is_voice or self._ears.is_speech or self.we_speak
        if cue := self._pan.listen(step, is_speech=is_speech):
            yield cue
