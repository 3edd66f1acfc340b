"""The processes production runs: web, one worker per queue, the reconciler."""

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from desk.console import say
from jobs.queue import Queue
from moment.resources import Resources
from moment.watch.process import watched_reconciler, watched_web, watched_worker
from settings import Settings

if TYPE_CHECKING:
    from types import FrameType

    from dramatiq import Worker

NOTICE_MS = 100  # until a worker at rest notices that it shall stop, or that a delayed job is due
# Cloud Run, Kubernetes and systemd kill what is not gone ten seconds after they ask.
STOP_MS = 6_000
LOOK_STOP_SECONDS = 1.0


def serve(resources: Resources, host: str, port: int) -> None:
    """The web process, until it is told to stop."""
    import uvicorn

    from companion.wire import MOST_MESSAGE_BYTES
    from moment.app import make_app

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
            """It waits for open streams before anybody else is told that it stops."""
            for streams in app.state.streams:
                streams.close()
            super().handle_exit(sig, frame)

    app = make_app(resources)
    # What was imported stays: looking through all of it again and again would hold up every request for a tenth of a second.
    gc.collect()
    gc.freeze()
    # The thread that commits must not wait five milliseconds, Python's usual turn, each time Postgres has answered.
    sys.setswitchinterval(0.001)
    server = Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            log_config=None,  # its loggers go our way (logs.start)
            timeout_graceful_shutdown=5,
            ws_max_size=MOST_MESSAGE_BYTES,
            # Sound and pictures do not shrink, and a few bytes that unfold to thousands of messages fill the memory.
            ws_per_message_deflate=False,
        )
    )
    with watched_web(resources):
        say(f"web on http://{host}:{port}")
        server.run()


def work(resources: Resources, queue: Queue) -> None:
    """One queue's worker, until it is told to stop."""
    worker = make_worker(resources, queue)
    stop = _set_by_signals()
    with watched_worker(resources, queue):
        worker.start()
        stop.wait()
        resources.leases.stopping.set()
        worker.stop(timeout=STOP_MS)
    resources.leases.give_back()
    if any(thread.is_alive() for thread in worker.workers):
        _leave_at_once()


def _leave_at_once() -> None:
    """Threads that still work, in a call that nothing interrupts, would end the process in a crash."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def make_worker(resources: Resources, queue: Queue) -> "Worker":
    """The actors of this queue and the threads that run them, not started yet."""
    from dramatiq import Worker

    resources.queue.declare(resources.jobs_of(queue))
    threads = thread_count(resources.settings, queue)
    worker = Worker(resources.queue.broker, queues={queue}, worker_timeout=NOTICE_MS, worker_threads=threads)
    # Dramatiq counts what is being worked on as fetched: with one for each thread all of them work, and
    # nothing is held behind a long job while another worker is idle. (Its environment variable for this is read
    # once, when it is imported.)
    worker.queue_prefetch = threads
    return worker


def reconcile(resources: Resources) -> None:
    """The reconciler, until it is told to stop."""
    stop = _set_by_signals()
    with (
        watched_reconciler(resources),
        missed_events_looked_for(resources, stop),
        _beside("absences", resources.absences.run, stop),
        _beside("retention", resources.retention.run, stop),
        _beside("invariants", resources.invariants.run, stop),
        _beside("lost calls", resources.lost_calls.run, stop),
        _beside("push quotas", partial(_look_at_quotas, resources), stop),
    ):
        resources.reconciler.run(stop)


def _look_at_quotas(resources: Resources, stop: threading.Event) -> None:
    """LINE's SDK takes a second to load, and the reconciler needs it for nothing else: it is loaded in this thread."""
    resources.push_quotas.run(stop)


def missed_events_looked_for(resources: Resources, stop: threading.Event) -> AbstractContextManager[None]:
    """Beside the block, where the plan is for sale."""
    missed = resources.missed_events
    return _beside("missed events", missed.run, stop) if missed is not None else nullcontext()


@contextmanager
def _beside(name: str, look: Callable[[threading.Event], None], stop: threading.Event) -> Iterator[None]:
    """In a thread beside the block, until its end or `stop`."""
    # A daemon: a call that nobody answers must not hold the process, and what it breaks off is found again.
    thread = threading.Thread(target=look, args=(stop,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(LOOK_STOP_SECONDS)


def thread_count(settings: Settings, queue: Queue) -> int:
    return {
        Queue.CONVERSATION: settings.conversation_threads,
        Queue.ANSWERS: settings.answer_threads,
        Queue.MEDIA: settings.media_threads,
        Queue.PREPARATION: settings.preparation_threads,
        Queue.MODELS: settings.model_threads,
        Queue.VIDEO: settings.video_threads,
    }[queue]


def _set_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
