"""Where one becomes a friend of our account: LINE knows its basic id, and is asked for it once."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from errors import MomentError
from logs.logger import get_logger

log = get_logger(__name__)

# LINE docs: Using the LINE URL scheme, "Sharing a LINE Official Account".
ADD_FRIEND = "https://line.me/R/ti/p/"
ASK_AGAIN_SECONDS = 60.0  # after LINE has not told


@dataclass
class FriendLink:
    """One a process. `ask` asks LINE; on a desk `desk_url` is where the simulator's chats are. Thread-safe."""

    ask: Callable[[], str]
    desk_url: str | None = None
    _basic_id: str | None = None
    _ask_at: float = 0.0
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def url(self) -> str | None:
        """None while LINE does not tell; nobody waits for another who asks."""
        if self.desk_url:
            return f"{self.desk_url}/"
        if self._basic_id is None and self._asking.acquire(blocking=False):
            try:
                self._find_out()
            finally:
                self._asking.release()
        return f"{ADD_FRIEND}{self._basic_id}" if self._basic_id else None

    def _find_out(self) -> None:
        if time.monotonic() < self._ask_at:
            return
        self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
        try:
            self._basic_id = self.ask()
        except MomentError as error:
            # The page is shown without its link: worth a look, and no reason to fail.
            log.warning("LINE tells no basic id: the landing page has no link", reason=type(error).__name__)
