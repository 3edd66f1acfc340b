"""The processes production runs: web, one worker per queue, the reconciler."""

import os
import signal
import sys
import threading

from moment.console import say
from moment.supervisor import Child, Supervisor, leave_with_parent, moment
from settings import settings

# How often a consumer looks into its queue: neither a tap nor the step from one stage to the next may wait for it.
POLL_MS = {"conversation": 15, "media": 15, "models": 15, "video": 100}
STOP_MS = 10_000


def serve(host: str, port: int) -> None:
    """The web process, until it is told to stop."""
    import uvicorn

    from webhooks.app import make_app

    leave_with_parent(_terminate_self)
    # The thread that commits must not wait five milliseconds, Python's usual turn, each time Postgres has answered.
    sys.setswitchinterval(0.001)
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )
    say(f"web on http://{host}:{port}")
    server.run()


def work(queue: str) -> None:
    """One queue's worker, until it is told to stop."""
    # Dramatiq counts what is being worked on as fetched: with one for each thread all of them work, and
    # nothing is held behind a long job while another worker is idle.
    os.environ.setdefault("dramatiq_queue_prefetch", str(_threads(queue)))
    from dramatiq import Worker

    from bot.jobs import JOBS as CONVERSATION_JOBS
    from pipeline.jobs import JOBS as PIPELINE_JOBS
    from pipeline.queue import broker, declare

    declare({**CONVERSATION_JOBS, **PIPELINE_JOBS})
    worker = Worker(broker(), queues={queue}, worker_timeout=POLL_MS[queue], worker_threads=_threads(queue))
    stop = _stopped_by_signals()
    worker.start()
    stop.wait()
    worker.stop(timeout=STOP_MS)


def work_all() -> None:
    """A worker process for each queue, restarted when it dies."""
    with Supervisor(worker_children()) as supervisor:
        supervisor.stop_on_signals()
        leave_with_parent(_terminate_self)
        supervisor.wait()


def worker_children() -> list[Child]:
    return [Child(f"worker {queue}", moment("worker", "--queue", queue)) for queue in POLL_MS]


def reconcile() -> None:
    """The reconciler, until it is told to stop."""
    from pipeline import reconciler

    reconciler.run(_stopped_by_signals())


def _threads(queue: str) -> int:
    return {
        "conversation": settings().conversation_threads,
        "media": settings().media_threads,
        "models": settings().model_threads,
        "video": settings().video_threads,
    }[queue]


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    leave_with_parent(stop.set)
    return stop


def _terminate_self() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
