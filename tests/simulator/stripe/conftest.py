from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from stripe import StripeClient

from simulator.stripe.client import StripeDesk
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server
from tests.simulator.serving import serving
from tests.simulator.stripe.harness import Receiver, client_of


@contextmanager
def run(config: StripeConfig) -> Iterator[StripeDesk]:
    """All of the desk's Stripe on a free port."""
    with serving(make_server(config, port=0)) as base_url, StripeDesk(base_url) as desk:
        desk.wait_until_ready()
        yield desk


@pytest.fixture(scope="session")
def running() -> Iterator[StripeDesk]:
    with run(StripeConfig()) as desk:
        yield desk


@pytest.fixture
def desk(running: StripeDesk) -> Iterator[StripeDesk]:
    """The shared server, by its own time and without another test's faults."""
    yield running
    running.clear_faults()


@pytest.fixture(scope="session")
def client(running: StripeDesk) -> StripeClient:
    return client_of(running.base_url)


@pytest.fixture(scope="module")
def timed() -> Iterator[StripeDesk]:
    """One whose clock is pushed: on and on, a test after the other."""
    with run(StripeConfig()) as desk:
        yield desk


@pytest.fixture
def own_desk() -> Iterator[Callable[..., StripeDesk]]:
    """Makes a server of the test's own: for another configuration, a webhook endpoint, or where the clock is moved."""
    with ExitStack() as running:
        yield lambda **facts: running.enter_context(run(StripeConfig.model_validate(facts)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()
