"""The whole of Moment in this process, over real sockets: simulator, web, workers, reconciler."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from sqlmodel import col, select

from companion.ports import Live
from desk.simulated_line import ONE_ACCOUNT, Accounts
from desk.stack import Layout, Part, ReconcilerPart, Web, Worker, start_stack
from models.chat import Message
from models.database import Database
from models.media import Media
from models.session import CookingSession, StageRun
from models.user import SubscriptionStatus, User
from moment.app import make_app
from moment.processes import make_worker
from moment.resources import Resources, open_resources
from pipeline.providers.registry import Build
from settings import Settings
from simulator.line import webhooks
from simulator.line.client import Desk, Learner, Thread
from simulator.line.config import LineConfig, Person
from simulator.line.server import make_server
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server as make_stripe_server
from tests import quick_providers
from tests.consents import consent_of
from tests.network_guard import network_guard

WAIT = 120.0  # seconds; the machine may be busy, no test sleeps
STOP_SECONDS = 15.0

# On a busy machine our own answer may take longer than LINE waits for it, and without redelivery the event is lost.
SHIPPED_BUDGET, webhooks.TIME_BUDGET_SECONDS = webhooks.TIME_BUDGET_SECONDS, 30.0


def listening() -> socket.socket:
    """A socket on a free port, so that the port is known before the server runs."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    return sock


@contextmanager
def served(server: uvicorn.Server, sock: socket.socket | None = None) -> Iterator[None]:
    thread = threading.Thread(target=server.run, args=([sock] if sock else None,), daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        thread.join(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)


@dataclass
class ThreadLauncher:
    """Each part in threads of this process, with resources of its own as in a process of its own."""

    build: Build
    stack: ExitStack
    live: Live | None = None  # the model's side of calls, in place of what the settings choose
    _sockets: dict[int, socket.socket] = field(default_factory=dict)

    def reserve_port(self) -> int:
        """Its socket listens already, so that nobody else takes it."""
        sock = self.stack.enter_context(closing(listening()))
        port: int = sock.getsockname()[1]
        self._sockets[port] = sock
        return port

    def start_line(self, config: LineConfig, port: int, folder: Path) -> None:
        self.stack.enter_context(served(make_server(config, port=0), self._sockets[port]))

    def start_stripe(self, config: StripeConfig, port: int) -> None:
        self._sockets.pop(port).close()  # it listens itself: its pages name their own address
        self.stack.enter_context(served(make_stripe_server(config, port)))

    def start(self, part: Part, settings: Settings) -> None:
        resources = self.stack.enter_context(open_resources(settings, self.build))
        if self.live is not None:
            resources.live = self.live
        match part:
            case Web(port):
                config = uvicorn.Config(make_app(resources), log_level="warning", access_log=False)
                self.stack.enter_context(served(uvicorn.Server(config), self._sockets[port]))
            case Worker(queue):
                worker = make_worker(resources, queue)
                worker.start()
                self.stack.callback(worker.stop, timeout=int(STOP_SECONDS * 1000))
            case ReconcilerPart():
                self.stack.enter_context(_reconciling(resources))

    def check(self) -> None:
        """A thread that can't start has raised already."""


@contextmanager
def _without_network_in_transactions() -> Iterator[None]:
    with network_guard() as stacks:
        yield
    assert not stacks, f"the network was used inside a transaction, first here:\n{stacks[0]}"


@contextmanager
def _reconciling(resources: Resources) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=resources.reconciler.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_SECONDS)


@dataclass
class System:
    """What a test talks to. `desk` is LINE, `web` our own host."""

    desk: Desk
    web_url: str
    settings: Settings
    database: Database
    _stack: ExitStack

    @property
    def objects(self) -> Path:
        return self.settings.objects_dir

    def learner(self, name: str = "ゆうこ", *, paying: bool = False, agrees: bool = True) -> Learner:
        """A learner who has just followed and has seen the welcome. `agrees`: their footage may be looked at, which others
        are asked at their first video."""
        learner = self.desk.learner(name)
        learner.follow()
        learner.wait_for(lambda thread: any("slug=" in str(a.get("data")) for a in thread.tappable()), WAIT)
        with self.database.transaction() as db:
            user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
            if paying:
                user.subscription_status = SubscriptionStatus.ACTIVE
            if agrees:
                consent_of(db, user.id)
        return learner

    def sessions(self, learner: Learner) -> list[CookingSession]:
        with self.database.transaction() as db:
            user = select(User.id).where(User.line_user_id == learner.user_id).scalar_subquery()
            return list(
                db.exec(
                    select(CookingSession)
                    .where(CookingSession.user_id == user)
                    .order_by(col(CookingSession.id))
                )
            )

    def session(self, learner: Learner) -> CookingSession:
        return self.sessions(learner)[-1]

    def runs(self, session: CookingSession) -> dict[str, StageRun]:
        with self.database.transaction() as db:
            runs = db.exec(select(StageRun).where(StageRun.session_id == session.id))
            return {run.stage: run for run in runs}

    def media(self, learner: Learner) -> list[Media]:
        """Every row of what the learner has sent to be seen or heard, oldest first."""
        with self.database.transaction() as db:
            user = select(User.id).where(User.line_user_id == learner.user_id).scalar_subquery()
            return list(db.exec(select(Media).where(Media.user_id == user).order_by(col(Media.id))))

    def messages(self, session: CookingSession | None = None) -> list[Message]:
        with self.database.transaction() as db:
            statement = select(Message).order_by(col(Message.id))
            if session is not None:
                statement = statement.where(Message.session_id == session.id)
            return list(db.exec(statement))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def start_system(
    folder: Path,
    settings: Settings,
    accounts: Accounts = ONE_ACCOUNT,
    *,
    build: Build = quick_providers.build,
    long_lived: bool = True,
    stripe: bool = False,
    friends: Sequence[Person] = (),
    **changes: Any,
) -> System:
    """`settings` name database and broker; `changes` are of other settings.

    `accounts` are LINE's with the rooms each carries; without `long_lived`, their tokens are stateless. With `stripe` the
    plan is for sale, at the `stripe_api_url` of its settings.
    """
    quick = settings.change(**{"reconcile_every": timedelta(seconds=1), "media_threads": 4, **changes})
    layout = Layout(
        folder,
        accounts=accounts,
        long_lived_tokens=long_lived,
        stripe=stripe,
        redelivery_delays_seconds=[0.05, 0.1],
        friends=friends,
    )
    with ExitStack() as stack:
        stack.enter_context(_without_network_in_transactions())
        launcher = ThreadLauncher(build, stack)
        running = stack.enter_context(start_stack(quick, launcher, layout))
        database = stack.enter_context(closing(Database(settings.database_url or "")))
        return System(running.desk, running.web_url, running.settings, database, stack.pop_all())
    raise AssertionError("unreachable")


def dish_action(slug: str) -> Any:
    """For Learner.wait_for: the button that picks this dish."""

    def find(thread: Thread) -> Any:
        return next((a for a in thread.tappable() if f"slug={slug}" in str(a.get("data"))), None)

    return find


def pick(learner: Learner, slug: str = "fried-rice") -> None:
    """Taps the dish and waits until the bot asks for the video."""
    before = len(learner.thread().bubbles)
    action = learner.wait_for(dish_action(slug), WAIT, what=f"the button for {slug}")
    learner.postback(action["data"], display_text=action.get("displayText"))
    learner.wait_for(
        lambda t: any("回目ですね" in (b.text or "") for b in t.bubbles[before:]),
        WAIT,
        what="the video's turn",
    )
