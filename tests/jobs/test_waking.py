"""Workers learn of their jobs from the broker, and leave it in peace while there are none."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import redis
from dramatiq import Message, Worker

from jobs import waking
from jobs.queue import Job, JobQueue, Queue, enqueue
from jobs.sign_of_life import SignOfLife
from models.base import utc_now
from moment.processes import NOTICE_MS, make_worker
from moment.resources import Resources
from tests.system import WAIT

NEVER = 3600.0  # seconds


@contextmanager
def working(broker_url: str, run: Callable[..., None], threads: int = 1) -> Iterator[JobQueue]:
    """A queue whose worker does nothing but `run`."""
    queue = JobQueue(broker_url)
    queue.declare({Job.ANSWER: run})
    worker = Worker(queue.broker, queues={"answers"}, worker_timeout=NOTICE_MS, worker_threads=threads)
    worker.queue_prefetch = threads
    worker.start()
    try:
        yield queue
    finally:
        worker.stop()
        queue.close()


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a wake lets a consumer fetch again."""
    monkeypatch.setattr(waking, "LOOK_SECONDS", NEVER)


def test_each_job_wakes_its_worker(broker_url: str, nobody_looks: None) -> None:
    done: list[int] = []
    seen = threading.Semaphore(0)

    def run(number: int) -> None:
        done.append(number)
        seen.release()

    with working(broker_url, run) as queue:
        for number in range(5):
            queue.nudge(Job.ANSWER, number)
            assert seen.acquire(timeout=WAIT)
    assert done == list(range(5))


@pytest.mark.parametrize("hours_off", [-2, 2])
def test_a_job_of_a_process_whose_clock_is_off_is_run(broker_url: str, hours_off: int) -> None:
    seen = threading.Event()
    with working(broker_url, lambda number: seen.set()) as queue:
        stamp = int((utc_now() + timedelta(hours=hours_off)).timestamp() * 1000)
        nudge: Message[Any] = Message(
            queue_name="answers",
            actor_name=Job.ANSWER,
            args=(1,),
            kwargs={},
            options={},
            message_timestamp=stamp,
        )
        queue.broker.enqueue(nudge)
        assert seen.wait(WAIT)


def test_jobs_that_came_while_it_was_busy_follow_at_once(broker_url: str, nobody_looks: None) -> None:
    go, done = threading.Event(), threading.Semaphore(0)

    def run(_number: int) -> None:
        assert go.wait(WAIT)
        done.release()

    with working(broker_url, run) as queue:
        for number in range(5):
            queue.nudge(Job.ANSWER, number)
        go.set()
        assert all(done.acquire(timeout=WAIT) for _ in range(5))


def test_a_delayed_job_runs_when_its_time_has_come(broker_url: str, nobody_looks: None) -> None:
    done = threading.Event()
    delay = timedelta(seconds=0.3)
    with working(broker_url, lambda _number: done.set()) as queue:
        sent_at = utc_now()
        queue.nudge(Job.ANSWER, 1, delay_seconds=delay.total_seconds())
        assert done.wait(WAIT)
        assert utc_now() - sent_at >= delay


def test_what_nobody_told_of_is_found_all_the_same(broker_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis.Redis, "publish", lambda *_: 0)
    done = threading.Event()
    with working(broker_url, lambda _number: done.set()) as queue:
        queue.nudge(Job.ANSWER, 1)
        assert done.wait(WAIT)


def test_what_was_told_before_it_listened_is_found_all_the_same(
    broker_url: str, nobody_looks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, listens, done = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr(SignOfLife, "note", lambda _: looked.set())
    subscribe: Any = redis.Redis.pubsub

    def subscribe_late(client: Any, **options: Any) -> Any:
        assert listens.wait(WAIT)
        return subscribe(client, **options)

    monkeypatch.setattr(redis.Redis, "pubsub", subscribe_late)
    with working(broker_url, lambda _number: done.set()) as queue:
        assert looked.wait(WAIT)  # and found nothing
        queue.nudge(Job.ANSWER, 1)
        listens.set()
        assert done.wait(WAIT)


def test_a_worker_at_rest_asks_for_nothing(broker_url: str, nobody_looks: None) -> None:
    done = threading.Semaphore(0)
    with working(broker_url, lambda _number: done.release()) as queue:
        queue.nudge(Job.ANSWER, 1)
        assert done.acquire(timeout=WAIT)
        queue.broker.join("answers")
        asked = count_scripts(queue)
        # The last job's end lets it look once more.
        assert any(rest(asked) for _ in range(3))


def rest(asked: list[object]) -> bool:
    """Whether nothing is asked during several intervals."""
    asked.clear()
    threading.Event().wait(NOTICE_MS * 4 / 1000)
    return not asked


def count_scripts(queue: JobQueue) -> list[object]:
    """What the broker is asked from now on."""
    asked: list[object] = []
    dispatch = queue.broker.scripts["dispatch"]

    def count(**options: Any) -> object:
        asked.append(options)
        return dispatch(**options)

    queue.broker.scripts["dispatch"] = count
    return asked


def test_a_worker_takes_no_more_than_its_threads_can_do(resources: Resources) -> None:
    """What it held behind a long job an idle worker could do."""
    worker = make_worker(resources, Queue.VIDEO)
    assert worker.queue_prefetch == resources.settings.video_threads == 1


def test_a_commit_wakes_each_queue_once(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(redis.Redis, "publish", lambda _client, _channel, queue: woken.append(queue))
    _ = resources.queue  # it sends what a commit owes
    with resources.database.transaction() as db:
        for number in range(3):
            enqueue(db, Job.ANSWER, number)
            enqueue(db, Job.DELIVER, number)
    assert sorted(woken) == ["answers", "conversation"]
    assert [resources.queue.broker.do_qsize(queue) for queue in woken] == [3, 3]
