"""The model's side of a call, played by a test: what came is kept, what a test says goes out."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from companion.plan import CallPlan, Moment
from companion.ports import Event, LiveClosed, LiveRefused, ToolCall
from companion.tools import Tool
from simulator.http.client import wait_until

WAIT_SECONDS = 60.0


@dataclass
class Connection:
    plan: CallPlan
    tools: Sequence[Tool]
    handle: str | None
    loop: asyncio.AbstractEventLoop
    heard: bytearray = field(default_factory=bytearray)
    pauses: int = 0
    pictures: list[bytes] = field(default_factory=list)
    looks: list[Moment] = field(default_factory=list)
    answers: list[tuple[ToolCall, Mapping[str, Any], bool]] = field(default_factory=list)
    is_over: bool = False
    asks_looks: bool = True
    _events: asyncio.Queue[Event | LiveClosed] = field(default_factory=asyncio.Queue)

    # what the test does

    def send(self, *events: Event) -> None:
        for event in events:
            self.loop.call_soon_threadsafe(self._events.put_nowait, event)

    def close(self, code: int, reason: str = "") -> None:
        self.loop.call_soon_threadsafe(self._events.put_nowait, LiveClosed(code, reason))

    # what a call does

    async def hear(self, pcm: bytes) -> None:
        self.heard += pcm

    async def pause(self) -> None:
        self.pauses += 1

    async def see(self, jpeg: bytes) -> None:
        self.pictures.append(jpeg)

    async def look(self, moment: Moment) -> bool:
        self.looks.append(moment)
        return self.asks_looks

    async def answer(self, call: ToolCall, result: Mapping[str, Any], *, silent: bool) -> None:
        self.answers.append((call, result, silent))

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self._events.get()
            if isinstance(event, LiveClosed):
                raise event
            yield event


@dataclass
class ScriptedLive:
    model: str = "scripted"
    longest_silence: float | None = None
    refuse: list[LiveRefused | LiveClosed | None] = field(
        default_factory=list
    )  # the next connections, in order
    connections: list[Connection] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    @asynccontextmanager
    async def connect(
        self, plan: CallPlan, tools: Sequence[Tool], handle: str | None = None
    ) -> AsyncIterator[Connection]:
        connection = Connection(plan, tools, handle, asyncio.get_running_loop())
        refusal = self.refuse.pop(0) if self.refuse else None
        with self._news:
            self.connections.append(connection)
            self._news.notify_all()
        if refusal is not None:
            raise refusal
        try:
            yield connection
        finally:
            connection.is_over = True

    def close(self) -> None:
        """Used by the next test."""

    def connection(self, number: int) -> Connection:
        """The call's first is 0; waits until it is there."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.connections) > number, WAIT_SECONDS)
        return self.connections[number]

    def forget(self) -> None:
        self.connections.clear()
        self.refuse.clear()
        self.longest_silence = None


def until(is_so: Any) -> None:
    wait_until(is_so, bool, WAIT_SECONDS, lambda _: "the fact")
