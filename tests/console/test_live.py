"""What changes is told to whoever may see it, in order, folded, and not for longer than they may."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlmodel import col, delete

from console import live
from console.live import Board, Listener
from models.chat import MessageType
from models.coach import CoachAssignment, ConsoleSession
from models.database import Database
from models.user import User
from services.profile import take_in
from services.thread import record_inbound
from tests.console.conftest import SignedIn, signed_in
from tests.liff.conftest import Site
from tests.system import WAIT


def learner_of(database: Database, name: str) -> int:
    with database.transaction() as db:
        return take_in(db, f"U-live-{name}", name).id


def writes(database: Database, *user_ids: int) -> None:
    """All of them in one transaction."""
    with database.transaction() as db:
        for user_id in user_ids:
            for _ in range(3):
                record_inbound(db, db.get_one(User, user_id), MessageType.TEXT, text="こんにちは")


@contextmanager
def followed(browser: SignedIn, of: int | None = None) -> Iterator[Iterator[tuple[str, str]]]:
    """Each event's name and data, from where the stream is open."""
    path = f"/console/stream?of={of}" if of else "/console/stream"
    with browser.client.stream("GET", path, timeout=httpx.Timeout(WAIT)) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = _events(answer)
        assert next(events)[0] == "resync"
        yield events


def _events(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    event, data = "", ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data = line.removeprefix("data: ")
        elif not line and event:
            yield event, data
            event, data = "", ""


def told(events: Iterator[tuple[str, str]]) -> list[int]:
    event, data = next(events)
    assert event == "threads"
    ids: list[int] = json.loads(data)
    return ids


def test_a_transaction_tells_of_a_thread_once(site: Site, coach_client: SignedIn) -> None:
    first, second = learner_of(site.database, "一"), learner_of(site.database, "二")
    with followed(coach_client) as events:
        writes(site.database, first)
        assert told(events) == [first]
        writes(site.database, second)
        assert told(events) == [second]


def test_an_open_thread_hears_of_itself_alone(site: Site, coach_client: SignedIn) -> None:
    mine, other = learner_of(site.database, "開いた"), learner_of(site.database, "開いていない")
    with followed(coach_client, of=mine) as events:
        writes(site.database, other, mine)
        assert told(events) == [mine]
        coach_client.post(f"/console/threads/{other}/presence", is_typing="true")
        with signed_in(site, "ほかのコーチ") as another:
            another.post(f"/console/threads/{mine}/presence", is_typing="true")
        assert next(events) == ("looks", f"[{mine}]")


def test_a_page_that_comes_back_is_told_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 5)

    def missed(board: Board, place: str, of: int | None = None) -> live.News:
        with board.listening(of, place) as listener:
            return asyncio.run(listener.next(0))

    board = Board("", _lately=deque(maxlen=5))
    board._tell("7")
    place = board.place
    assert missed(board, place) == live.News(frozenset(), is_all=False)
    for payload in ("8", "9", "8", "at 9"):
        board._tell(payload)
    assert missed(board, place) == live.News(frozenset({8, 9}), is_all=False)
    assert missed(board, place, of=9) == live.News(frozenset({9}), is_all=False)
    for unknown in ("", "x", board.place.replace("-", "-9"), f"{board.place}x", "none-1"):
        assert missed(board, unknown).is_all, unknown
    for user_id in range(9):
        board._tell(str(user_id))
    assert missed(board, place).is_all, "too much has changed since"


def test_a_limited_coach_hears_of_their_learners_alone(site: Site) -> None:
    mine, other = learner_of(site.database, "わたしの"), learner_of(site.database, "ほかの")
    with signed_in(site, "限定の人", is_limited=True) as browser:
        with site.database.transaction() as db:
            db.add(CoachAssignment(coach_id=browser.coach_id, user_id=mine))
        with followed(browser) as events:
            writes(site.database, other)
            writes(site.database, mine)
            assert told(events) == [mine]


def test_who_is_signed_out_hears_no_more(site: Site) -> None:
    user_id = learner_of(site.database, "だれか")
    with signed_in(site, "去る人") as browser, followed(browser) as events:
        with site.database.transaction() as db:
            db.exec(delete(ConsoleSession).where(col(ConsoleSession.coach_id) == browser.coach_id))
        writes(site.database, user_id)
        assert list(events) == []


def test_a_page_that_lags_is_told_to_look_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 3)

    async def lag() -> None:
        listener = Listener()
        for user_id in (1, 2, 3, 3, 2):
            listener.tell(user_id)
        assert await listener.next(WAIT) == live.News(frozenset({1, 2, 3}), is_all=False)
        for user_id in range(10):
            listener.tell(user_id)
        assert (await listener.next(WAIT)).is_all
        listener.end()
        await listener.next(WAIT)
        assert listener.is_over

    asyncio.run(lag())


def test_a_connection_that_was_cut_is_opened_again_and_everything_looked_at(database_url: str) -> None:
    async def cut() -> None:
        board, database = Board(database_url), Database(database_url)
        async with board.running():
            with board.listening() as listener:
                assert (await listener.next(WAIT)).is_all, "what was before it came is not known"
                assert (await listener.next(WAIT)).is_all, "it listens"
                with database.transaction() as db:
                    db.connection().exec_driver_sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE query = 'LISTEN console' AND datname = current_database()"
                    )
                assert (await listener.next(WAIT)).is_all, "it listens again"
                with database.transaction() as db:
                    db.connection().exec_driver_sql("SELECT pg_notify('console', '7')")
                assert (await listener.next(WAIT)).user_ids == {7}
        with board.listening() as late:
            assert late.is_over, "the server stops"
        database.close()

    asyncio.run(cut())
