"""Events of any source: one subject's in their order, one at a time; what fails is tried, counted and given up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from jobs.inbox import IN_A_ROW, MAX_ATTEMPTS, AskFirst, Inbox, Outcome, Row, Work, store_events
from models.database import Database
from models.inbox import EventSource, InboxEvent, InboxSubject
from moment.resources import Resources, open_resources

SOURCE = EventSource.STRIPE


@dataclass
class Bell:
    """A source's handler that notes what it is given, and fails where it is told to."""

    database: Database
    handled: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    fails: Callable[[str], bool] = lambda event_id: False
    meanwhile: Callable[[str], None] = lambda event_id: None

    def begin(self, event: InboxEvent) -> Callable[[DbSession], Outcome]:
        def work(db: DbSession) -> Outcome:
            self.meanwhile(event.event_id)
            if self.fails(event.event_id):
                raise ValueError("out of tune")
            self.handled.append(event.event_id)
            return Outcome("ring", lambda: self.after.append(event.event_id))

        return work

    def give_up(self, db: DbSession, event: InboxEvent) -> None:
        self.gone.append(event.event_id)


@pytest.fixture
def bell(resources: Resources) -> Bell:
    return Bell(resources.database)


@pytest.fixture
def inbox(resources: Resources, bell: Bell) -> Inbox:
    return Inbox(resources.database, resources.queue, resources.leases, {SOURCE: bell})


def row(event_id: str, subject: str = "cus_1", stamp: int = 1) -> Row:
    return {
        "source": SOURCE,
        "event_id": event_id,
        "subject": subject,
        "channel": "",
        "event_type": "ring",
        "timestamp_ms": stamp,
        "body": {},
    }


def events(database: Database) -> dict[str, InboxEvent]:
    with database.transaction() as db:
        return {event.event_id: event for event in db.exec(select(InboxEvent))}


def let_pauses_pass(database: Database) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE inbox_subject SET due_at = now(), nudge_at = now() WHERE due_at IS NOT NULL"))


def test_a_subjects_events_are_handled_in_the_order_of_their_sender(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    (subject,) = store_events(inbox.database, [row("third", stamp=3), row("first", stamp=1)])
    store_events(inbox.database, [row("second", stamp=2)])
    inbox.handle(subject)
    assert bell.handled == bell.after == ["first", "second", "third"]
    assert {event.outcome for event in events(database).values()} == {"ring"}
    with database.transaction() as db:
        idle = db.get_one(InboxSubject, subject)
    assert (idle.due_at, idle.nudge_at, idle.attempts) == (None, None, 0)


def test_a_copy_changes_nothing_and_wakes_nobody(inbox: Inbox, bell: Bell) -> None:
    (subject,) = store_events(inbox.database, [row("e")])
    inbox.handle(subject)
    assert store_events(inbox.database, [row("e")]) == []
    inbox.handle(subject)
    assert bell.handled == ["e"]


def test_only_subjects_at_whose_events_nobody_is_are_to_be_woken(inbox: Inbox, bell: Bell) -> None:
    woken: list[Any] = []
    bell.meanwhile = lambda event_id: woken.append(
        store_events(inbox.database, [row(f"after {event_id}", stamp=2), row("other", "cus_2")])
    )
    (subject,) = store_events(inbox.database, [row("e")])
    bell_once = bell.meanwhile

    def once(event_id: str) -> None:
        bell.meanwhile = lambda event_id: None
        bell_once(event_id)

    bell.meanwhile = once
    inbox.handle(subject)
    assert len(woken[0]) == 1  # the other subject's
    assert bell.handled == ["e", "after e"]  # who was at it saw that another had come


def test_after_many_events_in_a_row_a_subject_lets_the_others_come_first(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    rows = [row(f"tap {number:02}", stamp=number) for number in range(IN_A_ROW + 2)]
    (subject,) = store_events(inbox.database, rows)
    inbox.handle(subject)
    inbox.handle(subject)  # in vain: its breath is not over
    assert bell.handled == [each["event_id"] for each in rows[:IN_A_ROW]]
    assert store_events(inbox.database, [row("late", stamp=99)]) == []  # it is woken by itself
    let_pauses_pass(database)
    inbox.handle(subject)
    assert bell.handled == [*(each["event_id"] for each in rows), "late"]
    with database.transaction() as db:
        idle = db.get_one(InboxSubject, subject)
    assert (idle.due_at, idle.attempts, idle.error) == (None, 0, "")


def test_a_failing_event_keeps_its_subject_waiting_and_no_other(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    bell.fails = lambda event_id: event_id == "bad"
    bad, good = store_events(
        inbox.database, [row("bad", "cus_1"), row("later", "cus_1", 2), row("good", "cus_2")]
    )
    inbox.handle(bad)
    inbox.handle(good)
    assert bell.handled == ["good"]
    assert events(database)["bad"].error == "ValueError: out of tune"
    inbox.handle(bad)  # its pause is not over
    assert bell.handled == ["good"]


def test_an_event_that_always_fails_is_given_up_and_the_next_has_all_its_tries(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    bell.fails = lambda event_id: event_id == "bad"
    (subject,) = store_events(inbox.database, [row("bad"), row("later", stamp=2)])
    for _ in range(MAX_ATTEMPTS):
        assert bell.handled == []
        let_pauses_pass(database)
        inbox.handle(subject)
    assert (bell.gone, bell.handled) == (["bad"], ["later"])
    assert events(database)["bad"].outcome == "failed"
    with database.transaction() as db:
        assert db.get_one(InboxSubject, subject).attempts == 0


def test_an_event_that_ends_its_process_is_counted_and_given_up(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    """Nobody lives to tell: each claim is counted before the work, and its lease runs out."""
    (subject,) = store_events(inbox.database, [row("deadly"), row("later", stamp=2)])
    for _ in range(MAX_ATTEMPTS):
        let_pauses_pass(database)
        with database.transaction() as db:
            assert inbox.leases.claim(db, InboxSubject, subject) is not None
    let_pauses_pass(database)
    inbox.handle(subject)
    assert (bell.gone, bell.handled) == (["deadly"], ["later"])
    assert "ended the process" in events(database)["deadly"].error


def test_what_follows_an_event_may_fail_alone(inbox: Inbox, bell: Bell, database: Database) -> None:
    bell.after = None  # type: ignore[assignment]
    (subject,) = store_events(inbox.database, [row("e")])
    inbox.handle(subject)
    assert events(database)["e"].outcome == "ring"


def test_the_others_get_jobs_of_their_own(inbox: Inbox, bell: Bell, resources: Resources) -> None:
    first, *others = store_events(inbox.database, [row(f"e{n}", f"cus_{n}") for n in range(3)])
    inbox.handle(first, *others)
    assert bell.handled == ["e0"]
    assert resources.queue.broker.client.llen("dramatiq:conversation") == 2


def test_a_source_without_a_name_for_its_subject_has_one_subject(inbox: Inbox, bell: Bell) -> None:
    (subject,) = store_events(inbox.database, [row("a", ""), row("b", "", 2)])
    inbox.handle(subject)
    assert bell.handled == ["a", "b"]


def test_a_subject_lost_to_another_is_left_to_them(inbox: Inbox, bell: Bell, database: Database) -> None:
    (subject,) = store_events(inbox.database, [row("e")])

    def take_over(event_id: str) -> None:
        with database.transaction() as db:
            lost = col(InboxSubject.id) == subject
            statement = "UPDATE inbox_subject SET lease_token = gen_random_uuid() WHERE id = :id"
            db.execute(text(statement), {"id": subject})
            assert db.exec(select(InboxSubject).where(lost)).one()

    bell.meanwhile = take_over
    inbox.handle(subject)
    with database.transaction() as db:
        assert db.get_one(InboxSubject, subject).due_at is not None


def test_a_process_told_to_stop_leaves_a_subjects_later_events_to_another(
    inbox: Inbox, bell: Bell, resources: Resources
) -> None:
    (subject,) = store_events(inbox.database, [row("first"), row("second", stamp=2)])
    bell.meanwhile = lambda event_id: resources.leases.stopping.set()
    inbox.handle(subject)
    resources.leases.give_back()
    assert bell.handled == ["first"]
    with open_resources(resources.settings) as other:
        Inbox(other.database, other.queue, other.leases, {SOURCE: bell}).handle(subject)
    assert bell.handled == ["first", "second"]


def test_what_another_has_handled_meanwhile_goes_for_nothing(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    (subject,) = store_events(inbox.database, [row("e")])

    def handle_too(event_id: str) -> None:
        with database.transaction() as db:
            statement = "UPDATE inbox_event SET handled_at = now(), outcome = 'theirs' WHERE event_id = :id"
            db.execute(text(statement), {"id": event_id})

    bell.meanwhile = handle_too
    inbox.handle(subject)
    assert bell.after == []
    assert events(database)["e"].outcome == "theirs"


def test_what_work_asks_first_is_asked_outside_its_transaction(
    inbox: Inbox, bell: Bell, database: Database
) -> None:
    store_events(inbox.database, [row("e")])
    asked: list[str] = []

    def begin(event: InboxEvent) -> Work:
        def ask() -> Work:
            asked.append(event.event_id)
            assert "unasked" not in events(database), "what was done before is rolled back"
            return Bell.begin(bell, event)

        def work(db: DbSession) -> Outcome:
            db.add(InboxEvent(source=SOURCE, event_id="unasked"))
            db.flush()
            raise AskFirst(ask)

        return work

    bell.begin = begin  # type: ignore[method-assign]
    with database.transaction() as db:
        subject = db.exec(select(InboxSubject.id)).one()
    inbox.handle(subject)
    assert (asked, bell.after) == (["e"], ["e"])
    assert events(database)["e"].outcome == "ring"
