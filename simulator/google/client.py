"""Drives the desk's Google from a test: a typed, synchronous client of its controls.

google = GoogleDesk("http://127.0.0.1:8766")
google.fault("gemini.generateContent", "unavailable", times=2)
google.answer({"answer": "はい。"}, match="answer", times=1)
"""

from dataclasses import dataclass
from typing import Any

from simulator.google.faults import AnswerKind, Fault, FileKind, LiveKind, WireKind
from simulator.google.live.record import Record, TurnRecord
from simulator.google.live.script import LiveTurn
from simulator.google.log import Crossing
from simulator.google.verbs import Verb
from simulator.http.client import DeskCallError, DeskClient

__all__ = ["Crossing", "DeskCallError", "GoogleDesk", "LiveAddress", "LiveTurn"]


@dataclass(frozen=True)
class LiveAddress:
    """`ca_file` holds the authority of its certificate."""

    url: str
    ca_file: str


class GoogleDesk(DeskClient[Crossing]):
    """Faults, scripted answers, clock and log of the desk's Google."""

    PREFIX = "/desk/google"

    def fault(
        self,
        verb: str,
        kind: WireKind | AnswerKind | FileKind | LiveKind,
        *,
        status: int = 500,
        close_code: int = 1011,
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
            close_code=close_code,
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

    def live(self) -> LiveAddress:
        return LiveAddress(**self.call("GET", "/live"))

    def live_turn(self, turn: LiveTurn) -> None:
        """What the live model says and does next where it fits; it converses by itself without."""
        self.call("POST", "/live/turns", json=turn.model_dump())

    def live_connections(self) -> list[Record]:
        """All there were, oldest first."""
        return [_record(**entry) for entry in self.call("GET", "/live/connections")]

    def go_away(self, seconds: float) -> None:
        """Every open connection to Live is told to end, and is closed so much later by the desk's clock."""
        self.call("POST", "/live/go-away", json={"seconds": seconds})

    def close_live(self, code: int, reason: str = "") -> None:
        self.call("POST", "/live/close", json={"code": code, "reason": reason})

    def send_live(self, message: dict[str, Any]) -> None:
        """To every open connection."""
        self.call("POST", "/live/message", json={"message": message})

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


def _record(turns: list[dict[str, Any]], **facts: Any) -> Record:
    return Record(**facts, turns=[TurnRecord(**turn) for turn in turns])
