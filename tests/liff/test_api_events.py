"""A session's progress as it happens: what is told, once, and what it costs while nothing happens."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session as DbSession
from sqlmodel import select

from liff.api import streams
from liff.api.events import Known, Milestone, news
from liff.api.streams import STREAMS, Streams
from models.base import database_now
from models.reads import Reads
from models.rules.progress import Progress, StageState
from models.session import SessionStatus, StageName
from models.user import User
from services import profile
from services.sign_in import Asker
from simulator.line.client import Learner
from tests.liff.conftest import Site
from tests.liff.cooks import add_cook, fail, pay, run_stage, show_video, write_text

WAIT = 30.0  # seconds; no test sleeps

BEGUN = Progress(
    session_id=1,
    status=SessionStatus.PROCESSING,
    has_text=False,
    stages={"store_video": StageState.DONE, "analyze_video": StageState.RUNNING},
    text_in=timedelta(minutes=3),
    video_in=None,
)
WRITTEN = replace(BEGUN, status=SessionStatus.TEXT_READY, has_text=True)
SHOWN = replace(WRITTEN, status=SessionStatus.COMPLETED)
FAILED = replace(BEGUN, status=SessionStatus.FAILED)


@pytest.fixture(scope="module", autouse=True)
def quick_looks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streams, "LOOK_SECONDS", 0.02)
        yield


@dataclass
class Event:
    name: str
    id: str
    data: dict[str, object]


class Stream:
    """One reader of the events, as a browser's EventSource is."""

    def __init__(self, response: httpx.Response) -> None:
        self.lines = response.iter_lines()

    def next(self) -> Event:
        """Raises StopIteration when the stream has ended."""
        fields: dict[str, str] = {}
        for line in self.lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                return Event(fields["event"], fields["id"], json.loads(fields["data"]))
            else:
                fields = {}
        raise StopIteration

    def until(self, name: str) -> Event:
        while (event := self.next()).name != name:
            pass
        return event


@contextmanager
def following(client: httpx.Client, session_id: int, last_id: str | None = None) -> Iterator[Stream]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    with client.stream("GET", f"/api/sessions/{session_id}/events", headers=headers, timeout=WAIT) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer)


@pytest.fixture
def session_id(site: Site, learner: Learner) -> int:
    return add_cook(site.database, pay(site.database, learner.user_id), status=SessionStatus.PROCESSING)


def told(known: Known, progress: Progress) -> list[str | None]:
    return [event.event for event in news(known, progress)]


@pytest.mark.parametrize(
    ("before", "now", "events"),
    [
        (None, BEGUN, ["progress"]),
        (BEGUN, BEGUN, []),
        (BEGUN, replace(BEGUN, text_in=timedelta()), []),  # only time has gone by
        (BEGUN, replace(BEGUN, stages={}), ["progress"]),
        (BEGUN, WRITTEN, ["text_ready"]),
        (BEGUN, SHOWN, ["text_ready", "completed"]),
        (None, SHOWN, ["text_ready", "completed"]),
        (WRITTEN, SHOWN, ["completed"]),
        (BEGUN, FAILED, ["failed"]),
        (WRITTEN, replace(WRITTEN, status=SessionStatus.FAILED), ["failed"]),
        (FAILED, BEGUN, ["progress"]),  # an operator has tried again
        (FAILED, WRITTEN, ["progress"]),
    ],
)
def test_what_is_told_to_one_who_knows_what_was(
    before: Progress | None, now: Progress, events: list[str]
) -> None:
    known = Known.of(before) if before else Known()
    assert told(known, now) == events
    assert Known.read(Known.of(now).event_id) == Known.of(now)


def test_one_who_left_between_two_events_is_told_the_second() -> None:
    first, _ = news(Known(), SHOWN)
    assert told(Known.read(first.id), SHOWN) == ["completed"]


@pytest.mark.parametrize("event_id", ["", "x", "7-abc", "-", "１-a", "1" * 60])
def test_of_an_id_that_is_not_ours_nothing_is_known(event_id: str) -> None:
    assert Known.read(event_id).milestone is Milestone.BEGUN


def test_a_cook_is_followed_to_its_end(site: Site, client: httpx.Client, session_id: int) -> None:
    with following(client, session_id) as stream:
        first = stream.next()
        assert (first.name, first.data["session_id"]) == ("progress", session_id)
        assert isinstance(first.data["text_in_seconds"], int)
        run_stage(site.database, session_id, StageName.ANALYZE_VIDEO)
        second = stream.next()
        assert second.data["stages"]["analyze_video"] == "running"  # type: ignore[index]
        write_text(site.database, session_id)
        assert stream.until("text_ready").data["text_in_seconds"] is None
        show_video(site.database, session_id)
        last = stream.until("completed")
        with pytest.raises(StopIteration):
            stream.next()
    again = client.get(f"/api/sessions/{session_id}/events", headers={"Last-Event-ID": last.id})
    assert (again.status_code, again.content) == (204, b""), "a browser that is told so asks no more"


def test_one_who_comes_back_is_told_what_they_missed_and_nothing_twice(
    site: Site, client: httpx.Client, session_id: int
) -> None:
    with following(client, session_id) as stream:
        known = stream.next().id
    write_text(site.database, session_id)
    with following(client, session_id, known) as stream:
        ready = stream.next()
        assert ready.name == "text_ready"
    show_video(site.database, session_id)
    with following(client, session_id, ready.id) as stream:
        assert stream.next().name == "completed"
    with following(client, session_id) as stream:  # one who knows nothing
        assert [stream.next().name, stream.next().name] == ["text_ready", "completed"]


def test_a_cook_that_fails_ends_its_stream(site: Site, client: httpx.Client, session_id: int) -> None:
    with following(client, session_id) as stream:
        stream.next()
        fail(site.database, session_id)
        assert stream.until("failed").data["text_in_seconds"] is None
        with pytest.raises(StopIteration):
            stream.next()


def test_a_stream_ends_soon_after_its_browser_is_signed_out_and_no_other_does(
    site: Site, client: httpx.Client, learner: Learner, session_id: int
) -> None:
    stale = {"Cookie": f"moment_session={client.cookies['moment_session']}"}
    with (
        site.signed_in(learner) as elsewhere,
        following(client, session_id) as here,
        following(elsewhere, session_id) as there,
    ):
        here.next(), there.next()
        assert client.delete("/api/auth/session").status_code == 204
        with pytest.raises(StopIteration):
            here.next()
        run_stage(site.database, session_id, StageName.ANALYZE_VIDEO)
        assert there.next().name == "progress"
        assert elsewhere.delete("/api/auth/session").status_code == 204
        with pytest.raises(StopIteration):
            there.next()
    again = httpx.get(f"{site.url}/api/sessions/{session_id}/events", headers=stale)
    assert again.status_code == 401, "no browser comes back"


def test_a_stream_of_an_id_token_ends_when_its_learner_blocks_us(
    site: Site, learner: Learner, session_id: int
) -> None:
    headers = {"Authorization": f"Bearer {learner.liff_session().id_token}"}
    with (
        httpx.Client(base_url=site.url, headers=headers) as client,
        following(client, session_id) as stream,
    ):
        stream.next()
        with site.database.transaction() as db:
            user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
            profile.block(db, user, "moment", database_now(db))
        with pytest.raises(StopIteration):
            stream.next()


def test_open_streams_hold_no_connection_of_the_database(
    site: Site, client: httpx.Client, session_id: int
) -> None:
    with following(client, session_id) as one, following(client, session_id) as two:
        one.next()
        two.next()
        with site.database.transaction() as db:
            held = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
            seen = [db.execute(held).scalar_one() for _ in range(50)]
    assert min(seen) == 0


def test_a_learner_follows_from_a_few_places_at_once_and_whoever_leaves_makes_room(
    site: Site, client: httpx.Client, session_id: int
) -> None:
    path = f"/api/sessions/{session_id}/events"
    with httpx.Client(base_url=site.url, cookies=client.cookies, timeout=WAIT) as other:
        with ExitStack() as open_streams:
            for _ in range(STREAMS):
                open_streams.enter_context(following(client, session_id))
            refused = other.get(path)
            assert (refused.status_code, refused.json()["type"]) == (
                429,
                "urn:moment:problem:too_many_streams",
            )
            assert int(refused.headers["retry-after"]) > 0
        deadline = threading.Event()
        for _ in range(200):  # until the server has seen that they are gone
            with other.stream("GET", path) as answer:
                if answer.status_code == 200:
                    return
            deadline.wait(0.05)
        pytest.fail("nobody made room")


def test_the_rows_are_looked_at_once_for_all_who_follow_and_only_while_they_do(
    site: Site, client: httpx.Client, session_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[list[int]] = []
    read = Streams._read

    def counted(each: Streams, db: DbSession, session_ids: list[int], askers: set[Asker]) -> object:
        looks.append(session_ids)
        return read(each, db, session_ids, askers)

    monkeypatch.setattr(Streams, "_read", counted)
    with following(client, session_id) as one, following(client, session_id) as two:
        one.next()
        two.next()
    assert all(ids == [session_id] for ids in looks)
    for _ in range(600):  # until the server has seen that they are gone
        before = len(looks)
        threading.Event().wait(0.1)
        if len(looks) == before:
            return
    pytest.fail("somebody still looks")


def test_a_server_that_stops_ends_its_streams(site: Site) -> None:
    async def last_word() -> Progress | None:
        reads = Reads(site.settings.database_url or "", 1)
        ours = Streams(reads, timedelta(minutes=4))
        with ours.follow(Asker(1), 1) as watcher:
            ours.close()
            news = await watcher.next()
        await reads.close()
        return news

    assert asyncio.run(last_word()) is None
