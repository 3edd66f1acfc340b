"""LINE alone on a desk, and the parts that speak to it; no web process and no worker."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desk.simulated_line import channels, simulator_config
from moment.resources import Resources, open_resources
from settings import Settings
from simulator.line.client import Desk
from simulator.line.server import make_server
from tests import quick_providers
from tests.system import listening, served


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        socket = listening()
        simulator = make_server(simulator_config("http://127.0.0.1:9", tmp_path), port=0)
        stack.enter_context(served(simulator, socket))
        yield stack.enter_context(Desk(f"http://127.0.0.1:{socket.getsockname()[1]}"))


@pytest.fixture
def resources(settings: Settings, desk: Desk) -> Iterator[Resources]:
    changed = settings.change(line_channels=channels(), line_api_url=desk.base_url)
    with open_resources(changed, quick_providers.build) as resources:
        yield resources
