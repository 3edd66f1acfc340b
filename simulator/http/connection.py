"""The TCP connection under a request, as far as a double may look at it and break it: ASGI itself offers neither."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from pydantic import Field
from starlette.types import Scope

from simulator.http.book import Entry

CONNECTION = "simulator.connection"


@dataclass
class Connection:
    """`close` lets what was written go out first (FIN); `reset` is how a host answers that knows of none (RST)."""

    close: Callable[[], None]
    reset: Callable[[], None]
    close_port: Callable[[float], None]  # of the whole server, for seconds
    used_at_ms: int | None = None  # None until its first request has been answered

    def idle_ms(self, now_ms: int) -> int | None:
        """How long nothing went over it. None for one that carried no request yet."""
        return None if self.used_at_ms is None else now_ms - self.used_at_ms


class IdleReset(Entry):
    """A NAT on the way that forgets connections: the next request on one that was idle so long is reset unseen."""

    idle_seconds: float = Field(0, ge=0)

    def strikes(self, idle_ms: int | None) -> bool:
        return idle_ms is not None and idle_ms >= self.idle_seconds * 1000


class HangUp(Exception):
    """The connection was broken on purpose, the message says how; nothing more can be answered on it."""


def connection_of(scope: Scope) -> Connection:
    connection: Connection = scope["extensions"][CONNECTION]
    return connection


def hang_up(scope: Scope) -> NoReturn:
    """Closes the connection after what was written so far, as a broken network would. Raises HangUp."""
    connection_of(scope).close()
    raise HangUp("connection dropped")


def reset(scope: Scope) -> NoReturn:
    """Raises HangUp."""
    connection_of(scope).reset()
    raise HangUp("connection reset")
