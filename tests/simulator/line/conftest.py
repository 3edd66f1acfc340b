from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from simulator.line.client import Desk, Learner
from simulator.line.config import LineConfig
from simulator.line.server import make_server
from tests.chromium import open_browser
from tests.simulator.line.harness import Bot, Receiver, line_config
from tests.simulator.line.liff_pages import LiffPages
from tests.simulator.serving import serving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def config(receiver: Receiver, tmp_path: Path) -> LineConfig:
    return line_config(receiver, tmp_path)


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


# Shared by a module's tests, each of which has learners of its own: starting the simulator takes longer than most of
# what is tried with it.


@pytest.fixture(scope="module")
def liff_pages() -> Iterator[LiffPages]:
    with closing(LiffPages()) as pages:
        yield pages


@pytest.fixture(scope="module")
def liff_receiver() -> Iterator[Receiver]:
    with closing(Receiver()) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def liff_desk(
    liff_pages: LiffPages, liff_receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A simulator whose LIFF apps lead to `liff_pages`."""
    config = line_config(liff_receiver, tmp_path_factory.mktemp("line"), liff_pages.apps())
    with serving(make_server(config, port=0)) as base_url, Desk(base_url) as desk:
        desk.wait_until_ready()
        liff_pages.desk_url = base_url
        yield desk


@pytest.fixture(scope="module")
def liff_bot(liff_desk: Desk) -> Iterator[Bot]:
    with closing(Bot(liff_desk.base_url)) as bot:
        yield bot


@pytest.fixture
def hana(liff_desk: Desk, liff_receiver: Receiver) -> Learner:
    """A friend whose follow event has arrived."""
    learner = liff_desk.learner("はな")
    learner.follow()
    liff_receiver.wait_of(learner.user_id, 1)
    return learner


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a browser that knows nothing yet."""
    context = browser.new_context()
    yield context.new_page()
    context.close()
