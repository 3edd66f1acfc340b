"""What drives a desk from outside, whoever the vendor is: its controls over HTTP, synchronously."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import httpx

from simulator.http.connection import IdleReset
from simulator.http.faults import Fault
from simulator.http.log import AnyCrossing

POLL_SECONDS = 0.05
LONGEST_POLL_SECONDS = 0.2
LAST_CROSSINGS = 12  # told when a wait was in vain

View = TypeVar("View")
Result = TypeVar("Result")


class DeskCallError(Exception):
    """The desk refused a call; the message is its own."""


def wait_until(
    look: Callable[[], View],
    predicate: Callable[[View], Result],
    timeout: float,
    explain: Callable[[View], str],
) -> Result:
    """The first truthy result of `predicate`. Raises TimeoutError with the last view's explanation after seconds."""
    start = time.monotonic()
    while True:
        view = look()
        result = predicate(view)
        if result:
            return result
        waited = time.monotonic() - start
        if waited > timeout:
            raise TimeoutError(f"waited {timeout} s for {explain(view)}")
        # A look takes processor time from what is waited for: the longer it takes, the fewer looks.
        time.sleep(min(max(POLL_SECONDS, waited / 10), LONGEST_POLL_SECONDS))


@dataclass
class DeskClient(ABC, Generic[AnyCrossing]):
    PREFIX: ClassVar[str]  # of every control's path

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
        """One call of a control. Raises DeskCallError with the desk's own words."""
        response = self._http.request(method, f"{self.PREFIX}{path}", **arguments)
        answer = response.json()
        if response.is_error:
            raise DeskCallError(
                f"{method} {self.PREFIX}{path}: {response.status_code} {answer.get('error', answer)}"
            )
        return answer

    def wait_until_ready(self, timeout: float = 10) -> None:
        """Waits for the desk to answer. Raises TimeoutError after `timeout` seconds."""
        wait_until(self._is_ready, bool, timeout, lambda _: f"a desk at {self.base_url}")

    def _is_ready(self) -> bool:
        try:
            return self._http.get(f"{self.PREFIX}/health").is_success
        except httpx.TransportError:
            return False

    def add_fault(self, fault: Fault) -> str:
        """Returns the fault's id."""
        return str(self.call("POST", "/faults", json=fault.model_dump())["id"])

    def clear_faults(self) -> None:
        """Those of idle connections too."""
        self.call("DELETE", "/faults")

    def reset_idle_connections(self, after_seconds: float = 0, *, times: int | None = None) -> None:
        """The next request on a connection that was idle for so long by the double's clock meets an RST, unanswered.

        0 means any connection that has carried a request; a new one is never struck. Each reset uses up one of
        `times`.
        """
        body = IdleReset(times=times, idle_seconds=after_seconds)
        self.call("POST", "/idle-resets", json=body.model_dump())

    def close_port(self, seconds: float) -> None:
        """Connections are refused for so long, and idle ones end. The desk's own too: see `wait_until_ready`."""
        self.call("POST", "/closed-port", json={"seconds": seconds})

    def advance_clock(self, seconds: float) -> None:
        self.call("POST", "/clock", json={"advance_seconds": seconds})

    @abstractmethod
    def log(self, *, after: int = 0) -> list[AnyCrossing]:
        """What crossed the border after entry `after`."""

    def wait_for_log(
        self,
        predicate: Callable[[list[AnyCrossing]], Result],
        timeout: float = 10,
        *,
        what: str = "the log entry",
    ) -> Result:
        """The first truthy result of `predicate` over the whole log. Raises TimeoutError after `timeout` seconds."""

        def explain(crossings: list[AnyCrossing]) -> str:
            return "\n".join([f"{what}; the log ends with", *map(str, crossings[-LAST_CROSSINGS:])])

        return wait_until(self.log, predicate, timeout, explain)
