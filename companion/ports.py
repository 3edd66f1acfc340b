"""What a call asks of a live model: Gemini Live, or the offline companion."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from companion.plan import CallPlan, Moment
from companion.tools import Tool
from errors import MomentError
from models.coaching import Usage

HEARD_RATE = 16_000  # Hz: what it hears is PCM, 16 bit, little-endian, mono
SPOKEN_RATE = 24_000  # Hz: what it says, of the same form


@dataclass(frozen=True)
class Speech:
    pcm: bytes  # at SPOKEN_RATE


@dataclass(frozen=True)
class Heard:
    """A piece of what the learner says, as it comes; `is_whole` is all of the turn instead."""

    text: str
    is_whole: bool = False


@dataclass(frozen=True)
class Said:
    """A piece of what the model says, beside its speech."""

    text: str


@dataclass(frozen=True)
class Interrupted:
    """The learner spoke: what was said but not yet heard is void."""


@dataclass(frozen=True)
class TurnEnd:
    """The model has said what it had to say."""


@dataclass(frozen=True)
class ToolCall:
    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class ToolCancellation:
    ids: Sequence[str]


@dataclass(frozen=True)
class Handle:
    """By which another connection goes on from here."""

    value: str


@dataclass(frozen=True)
class GoAway:
    seconds: float  # until this connection is closed


@dataclass(frozen=True)
class Spent:
    usage: Usage


Event = Speech | Heard | Said | Interrupted | TurnEnd | ToolCall | ToolCancellation | Handle | GoAway | Spent


class LiveClosed(MomentError):
    """The connection is over; another may go on. `code` is the socket's close code, 0 where there was none."""

    retryable = True

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}".strip())
        self.code = code


class LiveRefused(LiveClosed):
    """The connection was refused for what it asked for: an unknown model, a field, a handle that is no good any more."""

    retryable = False


class LiveSession(Protocol):
    """One connection. Each method but `events` raises LiveClosed when it is over."""

    async def hear(self, pcm: bytes) -> None:
        """PCM at HEARD_RATE, some tens of milliseconds."""
        ...

    async def pause(self) -> None:
        """The microphone is off: what was said until now is all."""
        ...

    async def see(self, jpeg: bytes) -> None: ...

    async def look(self, moment: Moment) -> bool:
        """Asks whether this is to be seen or heard now; what is not, is answered by the tool alone, without a word. False:
        it is not asked, it calls the tool when it notices."""
        ...

    async def answer(self, call: ToolCall, result: Mapping[str, Any], *, silent: bool) -> None:
        """`silent`: the result alone is no reason to speak."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Until the connection is over, over all turns. Raises LiveClosed at its end, whatever ended it."""
        ...


class Live(Protocol):
    @property
    def model(self) -> str: ...

    @property
    def longest_silence(self) -> float | None:
        """Seconds after somebody spoke, without a sign of any kind, after which it has gone deaf; None: it can't."""
        ...

    def connect(
        self, plan: CallPlan, tools: Sequence[Tool], handle: str | None = None
    ) -> AbstractAsyncContextManager[LiveSession]:
        """Ready to hear. With `handle` it goes on where another ended; where nothing was said before, it says the greeting. Raises LiveClosed, LiveRefused."""
        ...

    def close(self) -> None:
        """No call is made any more."""
        ...
