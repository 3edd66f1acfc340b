"""Faults on demand, as far as they are the same whoever the vendor is: what a request meets on the wire."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from simulator.http.book import Entry

# The true answer (late), an error of the vendor's, half of the answer, a closed connection, or nothing at all.
Ending = Literal["answer", "error", "half", "hang-up", "silence"]


@dataclass(frozen=True)
class Strike:
    """What a fault does to one request. With `work_first` the application does its work before the delay."""

    ending: Ending
    delay_seconds: float = 0
    work_first: bool = False


class Fault(Entry):
    """A vendor's fault adds what it is set on and how it goes wrong.

    With `accept` the work is done before it goes wrong, which is how a request that the vendor took times out at
    the caller.
    """

    message: str | None = None
    accept: bool = False

    @abstractmethod
    def strike(self) -> Strike: ...
