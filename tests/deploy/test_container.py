"""The image runs all of Moment, is confined as it should be, and goes when it is told to."""

import os
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from desk.stack import Layout, Stack, start_stack
from jobs.leases import LEASED
from knowledge_base import phrasebook
from models.database import Database
from models.session import CookingSession, SessionStatus, StageRun
from models.user import User
from settings import Settings
from simulator.google.client import Crossing, GoogleDesk
from simulator.http.client import wait_until
from simulator.line.client import Learner
from tests.consents import consent_of
from tests.deploy.container import Container
from tests.deploy.image import PROJECT, Image
from tests.deploy.launcher import ContainerLauncher
from tests.system import pick

PATIENCE = 180.0  # seconds; the machine may be busy
# Of the embedded group, what the packages that production needs bring as well.
NEEDED_ANYHOW = {"anyio", "cryptography", "httptools", "markupsafe", "uvloop"}
STOPPED = 128 + signal.SIGTERM
# Each in turn; migrations alone are run by Alembic, and not imported.
IMPORT_ALL = """
import importlib, pkgutil, sys
for package in sys.argv[1:]:
    folders = importlib.import_module(package).__path__
    for module in pkgutil.walk_packages(folders, f"{package}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""


@pytest.fixture
def ours(settings: Settings, google_settings: Settings, google: GoogleDesk) -> Settings:
    """On the Google providers: the image has no others. A lease outlasts the test: what is free was given back."""
    names = (
        "providers", "google_api_url", "google_key_file", "google_project", "gemini_api_key", "gcs_bucket"
    )  # fmt: skip
    return settings.change(
        store_dir=None,
        lease=timedelta(seconds=2 * PATIENCE),
        reconcile_every=timedelta(seconds=1),
        **{name: getattr(google_settings, name) for name in names},
    )


@pytest.fixture
def launcher(image: Image, google_settings: Settings, tmp_path: Path) -> Iterator[ContainerLauncher]:
    assert google_settings.google_key_file is not None
    shown = tmp_path / "shown"
    shown.mkdir()
    key = Path(shutil.copy(google_settings.google_key_file, shown))
    os.chown(key, int(image.user), -1)  # nobody else may read it
    with ExitStack() as stack:
        yield ContainerLauncher(image, tmp_path, shown, stack)


def test_a_session_goes_through_containers_that_are_stopped_in_the_middle(
    launcher: ContainerLauncher, ours: Settings, google: GoogleDesk, tmp_path: Path, clip: Path, memo: Path
) -> None:
    job = launcher.run(ours, "ingest")
    assert job.wait(PATIENCE) == 0, job.output()
    with (
        start_stack(ours, launcher, Layout(tmp_path, queues=())) as stack,
        closing(Database(ours.database_url or "", pool=2)) as database,
    ):
        _assert_confined(launcher.containers["web"])
        start_worker = partial(launcher.run, stack.settings, "worker")

        google.fault("gemini.generateContent", "hang")
        worker = start_worker()
        learner = _cook(stack, database, clip, memo)
        _wait(worker, lambda: _leased(database, StageRun), "a stage that waits for Gemini")
        _assert_leaves_all(worker, database)
        google.clear_faults()

        worker = start_worker()
        encoder = _freeze_ffmpeg(worker)
        _assert_leaves_all(worker, database)
        assert not Path(f"/proc/{encoder}").exists()

        worker = start_worker()
        learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        learner.wait_for(lambda thread: thread.of_type("video"), PATIENCE, what="the coaching video")
        _wait(worker, lambda: _is_completed(database), "the session's end")
        with database.transaction() as db:
            assert {run.attempts for run in db.exec(select(StageRun))} == {1}
        codes = {name: launcher.containers[name].stop() for name in ("worker", "web", "reconcile")}
        assert codes == {"worker": 0, "web": STOPPED, "reconcile": 0}


def test_a_job_that_is_told_to_stop_stops(
    launcher: ContainerLauncher, ours: Settings, google: GoogleDesk
) -> None:
    """A container's first process gets no signal that it has not asked for."""
    google.fault("gemini", "hang")
    job = launcher.run(ours, "ingest")
    _wait(job, lambda: _hanging(google), "a principle on its way to be embedded")
    assert job.stop() == STOPPED


def test_what_stands_in_for_accounts_and_servers_is_not_installed(image: Image) -> None:
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text())["dependency-groups"]
    named = {_normal(requirement) for group in ("embedded", "dev") for requirement in groups[group]}
    (packages,) = (image.root / "opt/moment/lib").glob("python3.*/site-packages")
    installed = {_normal(path.name.split("-")[0]) for path in packages.glob("*.dist-info")}
    assert "moment" in installed
    assert named & installed == NEEDED_ANYHOW


def test_nothing_of_ours_imports_what_is_not_installed(image: Image) -> None:
    wheel = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    packages = [package for package in wheel["packages"] if package != "migrations"]
    python = [f"{image.environment['PATH'].split(':')[0]}/python", "-c", IMPORT_ALL, *packages]
    enter = ["chroot", f"--userspec={image.user}", str(image.root), *python]
    ran = subprocess.run(enter, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def _normal(requirement: str) -> str:
    name = requirement.split("=")[0].split(">")[0].split("<")[0]
    return name.strip().lower().replace("_", "-")


def _assert_confined(running: Container) -> None:
    """The first process is our Python, has no rights of root, and finds nothing to write on but /tmp."""
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{running.first}/status").read_text().splitlines()
    )
    assert status["NSpid"].split()[-1] == "1"
    assert status["Uid"].split() == status["Gid"].split() == ["1000"] * 4
    assert int(status["CapEff"], 16) == 0
    assert running.processes()[running.first].startswith("python3")
    places = [line.split()[4:6] for line in Path(f"/proc/{running.first}/mountinfo").read_text().splitlines()]
    writable = [place for place, options in places if "rw" in options.split(",")]
    assert [place for place in writable if not place.startswith(("/dev", "/proc"))] == ["/tmp"]


def _cook(stack: Stack, database: Database, clip: Path, memo: Path) -> Learner:
    learner = stack.desk.learner("ゆうこ")
    learner.follow()
    learner.wait_for(lambda thread: any("slug=" in str(a.get("data")) for a in thread.tappable()), PATIENCE)
    with database.transaction() as db:
        consent_of(db, db.exec(select(User.id)).one() or 0)
    pick(learner)
    learner.video(clip)
    learner.audio(memo)
    return learner


def _wait(running: Container, fact: Any, what: str) -> None:
    wait_until(fact, bool, PATIENCE, lambda _: f"{what}\n{running.output()[-3000:]}")


def _hanging(google: GoogleDesk) -> list[Crossing]:
    """Requests that get no answer."""
    return [crossing for crossing in google.log() if crossing.fault == "hang"]


def _leased(database: Database, *tables: Any) -> list[object]:
    with database.transaction() as db:
        return [
            row
            for table in tables
            for row in db.exec(select(table.id).where(col(table.lease_token).is_not(None)))
        ]


def _is_completed(database: Database) -> bool:
    with database.transaction() as db:
        return db.exec(select(CookingSession)).one().status == SessionStatus.COMPLETED


def _assert_leaves_all(worker: Container, database: Database) -> None:
    assert worker.stop() == 0, worker.output()
    assert not _leased(database, *LEASED)


def _freeze_ffmpeg(worker: Container) -> int:
    """One that is at work, so that it cannot have ended by itself. Returns its id."""

    def freeze() -> int:
        for pid, program in worker.processes().items():
            if program.startswith("ffmpeg"):
                try:
                    os.kill(pid, signal.SIGSTOP)
                except ProcessLookupError:
                    continue
                return pid
        return 0

    return wait_until(freeze, lambda pid: pid, PATIENCE, lambda _: f"an ffmpeg\n{worker.output()[-3000:]}")
