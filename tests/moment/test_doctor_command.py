"""`moment doctor` as a person or a script runs it."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from moment.cli import main
from moment.desk import scratch_folder
from moment.embedded import free_port
from tests.moment.children import run
from tests.process import name_in_environment
from tests.system import System, start_system

SECRET = "hunter2222-hunter2222-hunter2222"


@pytest.fixture
def system(database_url: str, broker_url: str, tmp_path: Path) -> Iterator[System]:
    with start_system(tmp_path) as started:
        yield started


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the embedded Postgres, which runs unprivileged, can enter."""
    made = scratch_folder()
    yield made
    shutil.rmtree(made)


def told(out: str) -> dict[str, dict[str, str]]:
    """The checks of the one JSON object, by name; a name that comes twice keeps its last."""
    assert out.count("\n") == 1
    return {check["name"]: check for check in json.loads(out)["checks"]}


def statuses(checks: dict[str, dict[str, str]]) -> set[str]:
    return {check["status"] for check in checks.values()}


@pytest.mark.usefixtures("system")
def test_when_all_is_well_the_exit_code_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0

    out = capsys.readouterr().out
    assert json.loads(out)["ok"] is True
    found = told(out)
    assert statuses(found) == {"ok", "skipped"}
    assert {name for name, check in found.items() if check["status"] == "skipped"} == {"line.moment.consoles"}
    for name in (
        "settings", "database", "database.schema", "database.knowledge_base", "broker", "ffmpeg.captions",
        "store", "models", "public_url", "line.moment.secret", "line.moment.webhook_test", "line.rooms",
    ):  # fmt: skip
        assert found[name]["status"] == "ok", found[name]


@pytest.mark.usefixtures("system")
def test_the_table_names_every_part_and_the_fix_of_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    os.environ["FFMPEG"] = "/bin/echo"
    from pipeline.media import ffmpeg

    ffmpeg.binary.cache_clear()
    try:
        assert main(["doctor"]) == 1
    finally:
        del os.environ["FFMPEG"]
        ffmpeg.binary.cache_clear()

    out = capsys.readouterr().out
    for words in ("database.schema", "line.moment.webhook", "→ unset FFMPEG", "3 failed"):
        assert words in out


def test_with_nothing_named_the_embedded_parts_are_looked_at_and_called_so(folder: Path) -> None:
    done = run("doctor", "--json", DATA_DIR=str(folder))

    assert done.returncode == 0, done.stdout
    found = told(done.stdout)
    assert "failed" not in statuses(found)
    assert "embedded Postgres (DATABASE_URL is not set)" in found["database"]["detail"]
    assert "embedded Valkey (BROKER_URL is not set)" in found["broker"]["detail"]
    assert "offline coach (PROVIDERS is not set)" in found["models"]["detail"]
    assert found["database.schema"]["status"] == "warning"
    assert "DATABASE_URL" in found["settings"]["detail"]
    assert {path.name for path in folder.iterdir()} == {"postgres", "valkey"}


def test_production_fallbacks_are_failures_listed_one_by_one_beside_what_is_named(tmp_path: Path) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    done = run("doctor", "--json", MOMENT_ENV="production", BROKER_URL=away, DATA_DIR=str(tmp_path))

    assert done.returncode == 1
    found = told(done.stdout)
    for variable in (
        "DATABASE_URL", "LINE_CHANNELS", "PUBLIC_URL", "PROVIDERS", "STORE_DIR", "LINK_SECRET",
    ):  # fmt: skip
        check = found[f"settings.{variable.lower()}"]
        assert check["status"] == "failed"
        assert f"{variable} is not set" in check["detail"]
        assert f"set {variable}" in check["fix"]
    for part in ("database", "store", "models", "public_url", "line"):
        assert found[part]["status"] == "skipped"
    assert found["broker"]["status"] == "failed"
    assert "settings.broker_url" not in found
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "name", "says"),
    [
        ({"LEASE": "soon"}, "settings.lease", "LEASE"),
        ({"LINE_CHANNELS": f'[{{"channel_secret": "{SECRET}'}, "settings.line_channels", "not JSON"),
        ({"LINE_CHANNELS": f'[{{"channel_secret": "{SECRET}"}}]'}, "settings.line_channels.0.name", "required"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_read_are_reported_and_not_repeated(
    variables: dict[str, str], name: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ.update(variables)
    try:
        assert main(["doctor", "--json"]) == 1
    finally:
        for variable in variables:
            del os.environ[variable]

    out = capsys.readouterr().out
    found = told(out)
    assert found[name]["status"] == "failed"
    assert says in found[name]["detail"]
    assert found["parts"]["status"] == "skipped"
    assert SECRET not in out


def test_an_embedded_part_that_does_not_start_is_a_failure_and_ends_no_other(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    done = run("doctor", "--json", DATA_DIR=str(tmp_path / "data"), STORE_DIR=str(tmp_path / "objects"))

    assert done.returncode == 1
    found = told(done.stdout)
    assert found["embedded"]["status"] == "failed"
    assert found["database"]["status"] == "skipped"
    assert found["ffmpeg"]["status"] == "ok"
    assert found["store"]["status"] == "ok"


@pytest.mark.parametrize("arguments", [["doctor"], ["doctor", "--json"]])
def test_no_secret_is_printed_whatever_fails(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    channel: dict[str, Any] = {"name": "moment", "channel_id": "1", "channel_secret": SECRET}
    with name_in_environment(
        DATABASE_URL=f"postgresql://{SECRET}:{SECRET}@{nowhere}/moment",
        BROKER_URL=f"redis://:{SECRET}@{nowhere}/0",
        LINE_CHANNELS=json.dumps([{**channel, "access_token": SECRET}]),
        LINE_API_URL=f"http://{nowhere}",
        PUBLIC_URL=f"http://{nowhere}",
        LINK_SECRET=SECRET,
        GEMINI_API_KEY=SECRET,
        STORE_DIR=str(tmp_path),
    ):
        assert main(arguments) == 1

    said = capsys.readouterr()
    assert "hunter" not in said.out + said.err
    assert "database" in said.out
