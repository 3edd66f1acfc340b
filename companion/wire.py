"""What goes between the page and us, over one WebSocket.

Binary from the page: one byte of kind, then the payload (`AUDIO`: PCM at 16 kHz; `PICTURE`: a JPEG). Binary to the page: PCM
at 24 kHz, 16 bit, mono. All else is JSON, one object a message, told apart by its `type`.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from companion.recordings import Recording

AUDIO, PICTURE = 1, 2
MOST_AUDIO_BYTES = 16_000  # half a second
MOST_PICTURE_BYTES = 200_000
MOST_MESSAGE_BYTES = MOST_PICTURE_BYTES + 1


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pause(_Message):
    """From the page: the microphone was switched off, or the button let go."""

    type: Literal["pause"] = "pause"


class HangUp(_Message):
    """From the page: the learner has ended the call."""

    type: Literal["hang_up"] = "hang_up"


class Again(_Message):
    """From the page: the button 「もう一回」."""

    type: Literal["again"] = "again"


FromPage = Annotated[Pause | HangUp | Again, Field(discriminator="type")]
FROM_PAGE: TypeAdapter[Pause | HangUp | Again] = TypeAdapter(FromPage)


class Ready(_Message):
    """The model hears; also after each time it was away."""

    type: Literal["ready"] = "ready"
    call: UUID  # by which the page comes back: `?call=`
    seconds_left: int


class Away(_Message):
    """The model is connected to anew; the page says so from its own recording."""

    type: Literal["away"] = "away"
    recording: Recording
    text: str


class Caption(_Message):
    """`heard`: all that the learner has said in this turn so far; `said`: all that is said in this turn so far."""

    type: Literal["heard", "said"]
    text: str


class Flush(_Message):
    """What is not yet played is not to be played."""

    type: Literal["flush"] = "flush"


class Play(_Message):
    """One of the recordings that the page holds, at once, in place of what is playing."""

    type: Literal["play"] = "play"
    recording: Recording
    text: str


class TimerStart(_Message):
    """The page counts down; it rings by its own recording."""

    type: Literal["timer"] = "timer"
    id: int
    seconds: int
    label: str


class TimerStop(_Message):
    type: Literal["timer_stop"] = "timer_stop"
    id: int


class End(_Message):
    """The last message."""

    type: Literal["end"] = "end"
    text: str


ToPage = Ready | Away | Caption | Flush | Play | TimerStart | TimerStop | End
