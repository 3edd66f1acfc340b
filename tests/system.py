"""The whole of Moment in this process, over real sockets: simulator, web, workers, reconciler."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from dramatiq import Worker
from sqlmodel import Session as DbSession
from sqlmodel import select

from models.chat import Message
from models.database import engine
from models.session import CookingSession, StageRun
from models.user import SubscriptionStatus, User
from moment.desk import simulator_config
from pipeline.queue import Queue, broker, declare
from simulator.client import Desk, Learner, Thread
from simulator.config import ChannelConfig
from simulator.server import make_server
from tests.process import name_in_environment

THREADS = {Queue.CONVERSATION: 8, Queue.MEDIA: 4, Queue.MODELS: 2, Queue.VIDEO: 1}
WAIT = 40.0  # seconds; the machine may be busy, no test sleeps


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
        thread.join(15)


@dataclass
class System:
    """What a test talks to. `desk` is LINE, `web` our own host."""

    desk: Desk
    web_url: str
    objects: Path
    _stack: ExitStack

    def learner(self, name: str = "ゆうこ", *, paying: bool = False) -> Learner:
        """A learner who has just followed and has seen the welcome."""
        learner = self.desk.learner(name)
        learner.follow()
        learner.wait_for(lambda thread: any("slug=" in str(a.get("data")) for a in thread.tappable()), WAIT)
        if paying:
            with DbSession(engine()) as db, db.begin():
                user = db.exec(select(User).where(User.line_user_id == learner.user_id)).one()
                user.subscription_status = SubscriptionStatus.ACTIVE
        return learner

    def sessions(self, learner: Learner) -> list[CookingSession]:
        with DbSession(engine()) as db:
            user = select(User.id).where(User.line_user_id == learner.user_id).scalar_subquery()
            return list(db.exec(select(CookingSession).where(CookingSession.user_id == user).order_by("id")))

    def session(self, learner: Learner) -> CookingSession:
        return self.sessions(learner)[-1]

    def runs(self, session: CookingSession) -> dict[str, StageRun]:
        with DbSession(engine()) as db:
            found = db.exec(select(StageRun).where(StageRun.session_id == session.id))
            return {run.stage: run for run in found}

    def messages(self, session: CookingSession | None = None) -> list[Message]:
        with DbSession(engine()) as db:
            statement = select(Message).order_by("id")
            if session is not None:
                statement = statement.where(Message.session_id == session.id)
            return list(db.exec(statement))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


ONE_ACCOUNT = {"moment": ["cooking_videos", "coaching"]}


def start_system(
    folder: Path,
    accounts: Mapping[str, list[str]] = ONE_ACCOUNT,
    *,
    long_lived: bool = True,
    **variables: str,
) -> System:
    """DATABASE_URL and BROKER_URL are named already; `variables` override the other settings.

    `accounts` are LINE's with the rooms each carries; without `long_lived`, their tokens are stateless.
    """
    stack = ExitStack()
    with stack:
        web_socket, desk_socket = listening(), listening()
        web_url = f"http://127.0.0.1:{web_socket.getsockname()[1]}"
        desk_url = f"http://127.0.0.1:{desk_socket.getsockname()[1]}"
        channels = _channels(web_url, accounts)
        config = simulator_config(web_url, folder / "simulator").model_copy(
            update={"redelivery_delays_seconds": [0.05, 0.1], "channels": channels}
        )
        stack.enter_context(served(make_server(config, port=0), desk_socket))
        settings = {
            "LINE_CHANNELS": _line_channels(channels, accounts, long_lived),
            "LINE_API_URL": desk_url,
            "PUBLIC_URL": web_url,
            "STORE_DIR": str(folder / "objects"),
            "PROVIDERS": "tests.quick_providers",
            "RECONCILE_EVERY": "PT1S",
            **variables,
        }
        stack.enter_context(name_in_environment(**settings))
        _start_web(stack, web_socket)
        _start_workers(stack)
        _start_reconciler(stack)
        desk = stack.enter_context(Desk(desk_url))
        desk.wait_until_ready()
        return System(desk, web_url, folder / "objects", stack.pop_all())
    raise AssertionError("unreachable")


def _channels(web_url: str, accounts: Mapping[str, list[str]]) -> list[ChannelConfig]:
    return [
        ChannelConfig(
            name=name,
            display_name=name,
            channel_id=f"200000000{number}",
            channel_secret=f"secret-{name}",
            access_token=f"token-{name}",
            bot_user_id=f"U{number:032x}",
            webhook_url=f"{web_url}/webhooks/line/{name}",
        )
        for number, name in enumerate(accounts, start=1)
    ]


def _line_channels(channels: list[ChannelConfig], accounts: Mapping[str, list[str]], long_lived: bool) -> str:
    ours = [
        {
            "name": channel.name,
            "channel_id": channel.channel_id,
            "channel_secret": channel.channel_secret,
            "access_token": channel.access_token if long_lived else None,
            "rooms": accounts[channel.name],
        }
        for channel in channels
    ]
    return json.dumps(ours)


def _start_web(stack: ExitStack, sock: socket.socket) -> None:
    from webhooks.app import make_app

    config = uvicorn.Config(make_app(), log_level="warning", access_log=False)
    stack.enter_context(served(uvicorn.Server(config), sock))


def _start_workers(stack: ExitStack) -> None:
    from bot.jobs import JOBS as CONVERSATION_JOBS
    from pipeline.jobs import JOBS as PIPELINE_JOBS

    for queue, threads in THREADS.items():
        # A broker holds one worker's middleware, so each worker has a broker of its own, as in its own process.
        broker.cache_clear()
        declare({**CONVERSATION_JOBS, **PIPELINE_JOBS})
        worker = Worker(broker(), queues={queue}, worker_timeout=20, worker_threads=threads)
        worker.start()
        stack.callback(worker.stop, timeout=15_000)


def _start_reconciler(stack: ExitStack) -> None:
    from pipeline import reconciler

    stop = threading.Event()
    thread = threading.Thread(target=reconciler.run, args=(stop,), daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(15)

    stack.callback(end)


def dish_action(slug: str) -> Any:
    """For Learner.wait_for: the button that picks this dish."""

    def find(thread: Thread) -> Any:
        return next((a for a in thread.tappable() if f"slug={slug}" in str(a.get("data"))), None)

    return find


def pick(learner: Learner, slug: str = "fried-rice") -> None:
    """Taps the dish and waits until the bot asks for the video."""
    seen = len(learner.thread().bubbles)
    action = learner.wait_for(dish_action(slug), WAIT, what=f"the button for {slug}")
    learner.postback(action["data"], display_text=action.get("displayText"))
    learner.wait_for(
        lambda t: any("回目ですね" in (b.text or "") for b in t.bubbles[seen:]), WAIT, what="the video's turn"
    )
