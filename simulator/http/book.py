"""What a test writes in advance, to be used when a request comes for which it is meant."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Entry(BaseModel):
    """`times` is how often it is used before it is gone; None: for ever."""

    model_config = ConfigDict(extra="forbid")

    times: int | None = Field(None, ge=1)


AnyEntry = TypeVar("AnyEntry", bound=Entry)


@dataclass
class Book(Generic[AnyEntry]):
    _entries: list[AnyEntry] = field(default_factory=list)
    _last_number: int = 0

    def add(self, entry: AnyEntry) -> int:
        """Returns the entry's number, which no other one of this book ever has."""
        self._entries.append(entry)
        self._last_number += 1
        return self._last_number

    def clear(self) -> None:
        self._entries.clear()

    def take(self, fits: Callable[[AnyEntry], bool]) -> AnyEntry | None:
        """The oldest entry that fits, used up by one."""
        entry = next(filter(fits, self._entries), None)
        if entry is not None and entry.times is not None:
            entry.times -= 1
            if entry.times == 0:
                self._entries.remove(entry)
        return entry
