from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from simulator.line.client import Desk, Learner
from simulator.line.config import LineConfig
from simulator.line.server import make_server
from tests.simulator.line.harness import SECOND_TOKEN, TOKEN, Bot, Receiver, channel
from tests.simulator.serving import serving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def config(receiver: Receiver, tmp_path: Path) -> LineConfig:
    return LineConfig(
        channels=[
            channel("coaching", receiver.url, TOKEN, 1),
            channel("videos", receiver.url, SECOND_TOKEN, 2),
        ],
        login_channel_id="2000000099",
        liff_id="2000000099-abcdefgh",
        liff_endpoint_url="http://127.0.0.1:8000/liff",
        media_dir=tmp_path / "media",
        redelivery_delays_seconds=[0.02, 0.02, 0.02],
    )


@pytest.fixture
def base_url(config: LineConfig) -> Iterator[str]:
    """The whole simulator on a free port, with a real uvicorn."""
    with serving(make_server(config, port=0)) as base_url:
        yield base_url


@pytest.fixture
def desk(base_url: str) -> Iterator[Desk]:
    with Desk(base_url) as desk:
        desk.wait_until_ready()
        yield desk


@pytest.fixture
def bot(base_url: str) -> Iterator[Bot]:
    with closing(Bot(base_url)) as bot:
        yield bot


@pytest.fixture
def bot_with(base_url: str) -> Iterator[Callable[[str], Bot]]:
    """Makes others, each with the token it is given."""
    with ExitStack() as stack:
        yield lambda token: stack.enter_context(closing(Bot(base_url, token)))


@pytest.fixture
def friend(desk: Desk, receiver: Receiver) -> Learner:
    """A learner who has added the account and whose follow event has arrived."""
    learner = desk.learner("はな")
    learner.follow()
    receiver.wait(1)
    return learner
