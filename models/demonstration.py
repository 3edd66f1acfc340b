"""What a coach shows on a learner's own footage: when it runs, stands or jumps, what is drawn on it and said to it.

Seconds of the recording, where not said otherwise. It is a timeline, no film of a screen: the picture is made from the
footage itself.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import sqlmodel
from pydantic import Field, model_validator

from models.base import json_column, time_column
from models.coaching import Strict
from models.lease import LeaseColumns, due_index, parked_index

LONGEST_SECONDS = 180.0
MOST_MOVES, MOST_STROKES, MOST_POINTS = 2_000, 200, 2_000

Moment = Annotated[float, Field(ge=0, le=LONGEST_SECONDS + 1)]
Share = Annotated[float, Field(ge=0, le=1)]  # of the picture, from its left or its top


class Ink(StrEnum):
    YELLOW = "yellow"
    RED = "red"
    BLUE = "blue"


class Move(Strict):
    """From `at` on the clip goes from its second `clip_at`, so many times as fast; 0 is a still."""

    at: Moment
    clip_at: float = Field(ge=0, le=24 * 3600)
    rate: float = Field(ge=0, le=4)


class Point(Strict):
    at: Moment
    x: Share
    y: Share


class Stroke(Strict):
    """Grows as it was drawn, and is gone at `until`."""

    ink: Ink = Ink.YELLOW
    points: list[Point] = Field(min_length=1, max_length=MOST_POINTS)
    until: Moment


class Recording(Strict):
    seconds: float = Field(gt=0.5, le=LONGEST_SECONDS)
    moves: list[Move] = Field(min_length=1, max_length=MOST_MOVES)
    strokes: list[Stroke] = Field(default_factory=list, max_length=MOST_STROKES)

    @model_validator(mode="after")
    def _begins_at_once_and_goes_forward(self) -> "Recording":
        times = [move.at for move in self.moves]
        if times[0] != 0 or times != sorted(times):
            raise ValueError("moves begin at 0 and are in order")
        for stroke in self.strokes:
            drawn = [point.at for point in stroke.points]
            if drawn != sorted(drawn) or stroke.until < drawn[-1]:
                raise ValueError("a stroke is drawn in order, and seen until after that")
        return self


class SpokenLine(Strict):
    """Of what the coach says: shown as a caption."""

    start: Moment
    seconds: float = Field(gt=0, le=LONGEST_SECONDS)
    text: str = Field(max_length=400)


class Demonstration(LeaseColumns, table=True):
    """The work it owes: to hear what was said, for the captions; once the coach sends it, to make the film."""

    __tablename__ = "demonstration"
    __table_args__ = (due_index("demonstration"), parked_index("demonstration"))

    id: int = sqlmodel.Field(default=None, primary_key=True)
    session_id: int = sqlmodel.Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    clip_id: int = sqlmodel.Field(foreign_key="media.id", ondelete="CASCADE", index=True)
    coach_id: int | None = sqlmodel.Field(
        default=None, foreign_key="coach.id", ondelete="SET NULL", index=True
    )
    recording: dict[str, Any] = sqlmodel.Field(sa_column=json_column())
    voice_key: str
    film_key: str
    preview_key: str
    heard_at: datetime | None = sqlmodel.Field(default=None, sa_column=time_column())
    # SpokenLines: as they were heard, then as the coach has put them.
    lines: list[dict[str, Any]] = sqlmodel.Field(default_factory=list, sa_column=json_column(default="[]"))
    usage: dict[str, Any] = sqlmodel.Field(default_factory=dict, sa_column=json_column())
    sent_at: datetime | None = sqlmodel.Field(default=None, sa_column=time_column())  # by the coach
    handover_id: int | None = sqlmodel.Field(
        default=None, foreign_key="handover.id", ondelete="SET NULL", index=True
    )
    made_at: datetime | None = sqlmodel.Field(default=None, sa_column=time_column())
    created_at: datetime = sqlmodel.Field(default=None, sa_column=time_column(nullable=False))
