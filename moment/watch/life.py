"""Whether a process still does its work: nothing that it needs or does has been silent for too long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

SILENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Report:
    """`silence` of each thing that must give signs, in seconds."""

    silence: Mapping[str, float]

    @property
    def is_alive(self) -> bool:
        return all(seconds <= SILENCE_SECONDS for seconds in self.silence.values())


@dataclass(frozen=True)
class Life:
    """`signs`: by name, how to learn of something's silence, in seconds."""

    signs: Mapping[str, Callable[[], float]]

    def report(self) -> Report:
        return Report({name: silence() for name, silence in self.signs.items()})
