"""Twenty calls at once: how much later than straight from the live model its first sound is at the page, after the learner fell
silent; and how much a web process grows in a call of an hour.

The model is the double of Gemini Live, in a process of its own. The reference is the same double, spoken to without us by
the same adapter. The hour's sound and pictures come as fast as they are taken.
"""

import asyncio
import math
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from sqlmodel import select
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from benchmarks.bench import Bench, BenchmarkFailed
from benchmarks.measurement import Measurement, at_most, percentile
from benchmarks.memory import rss_mb
from benchmarks.runner import Report
from companion.google import GeminiLive
from companion.plan import CallPlan
from companion.ports import HEARD_RATE, LiveSession, Speech
from companion.tools import TOOLS
from companion.wire import AUDIO, PICTURE
from desk.google import google_doubles
from desk.simulated_line import channels
from desk.stack import ProcessLauncher, Web, wait_for
from desk.supervisor import Supervisor
from knowledge_base.companion_talk import open_greeting
from liff.identity import COOKIE
from models.database import Database
from models.user import SubscriptionStatus, User
from services.profile import take_in
from services.sign_in import sign_in
from settings import Settings
from storage.google_credentials import GoogleCredentials

CALLS = 20
TURNS = 6  # of each call
PACKET_SECONDS = 0.04
SPOKEN_SECONDS, BREATH_SECONDS = 0.6, 2.4
LONGEST_SECONDS = 30.0  # that an answer may take
LATER_MS = 150.0
HOUR_SECONDS = 3600
GROWTH_MB = 10.0
SETTLED_SECONDS = 300  # of the hour, after which what a call needs is there
PLAN = CallPlan("ゆうこ", open_greeting("ゆうこさん"))

_PACKET = round(PACKET_SECONDS * HEARD_RATE)
_VOICE = struct.pack(f"<{_PACKET}h", *(round(9000 * math.sin(at / 8)) for at in range(_PACKET)))
_SILENCE = bytes(2 * _PACKET)
_JPEG = b"\xff\xd8\xff\xe0" + bytes(40_000) + b"\xff\xd9"


@dataclass
class Ear:
    """When the first sound of an answer came (the clock's seconds); None: none since it was asked for."""

    first: float | None = None
    _sound: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self) -> None:
        self.first = self.first or monotonic()
        self._sound.set()

    async def until_heard(self) -> None:
        await self._sound.wait()
        self._sound.clear()


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    with (
        google_doubles(bench.settings, folder / "google", "おいしくできました。") as settings,
        Supervisor() as supervisor,
    ):
        launcher = ProcessLauncher(supervisor, bench.run_part, logs=folder)
        port = launcher.reserve_port()
        url = f"http://127.0.0.1:{port}"
        launcher.start(
            Web(port), settings.change(line_channels=channels(), public_url=url, store_dir=folder / "objects")
        )
        wait_for(f"{url}/readyz", launcher)
        cookies = _learners(bench.settings.database_url or "")
        report(f"{CALLS} calls straight to the model")
        straight = asyncio.run(_all(lambda _: _straight(settings)))
        report(f"{CALLS} calls through us")
        through = asyncio.run(_all(lambda number: _through(url, cookies[number])))
        report("an hour of one call")
        before, after = asyncio.run(_hour(url, cookies[0], lambda: rss_mb(launcher.process_id(Web(port)))))
    return [
        *(
            Measurement(
                f"first sound after speech, {CALLS} calls, p{share * 100:.0f}, less the model's own",
                percentile(through, share) - percentile(straight, share),
                percentile(straight, share),
                "ms",
                at_most(LATER_MS),
            )
            for share in (0.5, 0.95)
        ),
        Measurement(
            "growth of a web process in an hour's call", after - before, before, "MB", at_most(GROWTH_MB)
        ),
    ]


def _learners(database_url: str) -> list[str]:
    """Signed in, with a plan; their cookies."""
    with closing(Database(database_url, pool=2)) as database, database.transaction() as db:
        for number in range(CALLS):
            take_in(db, f"U{number:032x}", "ゆうこ").subscription_status = SubscriptionStatus.ACTIVE
        db.flush()
        return [sign_in(db, user).value for user in db.exec(select(User)).all()[:CALLS]]


async def _all(call: Callable[[int], Awaitable[Sequence[float]]]) -> list[float]:
    """Milliseconds of every turn but each call's first, in which the model learns to speak."""
    found = await asyncio.gather(*(call(number) for number in range(CALLS)))
    return [wait for waits in found for wait in waits[1:]]


async def _straight(settings: Settings) -> Sequence[float]:
    live = GeminiLive(settings, GoogleCredentials(settings.google_key_file))
    async with live.connect(PLAN, TOOLS) as session:
        ear = Ear()
        listening = asyncio.create_task(_listen_to(session, ear))
        try:
            return await _converse(session.hear, ear)
        finally:
            listening.cancel()


async def _listen_to(session: LiveSession, ear: Ear) -> None:
    async for event in session.events():
        if isinstance(event, Speech):
            ear.hear()


async def _through(url: str, cookie: str) -> Sequence[float]:
    async with _page(url, cookie) as page:
        ear = Ear()
        listening = asyncio.create_task(_listen_at(page, ear))
        try:
            return await _converse(lambda pcm: page.send(bytes([AUDIO]) + pcm), ear)
        finally:
            listening.cancel()
            await page.send('{"type": "hang_up"}')


async def _listen_at(page: ClientConnection, ear: Ear) -> None:
    async for message in page:
        if isinstance(message, bytes):
            ear.hear()


def _page(url: str, cookie: str) -> connect:
    address = f"ws{url.removeprefix('http')}/ws/companion/0"
    cookies = {"Cookie": f"{COOKIE}={cookie}"}
    return connect(address, origin=Origin(url), additional_headers=cookies, max_size=None, proxy=None)


async def _converse(send: Callable[[bytes], Awaitable[None]], ear: Ear) -> Sequence[float]:
    """As somebody at a stove: each packet when it sounds. Milliseconds from the end of what they say to the first sound."""
    waits: list[float] = []
    due = monotonic()
    speak_and_breathe = ((_VOICE, SPOKEN_SECONDS), (_SILENCE, BREATH_SECONDS))
    for turn in range(TURNS + 1):
        for packet, seconds in speak_and_breathe if turn else [(_SILENCE, 0.0)]:  # first it greets
            ear.first, began, count = None, monotonic(), 0
            while count < seconds / PACKET_SECONDS or (packet is _SILENCE and ear.first is None):
                if monotonic() - began > LONGEST_SECONDS:
                    raise BenchmarkFailed("the model does not answer")
                await send(packet)
                due, count = due + PACKET_SECONDS, count + 1
                await asyncio.sleep(max(0.0, due - monotonic()))
        waits.append(((ear.first or began) - began) * 1000)
    return waits[1:]


async def _hour(url: str, cookie: str, size_mb: Callable[[], float]) -> tuple[float, float]:
    """The process's size once the call has settled, and at its end."""
    before = 0.0
    async with _page(url, cookie) as page:
        ear = Ear()
        listening = asyncio.create_task(_listen_at(page, ear))
        for second in range(HOUR_SECONDS):
            is_speech = second % 12 == 0
            if is_speech:  # so that nothing is queued that in an hour would not be
                async with asyncio.timeout(LONGEST_SECONDS):
                    await ear.until_heard()
                ear.first = None
            for _ in range(round(1 / PACKET_SECONDS)):
                await page.send(bytes([AUDIO]) + (_VOICE if is_speech else _SILENCE))
            await page.send(bytes([PICTURE]) + _JPEG)
            if second == SETTLED_SECONDS:
                before = size_mb()
        after = size_mb()
        await page.send('{"type": "hang_up"}')
        listening.cancel()
    return before, after
