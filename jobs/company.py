"""Work of one process, beside each other or alone: what may end the process shall take no other work along."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Company:
    """Many may work beside each other; who works alone waits for them, and lets no other begin meanwhile."""

    _change: threading.Condition = field(default_factory=threading.Condition)
    _working: int = 0
    _alone: int = 0  # who wants to be

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        with self._change:
            self._change.wait_for(lambda: self._alone == 0)
            self._working += 1
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._change:
            self._alone += 1
        try:
            with self._change:
                self._change.wait_for(lambda: self._working == 0)
                self._working += 1
            try:
                yield
            finally:
                self._leave()
        finally:
            with self._change:
                self._alone -= 1
                self._change.notify_all()

    def _leave(self) -> None:
        with self._change:
            self._working -= 1
            self._change.notify_all()
