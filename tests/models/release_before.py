"""The release that still runs while this one's migrations are applied: its code, and what it knows of the tables.

    uv run python -m tests.models.release_before COMMIT

writes `migrations/release_before.json`, once COMMIT is what runs in production.
"""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
FILE = ROOT / "migrations/release_before.json"

# Run by that release's own modules. `optional`: it may store nothing there; `left_out`: it may name the column in no
# INSERT, and relies on the database's default.
DESCRIBE = """
import json, sys
from sqlmodel import SQLModel
import models
tables = {}
for table in SQLModel.metadata.sorted_tables:
    tables[table.name] = {
        column.name: {
            "optional": bool(column.nullable),
            "left_out": column.server_default is not None and column.default is None,
        }
        for column in table.columns
    }
json.dump(tables, sys.stdout)
"""


@dataclass(frozen=True)
class ReleaseBefore:
    """`tables` by name: their columns by name, as DESCRIBE tells them. `revision`: its newest migration."""

    commit: str
    revision: str
    tables: Mapping[str, Mapping[str, Mapping[str, bool]]]


def release_before() -> ReleaseBefore:
    return ReleaseBefore(**json.loads(FILE.read_text()))


def git(*arguments: str, check: bool = True) -> bytes:
    """What it says of this repository, whoever owns it: in a container that is often somebody else."""
    command = ["git", "-c", f"safe.directory={ROOT}", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=check).stdout


def is_in_history(commit: str) -> bool:
    """A copy without its history, or a shallow one, has only itself."""
    try:
        return git("cat-file", "-t", commit, check=False) == b"commit\n"
    except FileNotFoundError:
        return False


def check_out(commit: str, folder: Path) -> None:
    """Its files; the packages are this release's."""
    archive = git("archive", commit)
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def run_of(folder: Path, *arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    """Python with that release's modules in place of ours, whatever is installed."""
    environment = {**os.environ, **options.pop("environment", {}), "PYTHONPATH": str(folder)}
    return subprocess.Popen([sys.executable, "-P", *arguments], cwd=folder, env=environment, **options)


def describe(commit: str) -> ReleaseBefore:
    with TemporaryDirectory() as name:
        folder = Path(name)
        check_out(commit, folder)
        with run_of(folder, "-c", DESCRIBE, stdout=subprocess.PIPE) as process:
            told, _ = process.communicate()
        if process.returncode != 0:
            raise SystemExit(f"the modules of {commit} can't be read")
        revision = max(path.name[:4] for path in (folder / "migrations/versions").glob("[0-9]*.py"))
    return ReleaseBefore(git("rev-parse", commit).decode().strip(), revision, json.loads(told))


def write(release: ReleaseBefore) -> None:
    """A table a line, so that a change of it can be read."""
    tables = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(columns)}" for name, columns in release.tables.items()
    )
    FILE.write_text(
        f'{{"commit": "{release.commit}",\n "revision": "{release.revision}",\n "tables": {{\n{tables}\n }}}}\n'
    )


if __name__ == "__main__":
    write(describe(sys.argv[1]))
