"""What a test lets the models say, and lets speech be heard as."""

import json
from dataclasses import dataclass, field
from typing import Any

from simulator.google.faults import Subject
from simulator.google.live.script import LiveTurn, Trigger
from simulator.http.book import Book, Entry


class AnswerScript(Entry):
    """`match` is a property of the response schema or a purpose (see brain.PURPOSES); None fits every request."""

    match: str | None = None
    answer: Any

    def text(self) -> str:
        return self.answer if isinstance(self.answer, str) else json.dumps(self.answer, ensure_ascii=False)


class TranscriptScript(Entry):
    text: str  # "" for audio in which nothing is said


@dataclass
class Script:
    answers: Book[AnswerScript] = field(default_factory=Book)
    transcripts: Book[TranscriptScript] = field(default_factory=Book)
    live_turns: Book[LiveTurn] = field(default_factory=Book)

    def answer(self, subject: Subject) -> AnswerScript | None:
        return self.answers.take(lambda script: subject.matches(script.match))

    def transcript(self, default: str) -> str:
        script = self.transcripts.take(lambda _: True)
        return script.text if script else default

    def live_turn(self, trigger: Trigger, text: str) -> LiveTurn | None:
        return self.live_turns.take(lambda turn: turn.fits(trigger, text))

    def clear(self) -> None:
        self.answers.clear()
        self.transcripts.clear()
        self.live_turns.clear()
