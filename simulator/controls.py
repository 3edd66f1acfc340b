"""What drives a desk from outside, LINE's and Google's alike: its controls over HTTP, synchronously."""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Self

import httpx

POLL_SECONDS = 0.05


class DeskCallError(Exception):
    """The desk refused a call; the message is its own."""


@dataclass
class Controls:
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
        deadline = time.monotonic() + timeout
        while True:
            try:
                if self._http.get(f"{self.PREFIX}/health").is_success:
                    return
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no desk at {self.base_url}") from error
            time.sleep(POLL_SECONDS)
