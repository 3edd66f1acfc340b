"""Everything that crossed a border, in order."""

from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar


@dataclass(kw_only=True)
class Crossing:
    """One request with its answer. `at` in ms of the double's clock."""

    seq: int = 0  # its place in the log, from 1
    at: int
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    request: Any = None
    status: int | None = None
    response: Any = None
    duration_ms: float | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


AnyCrossing = TypeVar("AnyCrossing", bound=Crossing)


@dataclass
class Log(Generic[AnyCrossing]):
    _crossings: list[AnyCrossing] = field(default_factory=list)

    def open(self, crossing: AnyCrossing) -> AnyCrossing:
        """Gives a request its place in the order as it starts; the answer is filled in later."""
        self._crossings.append(crossing)
        crossing.seq = len(self._crossings)
        return crossing

    def after(self, seq: int) -> list[dict[str, Any]]:
        return [asdict(crossing) for crossing in self._crossings[max(seq, 0) :]]
