"""A pass costs what is due, however much is settled, and wakes each due row once."""

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import cast

import dramatiq
import pytest
from sqlalchemy import func
from sqlmodel import col, select, update

from benchmarks.backlog import fill, lose_workers
from jobs.nudges import PUT_SECONDS, LiveNudges, announce, note
from jobs.queue import Job, JobQueue, Queue
from jobs.reconciler import KINDS, Kind, take_due
from models.base import database_now
from models.chat import Message, MessageType, RoomType, Sender
from models.database import Database
from models.deletion import Deletion
from models.demonstration import Demonstration
from models.dish import Dish
from models.export import Export
from models.inbox import EventSource, InboxSubject
from models.media import Media, MediaKind, MediaSource, MediaState
from models.menu import MenuLink
from models.session import CookingSession, StageName, StageRun
from models.user import User
from moment.resources import Resources
from services.outbox import room_of
from tests.conftest import own_database

LOST = 10


@pytest.fixture(scope="module")
def backlog(postgres_url: str) -> Iterator[Database]:
    """Twenty thousand settled rows, and two thousand sessions in good hands."""
    with own_database(postgres_url) as url, closing(Database(url)) as database:
        fill(database, settled=20_000, at_work=2_000)  # fewer subjects lie on so few pages that all are read
        yield database


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.table.__tablename__)
def test_due_rows_are_found_through_the_index(backlog: Database, kind: Kind) -> None:
    plan = explain(backlog, kind)
    assert "Seq Scan" not in plan, plan
    assert f"ix_{kind.table.__tablename__}_due" in plan, plan


def explain(database: Database, kind: Kind) -> str:
    statement = take_due(kind).compile(database.engine)
    with database.engine.connect() as connection:
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", statement.params).scalars())


def test_a_pass_enqueues_each_lost_row_once(resources: Resources) -> None:
    fill(resources.database, settled=20_000, at_work=200)
    resources.reconciler.pass_once()  # the broker is new to it, and to be told from one that has lost its messages
    lose_workers(resources.database, LOST)
    with resources.database.transaction() as db:
        due = select(StageRun.session_id, StageRun.stage).where(col(StageRun.nudge_at) <= func.now())
        rows = [(session_id, stage) for session_id, stage in db.exec(due)]

    counts = [resources.reconciler.pass_once() for _ in range(3)]

    assert counts == [LOST, 0, 0]
    assert sorted(jobs_in(resources.queue)) == sorted((Job.RUN_STAGE, row) for row in rows)


def test_each_kind_of_row_wakes_its_job(resources: Resources) -> None:
    rows = add_due_rows(resources.database)

    counts = [resources.reconciler.pass_once() for _ in range(2)]

    assert counts == [len(rows), 0]
    assert sorted(jobs_in(resources.queue)) == sorted(rows)


def test_a_broker_that_has_lost_its_messages_is_told_them_again(resources: Resources) -> None:
    rows = add_due_rows(resources.database)
    assert resources.reconciler.pass_once() == len(rows)

    resources.queue.broker.client.flushdb()
    assert resources.reconciler.pass_once() == len(rows)
    assert sorted(jobs_in(resources.queue)) == sorted(rows)


def test_work_of_another_release_is_left_to_those_who_know_it(resources: Resources) -> None:
    rows = add_due_rows(resources.database)
    with resources.database.transaction() as db:
        db.execute(update(StageRun).values(job="taste"))

    assert resources.reconciler.pass_once() == len(rows) - 1


def add_due_rows(database: Database) -> list[tuple[Job, tuple[int | str, ...]]]:
    """One due row for each job that rows owe; returns the jobs."""
    with database.transaction() as db:
        user = User(line_user_id="U1", first_name="ゆうこ")
        db.add(user)
        db.flush()
        dish = db.exec(select(Dish.id).order_by(col(Dish.id)).limit(1)).one()
        session = CookingSession(user_id=user.id, dish_id=dish, session_number=1)
        db.add(session)
        db.flush()
        subject = InboxSubject(source=EventSource.LINE, subject="U1")
        question, notice = (
            Message(
                chat_room_id=room_of(db, user.id, RoomType.COACHING).id,
                sender=sender,
                kind=kind,
                text="なぜ？",
            )
            for sender, kind in ((Sender.USER, MessageType.QUESTION), (Sender.SYSTEM, MessageType.NOTICE))
        )
        clip, unusable_clip = (
            Media(
                user_id=user.id, kind=MediaKind.VIDEO, source=MediaSource.LINE, object_key=state, state=state
            )
            for state in (MediaState.OWED, MediaState.REJECTED)
        )
        run = StageRun(session_id=session.id, stage=StageName.PRODUCE_VIDEO, job=Job.RENDER)
        deletion = Deletion(user_id=user.id)
        link = MenuLink(user_id=user.id, channel="moment")
        export = Export(user_id=user.id, object_key="exports/1.zip")
        db.add_all([subject, question, notice, clip, unusable_clip, run, deletion, export, link])
        db.flush()
        to_hear, to_make = (
            Demonstration(
                session_id=session.id,
                clip_id=clip.id,
                recording={},
                voice_key="v",
                film_key="f",
                preview_key="p",
                sent_at=sent_at,
            )
            for sent_at in (None, database_now(db))
        )
        db.add_all([to_hear, to_make])
        db.flush()
        for table in (InboxSubject, Message, Media, StageRun, Deletion, Export, MenuLink, Demonstration):
            db.execute(update(table).values(due_at=func.now(), nudge_at=func.now()))
        db.execute(update(CookingSession).values(nudge_at=func.now()))
        return [
            (Job.HANDLE_EVENTS, (subject.id,)),
            (Job.ANSWER, (question.id,)),
            (Job.DELIVER, (notice.id,)),
            (Job.FETCH_MEDIA, (clip.id,)),
            (Job.PURGE_MEDIA, (unusable_clip.id,)),
            (Job.DELETE_LEARNER, (deletion.id,)),
            (Job.SHOW_MENU, (link.id,)),
            (Job.EXPORT, (export.id,)),
            (Job.HEAR, (to_hear.id,)),
            (Job.SHOW, (to_make.id,)),
            (Job.SCHEDULE, (session.id,)),
            (Job.RENDER, (session.id, StageName.PRODUCE_VIDEO)),
        ]


def jobs_in(queue: JobQueue) -> list[tuple[str, tuple[int | str, ...]]]:
    """What waits in the broker, as (job, arguments)."""
    client = queue.broker.client
    messages = [
        dramatiq.Message.decode(cast("bytes", encoded))
        for name in Queue
        for encoded in client.hgetall(f"dramatiq:{name}.msgs").values()
    ]
    return [(message.actor_name, tuple(message.args)) for message in messages]


def test_a_row_has_one_live_nudge_however_often_it_is_found_due(resources: Resources) -> None:
    rows = add_due_rows(resources.database)
    for _ in range(3):  # nobody has followed the nudges in all the time until they are sent again
        with resources.database.transaction() as db:
            for table in (
                InboxSubject,
                Message,
                Media,
                CookingSession,
                StageRun,
                Deletion,
                Export,
                MenuLink,
                Demonstration,
            ):
                due = col(table.nudge_at).is_not(None)
                db.execute(update(table).where(due).values(nudge_at=func.now()))
        assert resources.reconciler.pass_once() == len(rows)
    assert sorted(jobs_in(resources.queue)) == sorted(rows)


def test_a_nudge_that_is_being_followed_keeps_no_other_away(resources: Resources) -> None:
    seen: list[int] = []
    was_seen_again = threading.Event()

    def deliver(message_id: int) -> None:
        seen.append(message_id)
        if len(seen) == 1:  # something new is owed on the row that this job has looked at already
            resources.queue.nudge(Job.DELIVER, message_id)
        else:
            was_seen_again.set()

    resources.queue.declare({Job.DELIVER: deliver})
    worker = dramatiq.Worker(resources.queue.broker, queues={Queue.CONVERSATION}, worker_timeout=50)
    worker.start()
    try:
        resources.queue.nudge(Job.DELIVER, 7)
        assert was_seen_again.wait(20)
    finally:
        worker.stop()
    assert seen == [7, 7]


def test_a_nudge_that_was_followed_before_its_sender_noted_it_keeps_no_other_away(
    resources: Resources,
) -> None:
    client = resources.queue.broker.client
    assert announce(client, Job.DELIVER, [7])
    assert not announce(client, Job.DELIVER, [7])
    followed: dramatiq.Message[None] = dramatiq.Message(Queue.CONVERSATION, Job.DELIVER, (7,), {}, {})
    LiveNudges().before_process_message(resources.queue.broker, dramatiq.MessageProxy(followed))
    note(client, Job.DELIVER, [7])
    assert announce(client, Job.DELIVER, [7])
    assert client.ttl("moment:nudged:deliver:7") <= PUT_SECONDS  # should its sender die now
