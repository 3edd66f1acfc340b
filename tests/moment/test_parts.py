"""What the server that forks the parts imports before the first of them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The resources that a part makes first, each of which imports what it needs.
PROGRAM = """
import importlib, sys
from moment.parts import PRELOAD
from moment.resources import Resources
from settings import Settings

for name in PRELOAD:
    importlib.import_module(name)
before = set(sys.modules)
resources = Resources(Settings.without_environment(
    database_url="postgresql://nowhere.invalid/moment", broker_url="redis://nowhere.invalid/0", line_channels=[]
))
for name in ("inbox", "delivery", "scheduler", "answers", "intake", "runner", "reconciler"):
    getattr(resources, name)
ours = {"bot", "desk", "jobs", "line", "models", "moment", "pipeline", "services", "webhooks", "linebot", "dramatiq"}
print("LATE", *sorted(name for name in set(sys.modules) - before if name.split(".")[0] in ours))
resources.close()
"""


def test_a_forked_part_imports_next_to_nothing_of_its_own() -> None:
    """A module that was renamed would otherwise be left out without a word: the forking server only tries."""
    child = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert child.stdout.split() == ["LATE"]


def test_naming_what_a_part_runs_loads_nothing_heavy() -> None:
    program = "import sys, moment.parts; print('linebot' in sys.modules, 'sqlalchemy' in sys.modules)"
    child = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert child.stdout.split() == ["False", "False"]
