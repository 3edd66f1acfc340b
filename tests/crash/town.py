"""Moment as production runs it, in real processes on this machine, with the simulator as LINE.

Children are forked from one server that has imported everything, so a process costs a few milliseconds. One that
dies is started again, as by the supervisor.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Self, TypeVar

from sqlmodel import Session as DbSession
from sqlmodel import col, select

from models.chat import Message
from models.database import engine
from models.session import CookingSession, StageRun
from models.user import User
from moment.desk import simulator_config
from moment.embedded import free_port
from moment.environment import desk_channels
from simulator.client import Desk, Learner
from simulator.server import make_server
from tests.crash.process import Part, Plan, reconciling, run, web, worker
from tests.process import name_in_environment
from tests.system import listening, served

T = TypeVar("T")

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.process"])

# Seconds. Crashes come one after another, and the machine may be busy.
PATIENCE = 120.0
LOOK = 0.03  # seconds between two looks at something waited for
QUEUES = ("conversation", "media", "models", "video")


def wait_until(condition: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """The first truthy result. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(LOOK)
    return found


@dataclass
class Running:
    part: Part
    process: ForkServerProcess


@dataclass
class Town:
    desk: Desk
    web_url: str
    plan: Plan
    ended: list[tuple[str, int]] = field(default_factory=list)  # which part, its exit code
    _running: dict[str, Running] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    @property
    def folder(self) -> Path:
        return self.plan.folder

    def start(self, *parts: Part) -> None:
        with self._lock:
            for part in parts:
                self._start(part)

    def kill(self, name: str) -> int:
        """SIGKILL; the keeper starts it again. Returns the dead one's pid."""
        with self._lock:
            pid = self._running[name].process.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: any(who == name for who, _ in self.ended), f"{name}'s end")
        return pid

    def stop(self, *names: str) -> None:
        """SIGTERM, for good."""
        with self._lock:
            leaving = [self._running.pop(name) for name in names]
        for running in leaving:
            running.process.terminate()
        for running in leaving:
            running.process.join(20)
            if running.process.is_alive():
                running.process.kill()
                running.process.join()

    def session(self, learner: Learner) -> CookingSession:
        with DbSession(engine()) as db:
            statement = select(CookingSession).join(User).where(User.line_user_id == learner.user_id)
            return db.exec(statement.order_by(col(CookingSession.id).desc())).one()

    def runs(self, learner: Learner) -> dict[str, StageRun]:
        with DbSession(engine()) as db:
            found = db.exec(select(StageRun).where(StageRun.session_id == self.session(learner).id))
            return {stage_run.stage: stage_run for stage_run in found}

    def owed(self) -> list[Message]:
        """Every message that was ours to send, of whatever end."""
        with DbSession(engine()) as db:
            owed = select(Message).where(col(Message.retry_key).is_not(None))
            return list(db.exec(owed.order_by(col(Message.id))))

    def logs(self) -> str:
        """The end of what each process logged, for a failure's report."""
        return "\n".join(
            f"--- {log.stem}\n{log.read_text(errors='replace')[-3000:]}"
            for log in sorted(self.folder.glob("*.log"))
            if log.stat().st_size
        )

    def _start(self, part: Part) -> None:
        process = FORKS.Process(target=run, args=(part, self.plan), name=part.name, daemon=True)
        process.start()
        self._running[part.name] = Running(part, process)

    def _keep(self) -> None:
        while not self._stop.wait(LOOK):
            with self._lock:
                for running in list(self._running.values()):
                    code = running.process.exitcode
                    if code is not None:
                        self.ended.append((running.part.name, code))
                        self._start(running.part)

    def __enter__(self) -> Self:
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        assert self._keeper is not None
        self._keeper.join()
        self.stop(*self._running)


@contextmanager
def town(
    folder: Path,
    *,
    points: Iterable[str] = (),
    always: bool = False,
    prepare: tuple[str, ...] = (),
    **variables: str,
) -> Iterator[Town]:
    """The simulator runs and every setting is named; the processes are the test's to start."""
    (folder / "marks").mkdir()
    (folder / "tmp").mkdir()
    port = free_port()
    web_url = f"http://127.0.0.1:{port}"
    sock = listening()
    desk_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    # A web process needs a moment to be started again; LINE's own pauses are longer than these.
    config = simulator_config(web_url, folder / "simulator").model_copy(
        update={"redelivery_delays_seconds": [0.2, 0.4, 0.8, 1.6, 3.2, 6.4]}
    )
    named = {
        "LINE_CHANNELS": desk_channels(),
        "LINE_API_URL": desk_url,
        "PUBLIC_URL": web_url,
        "STORE_DIR": str(folder / "objects"),
        "TMPDIR": str(folder / "tmp"),
        "PROVIDERS": "tests.quick_providers",
        "LEASE": "PT1S",
        "RECONCILE_EVERY": "PT0.3S",
        **{name: os.environ[name] for name in ("DATABASE_URL", "BROKER_URL")},
        **variables,
    }
    plan = Plan(named, folder, tuple(points), always, prepare)
    ours = {name: value for name, value in named.items() if name != "TMPDIR"}
    with served(make_server(config, port=0), sock), name_in_environment(**ours), Desk(desk_url) as desk:
        desk.wait_until_ready()
        desk.webhook_behaviour(redelivery=True)
        with Town(desk, web_url, plan) as made:
            yield made


def everything(made: Town) -> list[Part]:
    """One of each process."""
    return [web(int(made.web_url.rsplit(":", 1)[1])), *(worker(queue) for queue in QUEUES), reconciling()]
