"""The coaches' console with 10,000 threads, one of them of 5,000 messages; and how soon a learner's words are on the page of
the coach who has it open, while fifty look on. The reference is the same console as good as empty, and with one who looks on.

Pages are asked one after the other on one connection: what is measured is the server's own time, and a trip on the machine.
"""

import asyncio
import time
from asyncio import Semaphore
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event, text
from sqlmodel import select
from starlette.applications import Starlette

from benchmarks.bench import STEP_SECONDS, Bench
from benchmarks.measurement import Measurement, at_most, percentile
from benchmarks.runner import Report
from console.app import console_routes
from console.identity import COOKIE
from console.live import Board
from console.parts import Parts
from desk.stack import Stack
from jobs.queue import Queue
from models.coach import Coach, CoachRole
from models.database import Database
from models.reads import Reads
from models.user import User
from pipeline.attachments import make_attachment
from pipeline.checks.corrections import faults_of
from services.coach_sign_in import sign_in
from settings import Settings
from simulator.line.client import Learner
from storage.links import MediaLinks
from storage.local import LocalStore

THREADS = 10_000
LONG = 5_000  # messages
ASKS = 50  # of each page
WARM_UP = 5
COACHES = 50
WORDS = 20  # that a learner says while they look on
PAUSE_SECONDS = 1.0  # between two of them: a learner writes no faster, and what the last has brought is over
P99_MS = 100.0
MOST_STATEMENTS = 12
ON_THE_PAGE_MS = 300.0


@dataclass(frozen=True)
class Figures:
    """Of a page. Milliseconds."""

    p50: float
    p99: float
    statements: int


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    with (
        bench.stack(folder, [Queue.CONVERSATION]) as (stack, _),
        closing(Database(stack.settings.database_url or "", pool=2)) as database,
    ):
        learner = _arrived(stack)
        user_id = _user_id(database, learner)
        cookies = [_signed_in(database, number) for number in range(COACHES)]
        report("an empty console")
        empty = _pages(stack, cookies[0], user_id)
        alone = asyncio.run(_words(stack, learner, user_id, cookies[:1]))
        report(f"{THREADS:,} threads, one of {LONG:,} messages")
        _fill(database, user_id)
        report("the pages")
        full = _pages(stack, cookies[0], user_id)
        report(f"{COACHES} coaches look on")
        watched = asyncio.run(_words(stack, learner, user_id, cookies))
        report(f"{COACHES} coaches look on, who have the list open")
        listed = asyncio.run(_words(stack, learner, user_id, cookies, lists=True))
    return [
        *(each for name in full for each in _measurements(name, full[name], empty[name])),
        *_of_words(f"{COACHES} coaches", watched, alone),
        *_of_words(f"{COACHES} with the list", listed, alone),
    ]


def _of_words(who: str, watched: Sequence[float], alone: Sequence[float]) -> Sequence[Measurement]:
    return [
        Measurement(f"words on the page, {who}, p{share:.0%}"[:-1], percentile(watched, share),
                    percentile(alone, share), "ms", at_most(ON_THE_PAGE_MS))
        for share in (0.5, 0.95)
    ]  # fmt: skip


def _measurements(name: str, full: Figures, empty: Figures) -> Sequence[Measurement]:
    return [
        Measurement(f"{name}, p50", full.p50, empty.p50, "ms", at_most(P99_MS)),
        Measurement(f"{name}, p99", full.p99, empty.p99, "ms", at_most(P99_MS)),
        Measurement(f"{name}, statements", full.statements, empty.statements, "", at_most(MOST_STATEMENTS)),
    ]


def _arrived(stack: Stack) -> Learner:
    learner = stack.desk.learner("ゆうこ")
    learner.follow()
    learner.wait_for(lambda thread: thread.from_bot, STEP_SECONDS, what="the welcome")
    return learner


def _user_id(database: Database, learner: Learner) -> int:
    with database.transaction() as db:
        return db.exec(select(User.id).where(User.line_user_id == learner.user_id)).one()


def _signed_in(database: Database, number: int) -> str:
    """A coach's cookie."""
    with database.transaction() as db:
        coach = Coach(name=f"コーチ{number}", role=CoachRole.COACH, line_user_id=f"U{number:032x}")
        db.add(coach)
        db.flush()
        return sign_in(db, coach)


def _pages(stack: Stack, cookie: str, user_id: int) -> Mapping[str, Figures]:
    """What coaches ask for most, and the hits of a word that few, many and all have said."""
    paths = {
        "list": "/console/threads",
        "list of all": "/console/threads?filter=all",
        "list of unread": "/console/threads?filter=unread",
        "search, rare": "/console/threads?q=三日月",
        "search, frequent": "/console/threads?q=チャーハン",
        "search, two letters": "/console/threads?q=火力",
        "thread": f"/console/threads/{user_id}",
        "thread, new": f"/console/threads/{user_id}/now",
    }
    found = {}
    statements = asyncio.run(_statements(stack.settings, cookie, paths))
    with httpx.Client(base_url=stack.web_url, cookies={COOKIE: cookie}, trust_env=False) as client:
        for name, path in paths.items():
            waits = [_ask_ms(client, path) for _ in range(WARM_UP + ASKS)][WARM_UP:]
            found[name] = Figures(percentile(waits, 0.5), percentile(waits, 0.99), statements[name])
    return found


def _ask_ms(client: httpx.Client, path: str) -> float:
    began_at = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - began_at) * 1000


async def _statements(settings: Settings, cookie: str, paths: Mapping[str, str]) -> Mapping[str, int]:
    """How many each page takes, its asker's sign-in among them: of the same pages, served in this process."""
    url = settings.database_url or ""
    reads, links, found = Reads(url, pool=2), MediaLinks(settings.public_url, settings.link_secrets), {}
    with closing(Database(url, pool=1)) as database, _counted() as seen:
        parts = Parts(
            settings=settings,
            database=database,
            store=LocalStore(settings.objects_dir, links),
            links=links,
            login=None,
            reads=reads,
            turns=Semaphore(1),
            board=Board(url),
            check_words=faults_of,
            make_attachment=make_attachment,
        )
        transport = httpx.ASGITransport(Starlette(routes=console_routes(parts)))
        async with httpx.AsyncClient(
            transport=transport, base_url=settings.public_url, cookies={COOKIE: cookie}
        ) as client:
            for name, path in paths.items():
                (await client.get(path)).raise_for_status()
                seen.clear()
                (await client.get(path)).raise_for_status()
                found[name] = len(seen)
    await reads.close()
    return found


@contextmanager
def _counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    yield seen
    event.remove(Engine, "before_cursor_execute", keep)


async def _words(
    stack: Stack, learner: Learner, user_id: int, cookies: Sequence[str], *, lists: bool = False
) -> list[float]:
    """Milliseconds from the learner's phone to the open thread of the first coach; with `lists` all the others ask for the row
    that has changed, each time."""
    async with asyncio.TaskGroup() as lookers:
        first, *others = [
            await _stream(stack, cookie, lookers, is_list=lists and number > 0, user_id=user_id)
            for number, cookie in enumerate(cookies)
        ]
        waits = []
        for number in range(WARM_UP + WORDS):
            words = f"火力はこのくらいですか {number} {len(cookies)}"
            began_at = time.perf_counter()
            sending = asyncio.create_task(asyncio.to_thread(learner.text, words))
            await first.shows(words)
            waits.append((time.perf_counter() - began_at) * 1000)
            await sending
            await asyncio.sleep(PAUSE_SECONDS)
        for each in (first, *others):
            each.task.cancel()
    return waits[WARM_UP:]


@dataclass(frozen=True)
class Looker:
    """A coach's page, which asks for what it shows whenever the stream tells of a change."""

    client: httpx.AsyncClient
    path: str
    changed: asyncio.Event
    task: "asyncio.Task[None]"

    async def shows(self, words: str) -> None:
        async with asyncio.timeout(STEP_SECONDS):
            while True:
                await self.changed.wait()
                self.changed.clear()
                if words in (await self.client.get(self.path)).text:
                    return


async def _stream(
    stack: Stack, cookie: str, lookers: asyncio.TaskGroup, *, is_list: bool, user_id: int
) -> Looker:
    """Once it is open."""
    client = httpx.AsyncClient(
        base_url=stack.web_url,
        cookies={COOKIE: cookie},
        trust_env=False,
        timeout=STEP_SECONDS,
        # Shorter than the server's five seconds: a request must not meet the end of its connection.
        limits=httpx.Limits(keepalive_expiry=2.0),
    )
    stream, path = f"/console/stream?of={user_id}", f"/console/threads/{user_id}/now"
    if is_list:
        stream, path = "/console/stream", f"/console/threads/rows?filter=all&of={user_id}"
    changed, opened = asyncio.Event(), asyncio.Event()

    async def follow() -> None:
        async with client, client.stream("GET", stream, timeout=None) as answer:
            async for line in answer.aiter_lines():
                opened.set()
                if line.startswith("event: threads"):
                    changed.set()
                    if is_list:
                        await client.get(path)

    task = lookers.create_task(follow())
    await opened.wait()
    return Looker(client, path, changed, task)


def _fill(database: Database, user_id: int) -> None:
    with database.transaction() as db:
        for statement in _FILL:
            db.execute(text(statement), {"threads": THREADS, "long": LONG, "user_id": user_id})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


# A thread in fifty has words that a person should see, one in forty has failed, one in thirty tells of a feeling.
_FILL = (
    """INSERT INTO "user" (line_user_id, first_name, onboarding_done, subscription_status, heard_at)
       SELECT 'thread-' || n, 'さくら' || n, true, 'active', now() - n * interval '1 minute'
         FROM generate_series(1, CAST(:threads AS int)) AS n""",
    """INSERT INTO chatroom (user_id, room_type)
       SELECT id, room FROM "user" CROSS JOIN unnest(CAST('{coaching,cooking_videos}' AS varchar[])) AS room
       ON CONFLICT DO NOTHING""",
    """INSERT INTO session (user_id, dish_id, session_number, raw_video_url, memo_skipped, voice_transcript,
           pipeline_error, coaching_video_gcs_path, coaching_preview_gcs_path, status, structured_input, video_analysis)
       SELECT u.id, (SELECT id FROM dish WHERE slug = 'fried-rice'), 1, '', false, '', '', '', '',
              CASE WHEN u.id % 40 = 0 THEN 'failed' ELSE 'completed' END,
              jsonb_build_object('emotional_state', CASE WHEN u.id % 30 = 0 THEN '不安' ELSE '' END),
              jsonb_build_object('confidence', CASE WHEN u.id % 20 = 0 THEN 'low' ELSE 'high' END)
         FROM "user" u WHERE u.line_user_id LIKE 'thread-%'""",
    """INSERT INTO message (chat_room_id, sender, kind, text, video_gcs_path, channel, delivered_by, retry_key, delivered_at)
       SELECT r.id, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'ai' END, CASE WHEN n % 2 = 1 THEN 'text' ELSE 'notice' END,
              (ARRAY['チャーハンの火力がわかりません。', '中火で予熱してから、卵を入れてみましょう。'])[1 + (n - 1) % 2]
                  || CASE WHEN r.id % 997 = 0 THEN '三日月の形になりました。' ELSE '' END || r.id,
              '', '', CASE WHEN n % 2 = 1 THEN '' ELSE 'push' END,
              CASE WHEN n % 2 = 0 THEN gen_random_uuid() END, CASE WHEN n % 2 = 0 THEN now() END
         FROM chatroom r JOIN "user" u ON u.id = r.user_id CROSS JOIN generate_series(1, 6) AS n
        WHERE r.room_type = 'coaching' AND u.line_user_id LIKE 'thread-%'""",
    """INSERT INTO message (chat_room_id, sender, kind, text, video_gcs_path, channel, delivered_by, retry_key, delivered_at)
       SELECT r.id, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'ai' END, CASE WHEN n % 2 = 1 THEN 'text' ELSE 'notice' END,
              '卵を入れるのはいつですか。' || n, '', '', CASE WHEN n % 2 = 1 THEN '' ELSE 'push' END,
              CASE WHEN n % 2 = 0 THEN gen_random_uuid() END, CASE WHEN n % 2 = 0 THEN now() END
         FROM chatroom r CROSS JOIN generate_series(1, CAST(:long AS int)) AS n
        WHERE r.room_type = 'coaching' AND r.user_id = CAST(:user_id AS int)""",
    """INSERT INTO coach_flag (user_id, message_id, kind)
       SELECT r.user_id, max(m.id), 'burn' FROM message m JOIN chatroom r ON r.id = m.chat_room_id
        WHERE m.sender = 'user' AND r.user_id % 50 = 0 GROUP BY r.user_id""",
)  # fmt: skip
