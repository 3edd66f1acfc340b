"""Moment as production runs it, in real processes on this machine, with the simulator as LINE.

Children are forked from one server that has imported everything, so a process costs a few milliseconds. One that
dies is started again, as by the supervisor.
"""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Self, TypeVar

import uvicorn
from sqlmodel import col, select

from desk.stack import Layout, Part, Stack, StackFailed, Web, start_stack
from jobs.queue import Job, JobQueue, Queue
from models.chat import Message
from models.database import Database
from models.inbox import InboxEvent, InboxSubject
from models.media import Media
from models.session import CookingSession, StageRun
from models.user import User
from settings import Settings
from simulator.line.client import Desk, Learner
from simulator.line.config import LineConfig
from simulator.line.server import make_server
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server as make_stripe_server
from tests.consents import consent_of
from tests.crash.points import DIED
from tests.crash.process import Trial, run
from tests.system import listening, served

T = TypeVar("T")

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.process"])

# Seconds. Crashes come one after another, and the machine may be busy.
PATIENCE = 180.0
STOP_SECONDS = 20.0
KEEP = 0.03  # seconds between two looks whether a process has died
LOOK = 0.1  # at what a test waits for: each look is a dozen statements

# What leads to the text: a video of it takes seconds to render.
WITHOUT_RENDERING = tuple(queue for queue in Queue if queue is not Queue.VIDEO)
# A web process needs a moment to be started again; LINE's own pauses are longer than these.
REDELIVERY_DELAYS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)

OWING = (InboxSubject, Message, Media, StageRun, CookingSession)


@dataclass
class Child:
    name: str
    part: Part
    settings: Settings
    process: ForkServerProcess


@dataclass
class ForkLauncher:
    """Runs each part in a process of its own and keeps it running until the block ends."""

    trial: Trial
    deaths: list[tuple[str, int]] = field(default_factory=list)  # the name of which part, its exit code
    retired: list[tuple[str, int]] = field(
        default_factory=list
    )  # the same, of those that others have replaced
    _asked_to_stop: set[str] = field(default_factory=set)
    _children: dict[str, Child] = field(default_factory=dict)
    _sockets: dict[int, socket.socket] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    def reserve_port(self) -> int:
        """A socket holds it until its part starts."""
        sock = self._stack.enter_context(closing(listening()))
        port: int = sock.getsockname()[1]
        self._sockets[port] = sock
        return port

    def start_line(self, config: LineConfig, port: int, folder: Path) -> None:
        """In this process: nobody kills LINE."""
        self.serve_here(make_server(config, port=0), port)

    def serve_here(self, server: uvicorn.Server, port: int) -> None:
        """On a port that was reserved, until the launcher's block ends."""
        self._stack.enter_context(served(server, self._sockets.pop(port)))

    def start_stripe(self, config: StripeConfig, port: int) -> None:
        self._sockets.pop(port).close()  # it listens itself: its pages name their own address
        self._stack.enter_context(served(make_stripe_server(config, port)))

    def start(self, part: Part, settings: Settings) -> None:
        if isinstance(part, Web):
            self._sockets.pop(part.port).close()
        with self._lock:
            self._fork(self._free_name(str(part)), part, settings)

    def replace(self, settings: Settings) -> None:
        """Every worker and the reconciler, one by one, each started before the one that it replaces ends."""
        with self._lock:
            old = {
                name: child.part for name, child in self._children.items() if not isinstance(child.part, Web)
            }
        for name, part in old.items():
            self.start(part, settings)
            self.retire(name)

    def check(self) -> None:
        for name, code in self.deaths:
            is_told = code == 0 and name in self._asked_to_stop
            if code not in (DIED, -signal.SIGKILL) and not is_told:
                raise StackFailed(f"{name} ended with {code}:\n{self.logs()}")

    def process_id(self, name: str) -> int:
        with self._lock:
            return self._process_id(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """The keeper starts it again. Returns the dead one's pid."""
        with self._lock:
            pid = self._process_id(name)
            if number == signal.SIGTERM:
                self._asked_to_stop.add(name)
            os.kill(pid, number)
        return pid

    def retire(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Ended, and not started again; returns when it is gone."""
        with self._lock:
            pid = self._process_id(name)
            process = self._children.pop(name).process
        os.kill(pid, number)
        process.join(STOP_SECONDS)
        if process.exitcode is None:
            raise StackFailed(f"{name} does not end:\n{self.logs()}")
        self.retired.append((name, process.exitcode))

    def names(self, *kinds: type[Part]) -> Sequence[str]:
        """Of the processes of these kinds that run."""
        with self._lock:
            return [child.name for child in self._children.values() if isinstance(child.part, kinds)]

    def logs(self) -> str:
        """The end of what each process logged, for a failure's report."""
        return "\n".join(
            f"--- {log.stem}\n{log.read_text(errors='replace')[-3000:]}"
            for log in sorted(self.trial.folder.glob("*.log"))
            if log.stat().st_size
        )

    def _free_name(self, name: str) -> str:
        """A second worker of a queue is "worker models 2"."""
        names = [name, *(f"{name} {number}" for number in range(2, len(self._children) + 3))]
        return next(each for each in names if each not in self._children)

    def _process_id(self, name: str) -> int:
        pid = self._children[name].process.pid
        assert pid is not None
        return pid

    def _fork(self, name: str, part: Part, settings: Settings) -> None:
        arguments = (name, part, settings, self.trial)
        process = FORKS.Process(target=run, args=arguments, name=name, daemon=True)
        process.start()
        self._children[name] = Child(name, part, settings, process)

    def _keep(self) -> None:
        while not self._stop.wait(KEEP):
            with self._lock:
                for child in list(self._children.values()):
                    code = child.process.exitcode
                    if code is not None:
                        self.deaths.append((child.name, code))
                        self._fork(child.name, child.part, child.settings)

    def __enter__(self) -> Self:
        for folder in (self.trial.marks, self.trial.scratch):
            folder.mkdir()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        assert self._keeper is not None
        self._keeper.join()
        processes = [child.process for child in self._children.values()]
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
        self._stack.close()


@dataclass(frozen=True)
class Town:
    """What a test talks to and looks at."""

    stack: Stack
    launcher: ForkLauncher
    database: Database

    @property
    def desk(self) -> Desk:
        return self.stack.desk

    @property
    def settings(self) -> Settings:
        return self.stack.settings

    @property
    def folder(self) -> Path:
        return self.launcher.trial.folder

    @property
    def deaths(self) -> list[tuple[str, int]]:
        return self.launcher.deaths

    def start(self, *parts: Part) -> None:
        for part in parts:
            self.launcher.start(part, self.settings)

    def wait_until(self, condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
        """The first truthy result. Raises TimeoutError, StackFailed when a process has ended as none should."""
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            self.launcher.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:g} s for {what}\n{self.launcher.logs()}")
            time.sleep(LOOK)
        return result

    def call_handlers(self, times: int) -> None:
        """Nudges for every learner's events, more than are needed: several workers get one."""
        with self.database.transaction() as db:
            subject_ids = db.exec(select(InboxSubject.id)).all()
        with closing(JobQueue(self.settings.broker_url or "")) as queue:
            for subject_id in [*subject_ids] * times:
                queue.nudge(Job.HANDLE_EVENTS, subject_id)

    def agree(self, learner: Learner) -> None:
        """To their footage being looked at, once they are known; no part of what is tried here."""

        def user_id() -> int | None:
            with self.database.transaction() as db:
                return db.exec(select(User.id).where(User.line_user_id == learner.user_id)).first()

        known = self.wait_until(user_id, "the learner to be known")
        assert known is not None
        with self.database.transaction() as db:
            consent_of(db, known)

    def sessions(self, learner: Learner) -> Sequence[CookingSession]:
        with self.database.transaction() as db:
            statement = select(CookingSession).join(User).where(User.line_user_id == learner.user_id)
            return db.exec(statement.order_by(col(CookingSession.id))).all()

    def session(self, learner: Learner) -> CookingSession:
        return self.sessions(learner)[-1]

    def runs(self, learner: Learner) -> dict[str, StageRun]:
        with self.database.transaction() as db:
            runs = db.exec(select(StageRun).where(StageRun.session_id == self.session(learner).id))
            return {stage_run.stage: stage_run for stage_run in runs}

    def media(self, learner: Learner) -> Sequence[Media]:
        with self.database.transaction() as db:
            statement = select(Media).join(User).where(User.line_user_id == learner.user_id)
            return db.exec(statement.order_by(col(Media.id))).all()

    def events(self) -> Sequence[InboxEvent]:
        """In the order of LINE's stamps."""
        with self.database.transaction() as db:
            ordered = select(InboxEvent).order_by(col(InboxEvent.timestamp_ms), col(InboxEvent.id))
            return db.exec(ordered).all()

    def owed(self) -> Sequence[Message]:
        """Every message that was ours to send, of whatever end."""
        with self.database.transaction() as db:
            owed = select(Message).where(col(Message.retry_key).is_not(None))
            return db.exec(owed.order_by(col(Message.id))).all()

    def overtaken(self) -> Sequence[Message]:
        """Answers that were given up because a later one had come."""
        with self.database.transaction() as db:
            dropped = select(Message).where(
                col(Message.line_body).is_not(None), col(Message.retry_key).is_(None)
            )
            return db.exec(dropped).all()

    def is_at_rest(self) -> bool:
        """No row owes work, and nobody holds one."""
        with self.database.transaction() as db:
            rows: list[Any] = [row for table in OWING for row in db.exec(select(table))]
        return all(row.nudge_at is None and getattr(row, "lease_token", None) is None for row in rows)


@contextmanager
def start_town(
    folder: Path,
    settings: Settings,
    *,
    queues: Sequence[Queue] = tuple(Queue),
    reconciler: bool = True,
    web: bool = True,
    points: Sequence[str] = (),
    always: bool = False,
    prepare: Sequence[Callable[[Path], None]] = (),
    long_lived_tokens: bool = True,
    web_port: int | None = None,
    **changes: Any,
) -> Iterator[Town]:
    """`settings` name database and broker; `changes` are of other settings. What is not started at once, `start`
    starts later."""
    quick = settings.change(
        **{"lease": timedelta(seconds=1), "reconcile_every": timedelta(seconds=0.3), **changes}
    )
    trial = Trial(folder, points=tuple(points), always=always, prepare=tuple(prepare))
    layout = Layout(
        folder,
        queues=queues,
        reconciler=reconciler,
        web=web,
        long_lived_tokens=long_lived_tokens,
        web_port=web_port,
        redelivery_delays_seconds=REDELIVERY_DELAYS,
    )
    with (
        ForkLauncher(trial) as launcher,
        start_stack(quick, launcher, layout) as stack,
        closing(Database(settings.database_url or "")) as database,
    ):
        stack.desk.webhook_behaviour(redelivery=True)
        yield Town(stack, launcher, database)
