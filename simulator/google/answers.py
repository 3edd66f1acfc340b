"""Answers a test has written in advance: for Gemini by what is asked for, for speech as what is heard."""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.google.faults import Subject


class Scripted(BaseModel):
    """`match` is a property of the response schema or a purpose (see brain.PURPOSES); None fits every request."""

    model_config = ConfigDict(extra="forbid")

    match: str | None = None
    answer: Any
    times: int | None = Field(None, ge=1)

    def text(self) -> str:
        return self.answer if isinstance(self.answer, str) else json.dumps(self.answer, ensure_ascii=False)


class Heard(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str  # "" for audio in which nothing is said
    times: int | None = Field(None, ge=1)


@dataclass
class Script:
    answers: list[Scripted] = field(default_factory=list)
    transcripts: list[Heard] = field(default_factory=list)

    def answer(self, subject: Subject) -> Scripted | None:
        """The oldest answer that fits, used up by one."""
        for scripted in self.answers:
            if subject.fits(scripted.match):
                _use(self.answers, scripted)
                return scripted
        return None

    def transcript(self, default: str) -> str:
        if not self.transcripts:
            return default
        heard = self.transcripts[0]
        _use(self.transcripts, heard)
        return heard.text

    def clear(self) -> None:
        self.answers.clear()
        self.transcripts.clear()


def _use(queue: list[Any], entry: Scripted | Heard) -> None:
    if entry.times is None:
        return
    entry.times -= 1
    if entry.times == 0:
        queue.remove(entry)
