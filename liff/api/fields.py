"""What requests to the API carry, each with its bounds: what fits them, the database can look for and keep."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from line.limits import MAX_TEXT

MAX_ID = 2**31 - 1  # of Postgres's integer
SLUG = r"^[a-z0-9-]+$"
CURSOR = r"^[1-9][0-9]*$"

SessionId = Annotated[int, Path(ge=1, le=MAX_ID, description="A session's id", examples=[1])]
ClipId = Annotated[int, Path(ge=1, le=MAX_ID, description="A clip's id", examples=[1])]
DishSlug = Annotated[
    str, Field(max_length=64, pattern=SLUG, description="A dish's name in addresses", examples=["fried-rice"])
]
Cursor = Annotated[
    str | None,
    Query(max_length=10, pattern=CURSOR, description="`next_cursor` of the page before", examples=["100"]),
]


def _storable(text: str) -> str:
    """Postgres holds no NUL; nothing a learner means is lost with it."""
    return text.replace("\0", "").strip()


Words = Annotated[
    str,
    Field(
        max_length=MAX_TEXT,
        pattern=r"[^\s\x00]",
        description="Not only space. Characters that no text holds (U+0000) are left out",
        examples=["ご飯がべちゃっとするのはなぜですか。"],
    ),
    AfterValidator(_storable),
]


class Body(BaseModel):
    """Of a request: a field that we don't know is a mistake to be told."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel):
    next_cursor: str | None = Field(description="For the next page, of what is older; null on the last")


def position(cursor: str | None) -> int | None:
    """The id that a cursor names; one that no id reaches is after all of them."""
    return min(int(cursor), MAX_ID) if cursor is not None else None


def next_cursor(ids: list[int], count: int) -> str | None:
    """For the page after one of these `ids`, when `count + 1` of them were asked for."""
    return str(ids[count - 1]) if len(ids) > count else None
