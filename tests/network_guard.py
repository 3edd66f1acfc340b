"""Finds whoever uses the network while their own transaction is open: its locks would wait for a stranger's server."""

import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

# Postgres itself is spoken to in C; what goes through Python's sockets is HTTP and the broker.
_SENDERS = ("send", "sendall", "sendmsg", "connect")
_local = threading.local()


# Of each guard that watches: systems overlap, and what one of them does is in the lists of all.
_watching: list[list[str]] = []
_lock = threading.Lock()


@contextmanager
def network_guard() -> Iterator[list[str]]:
    """The stacks of those who did, in any thread while the block runs."""
    stacks: list[str] = []
    with _lock:
        if not _watching:
            _install()
        _watching.append(stacks)
    try:
        yield stacks
    finally:
        with _lock:
            # By identity: two lists that are both empty are equal.
            _watching[:] = [others for others in _watching if others is not stacks]
            if not _watching:
                _uninstall()


def _install() -> None:
    for name, listener in _LISTENERS:
        event.listen(Engine, name, listener)
    for name in _SENDERS:
        setattr(socket.socket, name, _watch(name))


def _uninstall() -> None:
    for name in _SENDERS:
        delattr(socket.socket, name)  # the C class's own shows again
    for name, listener in _LISTENERS:
        event.remove(Engine, name, listener)


def _watch(name: str) -> Callable[..., Any]:
    original = getattr(socket.socket, name)

    def send(self: socket.socket, *arguments: Any) -> Any:
        if getattr(_local, "is_open", False):
            stack = "".join(traceback.format_stack(limit=25))
            for stacks in _watching:
                stacks.append(stack)
        return original(self, *arguments)

    return send


def _enter(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    if driver is not None and not driver.autocommit:  # else there is no transaction to hold a lock
        _local.is_open = True


def _leave(_connection: Any) -> None:
    _local.is_open = False


_LISTENERS = (("begin", _enter), ("commit", _leave), ("rollback", _leave))
