"""Each of Google's services, found down by one process, is not asked by another until it is back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from google.cloud.storage.retry import DEFAULT_RETRY
from structlog.contextvars import bound_contextvars

from jobs.breaker import FAILURES, PROBE_AGAIN, ServiceDown
from models.database import Database
from moment.resources import Resources, open_resources
from pipeline.providers.google import gapic, gemini
from pipeline.providers.google.gemini import Unavailable
from settings import Settings
from simulator.google.client import GoogleDesk
from storage.store import StoreUnavailable
from tests.jobs.test_breaker import let_pass
from tests.media_files import tone

Ask = Callable[[Resources, Path], object]

CALLS: dict[str, tuple[str, Ask]] = {
    "gemini-3.8-flash": (
        "gemini",
        lambda parts, _: parts.providers.get().coach.extract_entities("煙が出ました"),
    ),
    "embedder": ("gemini", lambda parts, _: parts.providers.get().embedder.embed_query("煙")),
    "transcriber": (
        "speech",
        lambda parts, folder: parts.providers.get().transcriber.transcribe(folder / "memo.m4a", phrases=[]),
    ),
    "narrator": (
        "texttospeech",
        lambda parts, folder: parts.providers.get().narrator.speak(["火を弱めましょう。"], folder / "speech"),
    ),
    "store": ("storage", lambda parts, _: parts.guarded_store.exists("clip.mp4")),
}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(gapic, "FIRST_WAIT", 0.01)
    for within in ("transcriber.RECOGNIZE_WITHIN", "narrator.SPEAK_WITHIN"):
        monkeypatch.setattr(f"pipeline.providers.google.{within}", 0.2)
    # The bucket's own client tries for two minutes.
    monkeypatch.setattr(DEFAULT_RETRY, "_timeout", 0.2)


@pytest.fixture
def processes(google_settings: Settings, settings: Settings) -> Iterator[tuple[Resources, Resources]]:
    named = google_settings.change(database_url=settings.database_url, broker_url=settings.broker_url)
    with ExitStack() as stack:
        here, there = (stack.enter_context(open_resources(named)) for _ in range(2))
        for each in (here, there):
            each.breakers.known_seconds = 0.0
        yield here, there


@pytest.mark.parametrize("service", CALLS)
def test_what_one_process_found_down_another_does_not_ask(
    service: str,
    processes: tuple[Resources, Resources],
    google: GoogleDesk,
    database: Database,
    tmp_path: Path,
) -> None:
    here, there = processes
    verb, ask = CALLS[service]
    tone(tmp_path / "memo.m4a", seconds=1.0)
    google.fault(verb, "unavailable")
    for work in range(FAILURES):
        with bound_contextvars(session_id=work), pytest.raises((Unavailable, StoreUnavailable)):
            ask(here, tmp_path)
    before = len(google.log())
    with pytest.raises(ServiceDown, match=service):
        ask(there, tmp_path)
    assert len(google.log()) == before

    google.clear_faults()
    let_pass(database, PROBE_AGAIN)
    ask(there, tmp_path)
    ask(here, tmp_path)
