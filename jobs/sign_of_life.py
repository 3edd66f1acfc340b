"""How long ago something was last seen to work."""

import time
from dataclasses import dataclass, field


@dataclass
class SignOfLife:
    """Counts from its own making until the first sign. Thread-safe."""

    _at: float = field(default_factory=time.monotonic)

    def note(self) -> None:
        """It has just worked."""
        self._at = time.monotonic()

    def silence(self) -> float:
        """Seconds since the last sign."""
        return time.monotonic() - self._at
