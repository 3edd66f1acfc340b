"""What the README says is what there is."""

import re
from pathlib import Path

import pytest

from moment.cli import parser
from settings import Settings, variable

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{variable(name)}`" in README


def test_no_setting_is_documented_that_does_not_exist() -> None:
    table = README.split("## Settings")[1].split("\n## ")[0]
    documented = re.findall(
        r"`([A-Z_]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if "|" in line)
    )
    assert set(documented) == {variable(name) for name in Settings.model_fields}


def test_every_command_is_documented() -> None:
    subparsers = next(action for action in parser()._actions if action.dest == "command")
    for command in subparsers.choices or ():
        assert f"`moment {command}" in README, command


def test_its_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (Path(__file__).parent.parent / path).is_file(), path
