"""Drives the desk's Google from a test: a typed, synchronous client of its controls.

google = GoogleDesk("http://127.0.0.1:8766")
google.fault("gemini.generateContent", "unavailable", times=2)
google.answer({"answer": "はい。"}, match="answer", times=1)
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from simulator.client import POLL_SECONDS, DeskCallError
from simulator.google.faults import AnswerKind, Fault, FileKind, TransportKind
from simulator.google.log import Crossing
from simulator.google.verbs import Verb

__all__ = ["Crossing", "DeskCallError", "GoogleDesk"]

T = TypeVar("T")


@dataclass
class GoogleDesk:
    """Faults, scripted answers, clock and log of the desk's Google."""

    base_url: str
    timeout_seconds: float = 60
    _http: httpx.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.base_url, timeout=self.timeout_seconds, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """One call of `/desk/google{path}`. Raises DeskCallError with the desk's own words."""
        response = self._http.request(method, f"/desk/google{path}", **arguments)
        answer = response.json()
        if response.is_error:
            raise DeskCallError(
                f"{method} /desk/google{path}: {response.status_code} {answer.get('error', answer)}"
            )
        return answer

    def wait_until_ready(self, timeout: float = 10) -> None:
        """Waits for the desk to answer. Raises TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                if self._http.get("/desk/google/health").is_success:
                    return
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no desk of Google's at {self.base_url}") from error
            time.sleep(POLL_SECONDS)

    def fault(
        self,
        verb: str,
        kind: TransportKind | AnswerKind | FileKind,
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
        return str(self.call("POST", "/faults", json=fault.model_dump())["id"])

    def clear_faults(self) -> None:
        self.call("DELETE", "/faults")

    def answer(self, answer: Any, *, match: str | None = None, times: int | None = None) -> None:
        """What Gemini says where `match` (a property of the schema, or a purpose) is asked for."""
        self.call("POST", "/answers", json={"match": match, "answer": answer, "times": times})

    def transcript(self, text: str, *, times: int | None = None) -> None:
        """What the next audio is heard to say, "" for nothing; by Speech and by Gemini alike."""
        self.call("POST", "/transcripts", json={"text": text, "times": times})

    def clear_script(self) -> None:
        self.call("DELETE", "/script")

    def advance_clock(self, seconds: float) -> None:
        self.call("POST", "/clock", json={"advance_seconds": seconds})

    def log(self, *, after: int = 0, verb: Verb | None = None, path: str | None = None) -> list[Crossing]:
        """What crossed after entry `after`, perhaps of one verb or with a part of a path."""
        crossings = [Crossing(**entry) for entry in self.call("GET", "/log", params={"after": after})]
        return [
            crossing
            for crossing in crossings
            if (not verb or crossing.verb == verb) and (not path or path in crossing.path)
        ]

    def wait_for_log(
        self, predicate: Callable[[list[Crossing]], T], timeout: float = 10, *, what: str = "the log entry"
    ) -> T:
        """The first truthy result of `predicate` over the whole log. Raises TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            crossings = self.log()
            found = predicate(crossings)
            if found:
                return found
            if time.monotonic() > deadline:
                last = "\n".join(f"{c.method} {c.path} {c.status}" for c in crossings[-12:])
                raise TimeoutError(f"waited {timeout} s for {what}; the log ends with\n{last}")
            time.sleep(POLL_SECONDS)
