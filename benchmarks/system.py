"""The whole of Moment as processes of their own, as production runs it, on the LINE simulator."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import free_port, named, running, wait_until_answering
from benchmarks.fixed_latency import FixedLatency
from knowledge_base.catalogue import load
from knowledge_base.ingest import ingest
from models.database import transaction
from simulator.client import Desk, Learner, Thread
from simulator.config import ChannelConfig, SimulatorConfig

CHANNEL = "moment"
SECRET = "benchmark-channel-secret"
TOKEN = "benchmark-access-token"
CHANNEL_ID = "2000000001"
STEP_SECONDS = 30.0
DISH = "fried-rice"


@dataclass(frozen=True)
class System:
    desk: Desk
    desk_url: str
    workers: Mapping[str, "subprocess.Popen[bytes]"]  # by queue

    def learner(self) -> Learner:
        """One who has followed and picked a dish: the bot waits for the video."""
        learner = self.desk.learner("ゆうこ")
        learner.follow()
        learner.postback(str(learner.wait_for(_dish_button, STEP_SECONDS, what="the dishes")))
        learner.wait_for_text("回目ですね", STEP_SECONDS)
        return learner


def _dish_button(thread: Thread) -> str | None:
    data = (str(action.get("data", "")) for action in thread.tappable())
    return next((found for found in data if f"slug={DISH}" in found), None)


def line_channels() -> str:
    """LINE_CHANNELS for this run: never an account that the environment names."""
    channel = {"name": CHANNEL, "channel_id": CHANNEL_ID, "channel_secret": SECRET, "access_token": TOKEN}
    return json.dumps([channel])


@contextmanager
def started(folder: Path, queues: Sequence[str]) -> Iterator[System]:
    """Simulator, web, reconciler and a worker for each of these queues, ready, until the block ends."""
    web_port, desk_port = free_port(), free_port()
    web_url, desk_url = f"http://127.0.0.1:{web_port}", f"http://127.0.0.1:{desk_port}"
    config = folder / "simulator.json"
    config.write_text(_simulator_config(web_url, folder / "simulator").model_dump_json())
    variables = {
        "LINE_CHANNELS": line_channels(),
        "LINE_API_URL": desk_url,
        "PUBLIC_URL": web_url,
        "STORE_DIR": str(folder / "objects"),
        "PROVIDERS": "benchmarks.fixed_latency",
    }
    with ExitStack() as stack:
        stack.enter_context(named(**variables))
        _ingest()

        def start(name: str, *arguments: str) -> "subprocess.Popen[bytes]":
            return stack.enter_context(running(folder / f"{name}.log", *arguments))

        simulator = start("simulator", "simulator", "--port", str(desk_port), "--config", str(config))
        web = start("web", "moment", "web", "--port", str(web_port))
        workers = {queue: start(queue, "moment", "worker", "--queue", queue) for queue in queues}
        start("reconciler", "moment", "reconcile")
        wait_until_answering(f"{desk_url}/desk/health", simulator, folder / "simulator.log")
        wait_until_answering(f"{web_url}/readyz", web, folder / "web.log")
        yield System(stack.enter_context(Desk(desk_url)), desk_url, workers)


def _ingest() -> None:
    embedder = FixedLatency()
    with transaction() as db:
        ingest(db, load(), embedder.embed_documents, embedder.model)


def _simulator_config(web_url: str, media_dir: Path) -> SimulatorConfig:
    channel = ChannelConfig(
        name=CHANNEL,
        display_name="Moment",
        channel_id=CHANNEL_ID,
        channel_secret=SECRET,
        access_token=TOKEN,
        bot_user_id="U" + "b" * 32,
        webhook_url=f"{web_url}/webhooks/line/{CHANNEL}",
    )
    return SimulatorConfig(
        channels=[channel], login_channel_id="2000000099", liff_id="2000000099-desk", media_dir=media_dir
    )
