"""Everything on one desk: embedded servers, the simulator, web, workers, reconciler."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import httpx

from moment.commands import CommandFailed
from moment.console import say
from moment.environment import (
    DESK_BOT_USER_ID,
    DESK_CHANNEL_ID,
    DESK_LOGIN_CHANNEL_ID,
    DESK_SECRET,
    DESK_TOKEN,
    resolved,
)
from moment.knowledge import ingest_all, migrate
from moment.processes import worker_children
from moment.supervisor import Child, Supervisor, moment
from settings import ConfigurationError, settings
from simulator.client import Desk
from simulator.config import ChannelConfig, SimulatorConfig

START_SECONDS = 30.0


@dataclass(frozen=True)
class DeskAddresses:
    web: str
    desk: str


def simulator_config(web_url: str, media_dir: Path) -> SimulatorConfig:
    """The simulator's side of `environment.desk_channels`."""
    channel = ChannelConfig(
        name="moment",
        display_name="Moment",
        channel_id=DESK_CHANNEL_ID,
        channel_secret=DESK_SECRET,
        access_token=DESK_TOKEN,
        bot_user_id=DESK_BOT_USER_ID,
        webhook_url=f"{web_url}/webhooks/line/moment",
    )
    return SimulatorConfig(
        channels=[channel],
        login_channel_id=DESK_LOGIN_CHANNEL_ID,
        liff_id=f"{DESK_LOGIN_CHANNEL_ID}-desk",
        media_dir=media_dir,
    )


@contextmanager
def running_desk(
    web_port: int, desk_port: int, data_dir: Path, *, quiet: bool = False
) -> Iterator[tuple[DeskAddresses, Supervisor]]:
    """Starts all of it, ready to be talked to; ends all of it with the block.

    Raises ConfigurationError when the environment names a real LINE, CommandFailed when a part does not start.
    """
    if settings().line_channels:
        raise ConfigurationError(
            "the desk brings its own LINE: unset LINE_CHANNELS, or run web, worker and reconcile instead"
        )
    web_url, desk_url = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{desk_port}"
    data_dir.mkdir(parents=True, exist_ok=True)
    config = data_dir / "simulator.json"
    config.write_text(simulator_config(web_url, data_dir / "simulator").model_dump_json())
    ours = named(LINE_API_URL=desk_url, PUBLIC_URL=web_url, DATA_DIR=str(data_dir.absolute()))
    with ours, resolved(announce=not quiet):
        migrate()
        ingest_all()
        with Supervisor(_children(web_port, desk_port, config), quiet=quiet) as supervisor:
            _wait_until_ready(web_url, desk_url)
            yield DeskAddresses(web_url, desk_url), supervisor


def stay_up(web_port: int, desk_port: int) -> None:
    """`moment up`: until Ctrl-C."""
    with running_desk(web_port, desk_port, settings().data_dir) as (addresses, supervisor):
        say(f"\nThe chat page: {addresses.desk}/   (Ctrl-C ends everything)")
        supervisor.stop_on_signals()
        supervisor.wait()


def scratch_folder() -> Path:
    """A private folder that the embedded Postgres, which runs unprivileged, can enter too."""
    folder = Path(mkdtemp(prefix="moment-"))
    folder.chmod(0o711)
    return folder


def _children(web_port: int, desk_port: int, config: Path) -> list[Child]:
    simulator = [sys.executable, "-m", "simulator", "--port", str(desk_port), "--config", str(config)]
    return [
        Child("simulator", simulator),
        Child("web", moment("web", "--port", str(web_port))),
        *worker_children(),
        Child("reconciler", moment("reconcile")),
    ]


def _wait_until_ready(web_url: str, desk_url: str) -> None:
    with Desk(desk_url) as desk:
        desk.wait_until_ready(timeout=START_SECONDS)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"{web_url}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass  # not listening yet
        if time.monotonic() > deadline:
            raise CommandFailed(
                f"the web process is not ready after {START_SECONDS:.0f} s; is its port taken?"
            )
        time.sleep(0.05)


@contextmanager
def named(**variables: str) -> Iterator[None]:
    """Variables for this process and its children, unless the environment names them already."""
    added = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(added)
    settings.cache_clear()
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)
        settings.cache_clear()
