"""Calls to the double of Live: the adapter as production builds it, over TLS, with time of its own for pictures."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from companion.google import GeminiLive
from companion.plan import CallPlan
from companion.ports import Event, Live, LiveSession
from companion.tools import TOOLS, Tool
from desk.google import google_settings, live_settings
from settings import Settings
from simulator.google.client import GoogleDesk
from simulator.google.config import GoogleConfig
from simulator.google.live.record import Record
from simulator.google.server import make_server
from storage.google_credentials import GoogleCredentials
from tests.system import served

T = TypeVar("T", bound=Event)

WAIT = 60.0  # seconds; the machine may be busy
PACKET = 1280  # bytes: 40 ms of what is heard
PLAN = CallPlan(
    "みか", "みかさん、始めましょう。", so_far="学習者「始めます」"
)  # goes on: no greeting is said
GREETED = CallPlan("みか", "みかさん、始めましょう。")
JPEG = b"\xff\xd8\xff\xe0" + b"picture" + b"\xff\xd9"


def tone(seconds: float) -> bytes:
    count = round(seconds * 16_000)
    return struct.pack(f"<{count}h", *(round(9000 * math.sin(at / 8)) for at in range(count)))


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * 16_000))


@dataclass
class Line:
    """A session, and what came of it so far."""

    session: LiveSession
    _events: AsyncIterator[Event] = field(init=False)

    def __post_init__(self) -> None:
        self._events = self.session.events()

    async def until(self, kind: type[T], times: int = 1) -> list[Event]:
        """All that comes until the last of so many. Raises LiveClosed."""
        events: list[Event] = []
        async with asyncio.timeout(WAIT):
            while times:
                events.append(await anext(self._events))
                times -= isinstance(events[-1], kind)
        return events

    async def next(self, kind: type[T]) -> T:
        event = (await self.until(kind))[-1]
        assert isinstance(event, kind)
        return event

    async def say(self, pcm: bytes = b"") -> None:
        """Words, and the silence after them."""
        pcm = pcm or tone(0.3) + silence(0.6)
        for at in range(0, len(pcm), PACKET):
            await self.session.hear(pcm[at : at + PACKET])


Talk = Callable[..., None]


@dataclass
class Hand:
    """Moves the time of pictures."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class LiveDouble:
    desk: GoogleDesk
    settings: Settings
    hand: Hand = field(default_factory=Hand)

    def live(self) -> Live:
        return GeminiLive(self.settings, GoogleCredentials(self.settings.google_key_file), self.hand)

    @property
    def record(self) -> Record:
        """Of the newest connection."""
        return self.desk.live_connections()[-1]


@pytest.fixture(scope="session")
def google_live(google_config: GoogleConfig) -> Iterator[LiveDouble]:
    server = make_server(google_config, port=0)
    with served(server), GoogleDesk(server.base_url) as desk:
        settings = Settings.without_environment(
            **google_settings(google_config, server.base_url), **live_settings(desk.live())
        )
        yield LiveDouble(desk, settings)


@pytest.fixture
def double(google_live: LiveDouble) -> Iterator[LiveDouble]:
    """Without what another test has set."""
    google_live.desk.clear_faults()
    google_live.desk.clear_script()
    yield google_live
    google_live.desk.clear_faults()
    google_live.desk.clear_script()


@pytest.fixture
def talk(double: LiveDouble) -> Talk:
    """Plays one connection: `talk(play)` connects and gives `play` the line."""

    def connect(
        play: Callable[[Line], Awaitable[None]],
        plan: CallPlan = PLAN,
        tools: Sequence[Tool] = TOOLS,
        handle: str | None = None,
    ) -> None:
        async def run() -> None:
            async with double.live().connect(plan, tools, handle) as session:
                await play(Line(session))

        asyncio.run(run())

    return connect
