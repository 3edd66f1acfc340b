from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from footage.script import ClipRecipe
from pipeline.providers.ports import ProviderError
from settings import Settings
from tests.clips import drawn
from tests.conftest import empty_broker, make_settings, own_database
from tests.media_files import tone
from tests.quick_providers import new_script
from tests.system import System, start_system

AT_ONCE = timedelta(seconds=0.05)
NEVER_AGAIN = timedelta(hours=1)  # for a stage that `paused_at` stops


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small clip of fried rice, drawn once."""
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    drawn(ClipRecipe("fried-rice", "clean", seconds=6.0, size=(180, 320)), path)
    return path


@pytest.fixture(scope="session")
def memo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A playable m4a; the quick providers say what is heard."""
    return tone(tmp_path_factory.mktemp("memo") / "memo.m4a", seconds=2.0)


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, settings, retry_backoff=AT_ONCE) as running:
        yield running


@pytest.fixture
def unforgiving(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """Gives everything up after its first try."""
    monkeypatch.setattr("jobs.leases.LONGEST_OUTAGE", timedelta())
    new_script()
    with start_system(tmp_path, settings, retry_backoff=AT_ONCE, max_attempts=1) as running:
        yield running


@pytest.fixture
def uncoached(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """A system whose sessions get no text."""
    with paused_at("analyze"), start_system(tmp_path, settings, retry_backoff=NEVER_AGAIN) as running:
        yield running


@pytest.fixture
def text_only(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """A system whose sessions get their text and no video: a render costs seconds."""
    with paused_at("narration"), start_system(tmp_path, settings, retry_backoff=NEVER_AGAIN) as running:
        yield running


@pytest.fixture(scope="module")
def shared(
    request: pytest.FixtureRequest,
    postgres_url: str,
    valkey_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    """One system for a module's tests, each with a learner of its own; it stops at the module's PAUSED_AT, and has the
    other SETTINGS that the module names."""
    folder = tmp_path_factory.mktemp("shared")
    with (
        own_database(postgres_url) as database_url,
        paused_at(request.module.PAUSED_AT),
        start_system(
            folder,
            make_settings(database_url, empty_broker(_another_broker(valkey_url)), folder),
            retry_backoff=NEVER_AGAIN,
            **getattr(request.module, "SETTINGS", {}),
        ) as running,
    ):
        yield running


def _another_broker(valkey_url: str) -> str:
    """A test of the module may start a system of its own: neither may take the other's jobs, nor empty its broker."""
    server, _, number = valkey_url.rpartition("/")
    return f"{server}/{int(number) + 8}"  # there are 16; see `valkey_url` in tests/conftest.py


@contextmanager
def paused_at(call: str) -> Iterator[None]:
    """The providers' script starts anew, and this call of theirs fails."""

    def stop(name: str) -> None:
        if name == call:
            raise ProviderError(f"{call} is paused by the test")

    new_script().before = stop
    yield
    new_script()
