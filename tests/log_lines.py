"""What a process in production would log while a block runs."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from logs.outages import Outages
from logs.start import CHATTY, formatter

Line = dict[str, Any]


@dataclass
class LogLines:
    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str, **values: object) -> list[Line]:
        """Those of this event that have these values."""
        return [
            line
            for line in self.lines
            if line["event"] == event and all(line.get(name) == value for name, value in values.items())
        ]


@contextmanager
def log_lines(level: int = logging.INFO) -> Iterator[LogLines]:
    root, lines = logging.getLogger(), LogLines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(formatter(lines.stream, production=True))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or not record.name.startswith(CHATTY))
    handler.addFilter(Outages())
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
