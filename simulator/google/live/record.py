"""What a test may know of a connection."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class TurnRecord:
    """Times in ms of the desk's clock: when it was set off, and when the first sound of it went out."""

    trigger: str
    set_off_ms: int
    first_sound_ms: int | None = None
    said: str = ""
    end: str = ""  # complete, interrupted, or the fault that struck


@dataclass
class Record:
    """`setup` and the `first` message of each kind as they came; media as size and hash."""

    opened_ms: int
    session: str
    is_resumed: bool
    setup: dict[str, Any]
    first: dict[str, Any] = field(default_factory=dict)
    audio_bytes: int = 0
    frames_taken: int = 0
    frames_dropped: int = 0
    pauses: int = 0
    texts: list[str] = field(default_factory=list)
    tool_answers: list[dict[str, Any]] = field(default_factory=list)
    turns: list[TurnRecord] = field(default_factory=list)
    close_code: int | None = None  # None: it is open
