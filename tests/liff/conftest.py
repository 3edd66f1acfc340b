"""Pages and API over real sockets, LINE's side by the simulator; no worker runs."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from companion.ports import Live
from desk.stack import Layout, start_stack
from models.database import Database
from settings import Settings
from simulator.line.client import Desk, Learner
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.system import ThreadLauncher


@dataclass(frozen=True)
class Site:
    """Our web process, with LINE beside it."""

    url: str
    desk: Desk
    database: Database
    settings: Settings

    def browser(self) -> httpx.Client:
        """As a page of ours sends: our own origin, a cookie jar."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url}, trust_env=False)

    @contextmanager
    def signed_in(self, learner: Learner) -> Iterator[httpx.Client]:
        with self.browser() as client:
            answer = client.post("/api/auth/session", json={"id_token": learner.liff_session().id_token})
            assert answer.status_code == 200, answer.text
            yield client


@pytest.fixture(scope="module")
def site(postgres_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for a module's tests, each with a learner of its own."""
    with open_site(postgres_url, valkey_url, tmp_path_factory.mktemp("site")) as site:
        yield site


@contextmanager
def open_site(
    postgres_url: str, valkey_url: str, folder: Path, live: Live | None = None, **changes: Any
) -> Iterator[Site]:
    """`live` is the model's side of calls; `changes` are of other settings than database and broker."""
    with own_database(postgres_url) as database_url, ExitStack() as stack:
        settings = make_settings(database_url, empty_broker(valkey_url), folder).change(**changes)
        launcher = ThreadLauncher(quick_providers.build, stack, live)
        running = stack.enter_context(
            start_stack(settings, launcher, Layout(folder, queues=(), reconciler=False))
        )
        database = Database(database_url)
        stack.callback(database.close)
        yield Site(running.web_url, running.desk, database, running.settings)


@pytest.fixture
def learner(site: Site) -> Learner:
    """Has opened no chat yet: LIFF may come first."""
    return site.desk.learner("ゆうこ")


@pytest.fixture
def client(site: Site, learner: Learner) -> Iterator[httpx.Client]:
    with site.signed_in(learner) as client:
        yield client
