"""What is asked often is answered from an index, however much there is."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from benchmarks.backlog import fill
from bot import owed
from jobs.inbox import Inbox, _is_told_of
from models.base import database_now
from models.chat import Message, MessageType, RoomType, Sender
from models.coach import CoachRole
from models.database import Database
from models.inbox import InboxSubject
from models.rules.history import latest_session, sessions_of, waiting_times
from models.rules.progress import Estimates
from models.session import CookingSession
from models.user import User
from pipeline import answers
from pipeline.providers.ports import Pace
from pipeline.runner import _past_of
from pipeline.scheduler import Scheduler
from pipeline.speech_length import measured_pace
from services import (
    cooking,
    cooks,
    curriculum,
    invariants,
    media,
    menus,
    messages,
    outbox,
    profile,
    record,
    scheduling,
    sessions,
    thread,
    uploads,
    waiting,
)
from services.coaches import Asker
from services.cook_review import read_review
from services.threads.entries import read_thread
from services.threads.filters import ThreadFilter
from services.threads.rows import list_threads, listed_rows
from services.threads.search import search
from tests.conftest import own_database

A_COACH = Asker(1, "佐藤", CoachRole.COACH, False, 1)
LARGE = ("message", "session", "stage_run", "media", "upload", "inbox_event")


@pytest.fixture(scope="module")
def filled(postgres_url: str) -> Iterator[Database]:
    with own_database(postgres_url) as url, closing(Database(url)) as database:
        fill(database, settled=100_000, at_work=500)
        yield database


@contextmanager
def statements_of(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Every statement sent while the block runs, with its parameters."""
    statements: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", keep)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", keep)


def plans_of(db: DbSession, statements: list[tuple[str, Any]]) -> str:
    connection = db.connection()
    kinds = ("SELECT", "(SELECT", "WITH", "UPDATE", "DELETE")
    return "\n".join(
        f"{statement}\n" + "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
        for statement, parameters in statements
        if statement.lstrip().upper().startswith(kinds)
    )


def learner(db: DbSession) -> User:
    """One who has cooked, with the learner's newest session in the middle of all."""
    return db.exec(select(User).where(User.line_user_id == "past-20")).one()


def newest(db: DbSession) -> CookingSession:
    session = latest_session(db, learner(db).id)
    assert session is not None
    return session


def a_message(db: DbSession) -> Message:
    return db.exec(select(Message).order_by(col(Message.id).desc()).limit(1)).one()


def _message(**values: Any) -> Message:
    return Message(chat_room_id=1, sender=Sender.USER, kind=MessageType.QUESTION, **values)


HOT_PATHS: dict[str, Callable[[DbSession], object]] = {
    "the promise": waiting_times,
    "the voice's pace": lambda db: measured_pace(db, "voice", Pace(0.1, 0.3, 0.3)),
    "what is on its way from the learner's browser": lambda db: uploads.unfinished(db, learner(db).id),
    "the learner's latest session": lambda db: latest_session(db, learner(db).id, lock=True),
    "the learner's sessions": lambda db: sessions_of(db, learner(db).id),
    "when they were coached last": lambda db: db.execute(_past_of(newest(db))),
    "a message that is taken back": lambda db: thread.inbound_message(db, learner(db), "b17"),
    "the message that is quoted": lambda db: answers._quoted_session_id(
        db, _message(quoted_message_id="b17")
    ),
    "the session in question": lambda db: answers._session_in_question(db, learner(db), a_message(db)),
    "what was said before": lambda db: answers._history(db, a_message(db)),
    "an earlier message that is owed": lambda db: owed.must_wait(
        db, _message(id=10**6, session_id=newest(db).id)
    ),
    "what waits for the quota": lambda db: owed.waiting_to_ride(db, a_message(db), learner(db).id),
    "what is hurried": lambda db: owed.earlier_to_hurry(db, a_message(db)),
    "what waits for a dish": lambda db: media.unplaced(db, learner(db)),
    "what is owed to one who is back": lambda db: outbox.release_owed(db, learner(db)),
    "whether a memo is still taken": lambda db: cooking.takes_memo(db, newest(db)),
    "a video watched to its end": lambda db: cooking.mark_watched(db, learner(db), newest(db).id),
    "stages that were given up": lambda db: scheduling.parked_stages(db, newest(db)),
    "the learner's state": lambda db: profile.learner_state(db, learner(db).id),
    "what may run now": lambda db: Scheduler(None, timedelta(minutes=2)).facts_of(db, newest(db)),  # type: ignore[arg-type]
    "footage to be forgotten": lambda db: media.forget_video(db, newest(db)),
    "a cook's own page": lambda db: (
        sessions.own_session(db, learner(db).id, newest(db).id),
        record.finished_stages(db, newest(db)),
        record.news_of(db, newest(db)),
    ),
    "the cooks that a page lists": lambda db: record.cooks_of(db, learner(db)),
    "what a page tells of their skills": lambda db: record.state_of(db, learner(db).id),
    "the one clock": database_now,
    "a page of the learner's sessions": lambda db: cooks.newest_cooks(db, learner(db).id, 20),
    "a page of a room": lambda db: messages.newest_messages(db, learner(db).id, RoomType.COACHING, 30),
    "the learner's rooms": lambda db: messages.rooms(db, learner(db).id),
    "the times that are told": lambda db: sessions.estimates(db, timedelta(minutes=4)),
    "sessions that are followed": lambda db: sessions.progress_by_id(
        db, [newest(db).id], Estimates(timedelta(minutes=4), None)
    ),
    "an answer that is waited for": lambda db: waiting.has_open_question(db, learner(db)),
    "how far a coaching is": lambda db: waiting.waiting_of(db, newest(db), timedelta(minutes=4)),
    "the menu that a learner is to see": lambda db: menus.wanted_menu(db, learner(db)),
    "who needs a coach": lambda db: list_threads(db, A_COACH, ThreadFilter.NEEDS),
    "the newest threads": lambda db: list_threads(db, A_COACH, ThreadFilter.ALL),
    "threads that a coach has not read": lambda db: list_threads(db, A_COACH, ThreadFilter.UNREAD),
    "threads of failed cooks": lambda db: list_threads(db, A_COACH, ThreadFilter.FAILED),
    "threads of which the AI is unsure": lambda db: list_threads(db, A_COACH, ThreadFilter.UNSURE),
    "a row of the list": lambda db: listed_rows(db, A_COACH, [learner(db).id], ThreadFilter.NEEDS),
    "a thread as coaches see it": lambda db: read_thread(db, learner(db).id),
    "what must hold": invariants.violations,
    "a cook as coaches see it": lambda db: read_review(db, A_COACH, learner(db).id, newest(db).id),
    "the dishes as the learner meets them": lambda db: curriculum.open_dishes(db, learner(db)),
}


@pytest.mark.parametrize("name", HOT_PATHS)
def test_a_hot_path_reads_no_large_table_from_end_to_end(filled: Database, name: str) -> None:
    with filled.sessions() as db:  # rolled back at its end
        with statements_of(filled) as statements:
            HOT_PATHS[name](db)
        assert statements
        plans = plans_of(db, statements)
    for table in LARGE:
        assert f"Seq Scan on {table}" not in plans, plans
        assert f'Seq Scan on "{table}"' not in plans, plans


def test_the_next_event_of_a_subject_is_found_by_its_index(filled: Database) -> None:
    inbox = Inbox(filled, None, None, {})  # type: ignore[arg-type]
    with filled.transaction() as db:
        subject = db.scalar(text("SELECT id FROM inbox_subject WHERE subject = 'past-20'"))
    is_told_of = select(_is_told_of()).select_from(InboxSubject).where(InboxSubject.id == subject)
    with filled.sessions() as db, statements_of(filled) as statements:
        inbox._next(subject)
        db.execute(is_told_of)
    with filled.sessions() as db:
        plans = plans_of(db, statements)
    assert "ix_inbox_event_unhandled" in plans
    assert "Seq Scan on inbox_event" not in plans, plans


def test_names_are_looked_for_in_their_index(filled: Database) -> None:
    """They can be: of as few learners as are here, a look through all is cheaper."""
    with filled.sessions() as db:
        with statements_of(filled) as statements:
            search(db, A_COACH, "三日月の形")
        db.execute(text("SET LOCAL enable_seqscan = off"))
        plans = plans_of(db, statements)
    assert "Bitmap Index Scan on ix_user_names" in plans, plans


def test_each_index_is_of_use(filled: Database) -> None:
    """None begins with the same columns as another, unless it is partial or unique."""
    with filled.transaction() as db:
        rows = db.execute(
            text(
                "SELECT i.indrelid::regclass::text AS name, i.indexrelid::regclass::text AS index,"
                " string_to_array(i.indkey::text, ' ') AS columns, i.indisunique AS is_unique,"
                " i.indpred IS NULL AS is_whole FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                " WHERE c.relnamespace = 'public'::regnamespace"
            )
        ).all()
    whole = [row for row in rows if row.is_whole]
    redundant = [
        (one.index, other.index)
        for one in whole
        for other in whole
        if one is not other
        and one.name == other.name
        and not one.is_unique
        and other.columns[: len(one.columns)] == one.columns
    ]
    assert redundant == []
