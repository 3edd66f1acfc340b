"""`moment doctor` as a person or a script runs it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk.embedded import free_port, scratch_folder
from moment.cli import main
from settings import Settings
from tests import quick_providers
from tests.moment.children import run
from tests.system import System, start_system

SECRET = "hunter2222-hunter2222-hunter2222"


@pytest.fixture
def system(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """All of Moment, named in the environment as its own processes are told of it."""
    with start_system(tmp_path, settings) as system:
        for name, value in system.settings.environment().items():
            monkeypatch.setenv(name, value)
        yield system


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the embedded Postgres, which runs unprivileged, can enter."""
    folder = scratch_folder()
    yield folder
    shutil.rmtree(folder)


def doctor(*options: str) -> int:
    """In this process, with the providers that the tests' knowledge base is embedded by."""
    return main(["doctor", *options], build=quick_providers.build)


def checks_in(out: str) -> dict[str, dict[str, str]]:
    """The checks of the one JSON object, by name; a name that comes twice keeps its last."""
    assert out.count("\n") == 1
    return {check["name"]: check for check in json.loads(out)["checks"]}


def statuses(checks: dict[str, dict[str, str]]) -> set[str]:
    return {check["status"] for check in checks.values()}


@pytest.mark.usefixtures("system")
def test_when_all_is_well_the_exit_code_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor("--json") == 0, capsys.readouterr().out

    out = capsys.readouterr().out
    assert json.loads(out)["ok"] is True
    checks = checks_in(out)
    assert checks.pop("line.moment.menus")["status"] == "warning", "nobody has made them"
    assert checks.pop("console.coaches")["status"] == "warning", "nobody has been invited"
    assert statuses(checks) == {"ok", "skipped"}, out
    assert {name for name, check in checks.items() if check["status"] == "skipped"} == {
        "line.moment.consoles",
        "liff.console",
        "console.callback",
        "stripe",  # the plan is not for sale
    }
    for name in (
        "settings", "database", "database.connections", "database.schema", "database.knowledge_base", "broker",
        "ffmpeg.captions", "store", "models", "public_url", "line.moment.secret", "line.moment.webhook_test",
        "line.rooms", "liff", "liff.keys", "liff.pages", "console", "console.page",
    ):  # fmt: skip
        assert checks[name]["status"] == "ok", checks[name]


@pytest.mark.usefixtures("system")
def test_the_table_names_every_part_and_the_fix_of_what_failed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/bin/echo")

    assert doctor() == 1

    out = capsys.readouterr().out
    for words in ("database.schema", "line.moment.webhook", "→ unset IMAGEIO_FFMPEG_EXE", "3 failed"):
        assert words in out


def test_with_nothing_named_the_embedded_parts_are_looked_at_and_called_so(folder: Path) -> None:
    child = run("doctor", "--json", MOMENT_DATA_DIR=str(folder))

    assert child.returncode == 0, child.stdout
    checks = checks_in(child.stdout)
    assert "failed" not in statuses(checks)
    assert "embedded Postgres (DATABASE_URL is not set)" in checks["database"]["detail"]
    assert "embedded Valkey (MOMENT_BROKER_URL is not set)" in checks["broker"]["detail"]
    assert "offline coach (MOMENT_PROVIDERS is not set)" in checks["models"]["detail"]
    assert checks["database.schema"]["status"] == "warning"
    assert "DATABASE_URL" in checks["settings"]["detail"]
    assert {path.name for path in folder.iterdir()} == {"postgres", "valkey"}


def test_production_fallbacks_are_failures_listed_one_by_one_beside_what_is_named(tmp_path: Path) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    child = run(
        "doctor",
        "--json",
        MOMENT_ENV="production",
        MOMENT_BROKER_URL=away,
        MOMENT_DATA_DIR=str(tmp_path),
    )

    assert child.returncode == 1
    checks = checks_in(child.stdout)
    for setting, variable in {
        "database_url": "DATABASE_URL",
        "line_channels": "MOMENT_LINE_CHANNELS",
        "public_url": "MOMENT_PUBLIC_URL",
        "providers": "MOMENT_PROVIDERS",
        "store_dir": "MOMENT_STORE_DIR",
        "link_secrets": "MOMENT_LINK_SECRETS",
    }.items():
        check = checks[f"settings.{setting}"]
        assert check["status"] == "failed"
        assert f"{variable} is not set" in check["detail"]
        assert f"set {variable}" in check["fix"]
    for part in ("database", "store", "models", "public_url", "line"):
        assert checks[part]["status"] == "skipped"
    assert checks["broker"]["status"] == "failed"
    assert "settings.broker_url" not in checks
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "problems"),
    [
        ({"MOMENT_LEASE": "soon"}, {"settings.lease": "MOMENT_LEASE: "}),
        (
            {"MOMENT_LINE_CHANNELS": f'[{{"channel_secret": "{SECRET}'},
            {"settings.line_channels": "MOMENT_LINE_CHANNELS: not a JSON list"},
        ),
        (
            {"MOMENT_LINE_CHANNELS": f'[{{"channel_secret": "{SECRET}"}}]'},
            {
                "settings.line_channels.0.name": "MOMENT_LINE_CHANNELS: Field required",
                "settings.line_channels.0.channel_id": "MOMENT_LINE_CHANNELS: Field required",
            },
        ),
        ({"MOMENT_LINK_SECRETS": SECRET}, {"settings.link_secrets": "MOMENT_LINK_SECRETS: not a JSON list"}),
        (
            {"MOMENT_LINK_SECRETS": f'["{SECRET}", ""]'},
            {"settings.link_secrets": "MOMENT_LINK_SECRETS: name one secret or more, none of them empty"},
        ),
        ({"MOMENT_PROVIDERS": "tests.quick_providers"}, {"settings.providers": "MOMENT_PROVIDERS: "}),
        ({"MOMENT_DATABASE_POOL": "1"}, {"settings.database_pool": "MOMENT_DATABASE_POOL: "}),
        (
            {
                "MOMENT_LINE_CHANNELS": SECRET,
                "MOMENT_LINK_SECRETS": SECRET,
                "MOMENT_LEASE": "soon",
                "MOMENT_ENV": "staging",
            },
            {
                "settings.line_channels": "MOMENT_LINE_CHANNELS: not a JSON list",
                "settings.link_secrets": "MOMENT_LINK_SECRETS: not a JSON list",
                "settings.lease": "MOMENT_LEASE: ",
                "settings.env": "MOMENT_ENV: ",
            },
        ),
    ],
    ids=lambda value: " ".join(value) if "settings" not in str(value) else "",
)
def test_settings_that_cannot_be_read_are_reported_each_and_not_repeated(
    variables: dict[str, str],
    problems: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert doctor("--json") == 1

    out = capsys.readouterr().out
    checks = checks_in(out)
    assert set(checks) == {*problems, "parts"}
    for name, words in problems.items():
        assert checks[name]["status"] == "failed"
        assert checks[name]["detail"].startswith(words)
        assert checks[name]["fix"]
    assert checks["parts"]["status"] == "skipped"
    assert SECRET not in out


def test_a_file_of_settings_is_read_as_the_environment_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"MOMENT_LINK_SECRETS={SECRET}\nMOMENT_LEASE=soon\n")
    monkeypatch.chdir(tmp_path)

    assert doctor("--json") == 1

    out = capsys.readouterr().out
    assert set(checks_in(out)) == {"settings.link_secrets", "settings.lease", "parts"}
    assert SECRET not in out


def test_an_embedded_part_that_does_not_start_is_a_failure_and_ends_no_other(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    child = run(
        "doctor",
        "--json",
        MOMENT_DATA_DIR=str(tmp_path / "data"),
        MOMENT_STORE_DIR=str(tmp_path / "objects"),
    )

    assert child.returncode == 1
    checks = checks_in(child.stdout)
    assert checks["embedded"]["status"] == "failed"
    assert checks["database"]["status"] == "skipped"
    assert checks["ffmpeg"]["status"] == "ok"
    assert checks["store"]["status"] == "ok"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_secret_is_printed_whatever_fails(
    options: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    channel: dict[str, Any] = {"name": "moment", "channel_id": "1", "channel_secret": SECRET}
    for name, value in {
        "DATABASE_URL": f"postgresql://{SECRET}:{SECRET}@{nowhere}/moment",
        "MOMENT_BROKER_URL": f"redis://:{SECRET}@{nowhere}/0",
        "MOMENT_LINE_CHANNELS": json.dumps([{**channel, "access_token": SECRET}]),
        "MOMENT_LINE_API_URL": f"http://{nowhere}",
        "MOMENT_PUBLIC_URL": f"http://{nowhere}",
        "MOMENT_LINK_SECRETS": json.dumps([SECRET, SECRET]),
        "MOMENT_GEMINI_API_KEY": SECRET,
        "MOMENT_STORE_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)

    assert doctor(*options) == 1

    output = capsys.readouterr()
    assert "hunter" not in output.out + output.err
    assert "database" in output.out
