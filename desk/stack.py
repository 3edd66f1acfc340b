"""The one starter of a whole Moment: the LINE simulator, web, workers and reconciler, ready to be talked to.

Demo, `moment up`, benchmarks and tests use it; what differs is which parts they want and what runs them.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from desk import simulated_line, simulated_stripe
from desk.embedded import free_port
from desk.simulated_line import (
    LIFF_COMPANION_ID,
    LIFF_ID,
    LIFF_UPLOAD_ID,
    LOGIN_CHANNEL_SECRET,
    ONE_ACCOUNT,
    Accounts,
    channels,
    simulator_config,
)
from desk.supervisor import Child, Supervisor
from errors import MomentError
from jobs.queue import Queue
from settings import ConfigurationError, Settings, variable
from simulator.line.client import Desk
from simulator.line.config import LineConfig, Person
from simulator.stripe.config import StripeConfig

START_SECONDS = 60.0
_LOOK_SECONDS = 0.05


class StackFailed(MomentError):
    """A part did not start."""


@dataclass(frozen=True)
class Web:
    port: int

    def __str__(self) -> str:
        return "web"


@dataclass(frozen=True)
class Worker:
    queue: Queue

    def __str__(self) -> str:
        return f"worker {self.queue}"


@dataclass(frozen=True)
class ReconcilerPart:
    def __str__(self) -> str:
        return "reconciler"


Part = Web | Worker | ReconcilerPart


class Launcher(Protocol):
    """What runs the parts, and ends them with its own block."""

    def reserve_port(self) -> int:
        """One that nobody else takes meanwhile."""
        ...

    def start_line(self, config: LineConfig, port: int, folder: Path) -> None: ...

    def start_stripe(self, config: StripeConfig, port: int) -> None: ...

    def start(self, part: Part, settings: Settings) -> None: ...

    def check(self) -> None:
        """Raises StackFailed when a part has ended."""
        ...


@dataclass(frozen=True)
class Layout:
    """What to start. `folder` holds the doubles' files. With `stripe` the plan is for sale. `friends`: whom the database knows
    already."""

    folder: Path
    queues: Sequence[Queue] = tuple(Queue)
    reconciler: bool = True
    web: bool = True
    stripe: bool = False
    accounts: Accounts = field(default_factory=lambda: ONE_ACCOUNT)
    long_lived_tokens: bool = True
    web_port: int | None = None
    line_port: int | None = None
    stripe_port: int | None = None
    redelivery_delays_seconds: Sequence[float] | None = None
    friends: Sequence[Person] = ()


@dataclass(frozen=True)
class Stack:
    """What runs. `desk` is LINE, `settings` those of every part; `stripe_url` is "" without Stripe."""

    settings: Settings
    desk: Desk
    web_url: str
    line_url: str
    stripe_url: str = ""


@contextmanager
def start_stack(settings: Settings, launcher: Launcher, layout: Layout) -> Iterator[Stack]:
    """`settings` name database and broker, which are migrated and filled. The launcher's block ends all of it.

    Raises ConfigurationError when they name a real LINE, StackFailed when a part does not start.
    """
    if settings.line_channels:
        raise ConfigurationError(
            "the desk brings its own LINE: "
            f"unset {variable('line_channels')}, or run web, worker and reconcile instead"
        )
    web_port = layout.web_port or launcher.reserve_port()
    line_port = layout.line_port or launcher.reserve_port()
    web_url, line_url = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{line_port}"
    layout.folder.mkdir(parents=True, exist_ok=True)
    config = simulator_config(
        web_url,
        layout.folder / "simulator",
        layout.accounts,
        layout.redelivery_delays_seconds,
        layout.friends,
    )
    ours = settings.change(
        line_channels=channels(layout.accounts, long_lived=layout.long_lived_tokens),
        line_api_url=line_url,
        public_url=web_url,
        liff_id=LIFF_ID,
        liff_upload_id=LIFF_UPLOAD_ID,
        liff_companion_id=LIFF_COMPANION_ID,
        line_login_secret=LOGIN_CHANNEL_SECRET,
    )
    stripe_url = ""
    if layout.stripe and settings.stripe_key is None:
        stripe_port = layout.stripe_port or launcher.reserve_port()
        stripe_url = f"http://127.0.0.1:{stripe_port}"
        ours = simulated_stripe.with_stripe(ours, stripe_url)
        launcher.start_stripe(simulated_stripe.stripe_config(web_url, layout.folder / "stripe"), stripe_port)
    launcher.start_line(config, line_port, layout.folder)
    for part in _parts(layout, web_port):
        launcher.start(part, ours)
    with Desk(line_url) as desk:
        wait_for(f"{line_url}/desk/health", launcher)
        if stripe_url:
            wait_for(f"{stripe_url}/", launcher)
        if layout.web:
            wait_for(f"{web_url}/readyz", launcher)
        yield Stack(ours, desk, web_url, line_url, stripe_url)


def _parts(layout: Layout, web_port: int) -> list[Part]:
    parts: list[Part] = [Web(web_port)] if layout.web else []
    parts += [Worker(queue) for queue in layout.queues]
    if layout.reconciler:
        parts.append(ReconcilerPart())
    return parts


def wait_for(url: str, launcher: Launcher) -> None:
    """Until it answers with a success. Raises StackFailed."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass  # not listening yet
        launcher.check()
        if time.monotonic() > deadline:
            raise StackFailed(f"{url} does not answer after {START_SECONDS:.0f} s; is its port taken?")
        time.sleep(_LOOK_SECONDS)


@dataclass
class ProcessLauncher:
    """Each part a process, as production runs it: `run` is a function of a module. With `logs`, a folder, each says
    what it has to say in a file."""

    supervisor: Supervisor
    run: Callable[[Part, Settings], None]
    logs: Path | None = None

    def reserve_port(self) -> int:
        return free_port()

    def start_line(self, config: LineConfig, port: int, folder: Path) -> None:
        self._add("simulator", simulated_line.serve, config, port)

    def start_stripe(self, config: StripeConfig, port: int) -> None:
        self._add("stripe", simulated_stripe.serve, config, port)

    def start(self, part: Part, settings: Settings) -> None:
        self._add(str(part), self.run, part, settings)

    def process_id(self, part: Part) -> int:
        child = next(child for child in self.supervisor.children if child.name == str(part))
        assert child.process is not None  # noqa: S101 - started, and not ended since
        assert child.process.pid is not None  # noqa: S101
        return child.process.pid

    def check(self) -> None:
        for child in self.supervisor.children:
            if child.restarts:
                raise StackFailed(f"{child.name} does not start: {self._last_words(child)}")

    def _add(self, name: str, run: Callable[..., None], *arguments: object) -> None:
        log = self.logs / f"{name.replace(' ', '-')}.log" if self.logs is not None else None
        self.supervisor.add(Child(name, run, arguments, log))

    @staticmethod
    def _last_words(child: Child) -> str:
        return child.log.read_text(errors="replace")[-2000:] if child.log is not None else "see above"
