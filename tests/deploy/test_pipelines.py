"""GitHub's workflows and Cloud Build's twin: their form, who they are, and that both do the same."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.moment.children import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CLOUD_BUILD = ROOT / "cloudbuild.yaml"
SCRIPTS = [*sorted((ROOT / "deploy").glob("*.sh")), ROOT / ".ci" / "run"]


def workflow(name: str) -> dict[str, Any]:
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - `on` is no truth value here
    return parsed


def steps_of(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", [*WORKFLOWS, CLOUD_BUILD], ids=lambda path: path.name)
def test_its_form_is_right(path: Path) -> None:
    schema = "vendor.cloudbuild" if path == CLOUD_BUILD else "vendor.github-workflows"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_clean(path: Path) -> None:
    shellcheck = Path(sys.executable).parent / "shellcheck"
    checked = subprocess.run([shellcheck, path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_others_actions_are_named_by_the_commit(path: Path) -> None:
    """A tag can be moved to other code."""
    for used in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
        assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", used), used


def test_only_the_release_may_be_somebody() -> None:
    for name in ("check", "release"):
        assert workflow(name)["permissions"] == {"contents": "read"}
    jobs = workflow("release")["jobs"]
    assert jobs["release"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert "permissions" not in jobs["check"]
    assert "secrets." not in "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)


def test_what_is_released_was_checked_and_releases_follow_each_other() -> None:
    release = workflow("release")
    assert release["on"] == {"push": {"branches": ["main"]}}
    assert release["concurrency"] == {"group": "release", "cancel-in-progress": "false"}
    assert release["jobs"]["release"]["needs"] == "check"
    assert release["jobs"]["check"]["uses"] == "./.github/workflows/check.yml"


def test_both_pipelines_take_the_same_steps() -> None:
    by_github = [step["run"] for name in ("check", "release") for step in steps_of(name) if "run" in step]
    cloud_build = yaml.safe_load(CLOUD_BUILD.read_text(encoding="utf-8"))
    by_google = []
    for step in cloud_build["steps"]:
        written = step["args"][-1] if "-ec" in step["args"] else step["args"][0]
        by_google += [line for line in written.splitlines() if not line.startswith("apt-get ")]
    assert [command.split(' "')[0] for command in by_github] == [line.split(' "')[0] for line in by_google]
    names = [step["id"] for step in cloud_build["steps"]]
    assert [step.get("waitFor") for step in cloud_build["steps"]] == [
        None,
        ["-"],
        ["tests", "terraform"],
        ["image"],
    ]
    assert names == ["tests", "terraform", "image", "release"]


def test_scripts_can_be_run() -> None:
    for path in SCRIPTS:
        assert path.stat().st_mode & 0o111, path
