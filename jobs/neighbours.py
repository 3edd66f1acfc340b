"""Work of one process, beside each other or alone: what may end the process shall take no other work along."""

import threading
import time
from dataclasses import dataclass, field

RESERVED_SECONDS = 30.0  # for who wants to be alone and comes again


@dataclass
class Neighbours:
    """Nobody waits here, for whoever waits would die with the others; they come again. Thread-safe."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _working: int = 0
    _is_alone: bool = False
    _reserved_until: float = 0.0

    def enter(self, *, alone: bool) -> bool:
        """Whether the work may begin; it ends with `leave`. While one who wants to be alone is refused, no other begins."""
        now = time.monotonic()
        with self._lock:
            if alone:
                self._reserved_until = now + RESERVED_SECONDS
                if self._working:
                    return False
            elif self._is_alone or now < self._reserved_until:
                return False
            self._is_alone = alone
            self._working += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._working -= 1
            if self._is_alone:
                self._is_alone, self._reserved_until = False, 0.0
