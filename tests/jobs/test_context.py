"""A job's log lines carry the ids of what woke it, and no other job's."""

import queue
from typing import Any

from structlog.contextvars import bound_contextvars, get_contextvars

from jobs.queue import Job
from tests.jobs.test_waking import working
from tests.system import WAIT


def test_a_job_carries_its_own_ids_and_those_of_who_enqueued_it(broker_url: str) -> None:
    seen: queue.Queue[dict[str, Any]] = queue.Queue()

    def run(_message_id: int) -> None:
        seen.put(get_contextvars())

    with working(broker_url, run) as jobs:
        with bound_contextvars(request_id="abc", event_id=5, message_id=6, stage="narrate"):
            jobs.nudge(Job.ANSWER, 7)
        assert seen.get(timeout=WAIT) == {
            "job": "answer",
            "message_id": 7,
            "request_id": "abc",
            "event_id": 5,
        }
        jobs.nudge(Job.ANSWER, 8)  # in the same thread: nothing of the first is left
        assert seen.get(timeout=WAIT) == {"job": "answer", "message_id": 8}


def test_what_a_job_enqueues_carries_the_same(broker_url: str) -> None:
    seen: queue.Queue[dict[str, Any]] = queue.Queue()

    def run(message_id: int) -> None:
        if message_id == 7:
            jobs.nudge(Job.ANSWER, 8, delay_seconds=0.01)
        else:
            seen.put(get_contextvars())

    with working(broker_url, run) as jobs:
        with bound_contextvars(request_id="abc"):
            jobs.nudge(Job.ANSWER, 7)
        assert seen.get(timeout=WAIT) == {"job": "answer", "message_id": 8, "request_id": "abc"}
