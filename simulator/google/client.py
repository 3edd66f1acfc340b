"""Drives the desk's Google from a test: a typed, synchronous client of its controls.

google = GoogleDesk("http://127.0.0.1:8766")
google.fault("gemini.generateContent", "unavailable", times=2)
google.answer({"answer": "はい。"}, match="answer", times=1)
"""

from typing import Any

from simulator.google.faults import AnswerKind, Fault, FileKind, WireKind
from simulator.google.log import Crossing
from simulator.google.verbs import Verb
from simulator.http.client import DeskCallError, DeskClient

__all__ = ["Crossing", "DeskCallError", "GoogleDesk"]


class GoogleDesk(DeskClient[Crossing]):
    """Faults, scripted answers, clock and log of the desk's Google."""

    PREFIX = "/desk/google"

    def fault(
        self,
        verb: str,
        kind: WireKind | AnswerKind | FileKind,
        *,
        status: int = 500,
        message: str | None = None,
        delay_seconds: float = 1,
        accept: bool = False,
        model: str | None = None,
        match: str | None = None,
        times: int | None = None,
    ) -> str:
        """Sets a fault (see simulator.google.faults.Fault) and returns its id."""
        fault = Fault(
            verb=verb,
            kind=kind,
            status=status,
            message=message,
            delay_seconds=delay_seconds,
            accept=accept,
            model=model,
            match=match,
            times=times,
        )
        return self.add_fault(fault)

    def answer(self, answer: Any, *, match: str | None = None, times: int | None = None) -> None:
        """What Gemini says where `match` (a property of the schema, or a purpose) is asked for."""
        self.call("POST", "/answers", json={"match": match, "answer": answer, "times": times})

    def transcript(self, text: str, *, times: int | None = None) -> None:
        """What the next audio is heard to say, "" for nothing; by Speech and by Gemini alike."""
        self.call("POST", "/transcripts", json={"text": text, "times": times})

    def clear_script(self) -> None:
        self.call("DELETE", "/script")

    def log(self, *, after: int = 0, verb: Verb | None = None, path: str | None = None) -> list[Crossing]:
        """What crossed after entry `after`, perhaps of one verb or with a part of a path."""
        crossings = [Crossing(**entry) for entry in self.call("GET", "/log", params={"after": after})]
        return [
            crossing
            for crossing in crossings
            if (not verb or crossing.verb == verb) and (not path or path in crossing.path)
        ]
