"""What every double keeps."""

from typing import Generic, TypeVar

from simulator.http.book import Book
from simulator.http.clock import Clock
from simulator.http.connection import IdleReset
from simulator.http.faults import Fault
from simulator.http.log import AnyCrossing, Log

AnyFault = TypeVar("AnyFault", bound=Fault)


class Double(Generic[AnyCrossing, AnyFault]):
    """Its time, the faults it has yet to make, and what crossed its border."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.faults: Book[AnyFault] = Book()
        self.idle_resets: Book[IdleReset] = Book()
        self.log: Log[AnyCrossing] = Log()
