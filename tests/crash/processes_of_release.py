"""Run by path, with an older release's modules in place of ours: every process of that release, until it is told to stop.

python -P tests/crash/processes_of_release.py PORT      # settings from the environment
"""

import sys
from functools import partial

from desk.stack import Part, ProcessLauncher, ReconcilerPart, Web, Worker
from desk.supervisor import Supervisor, preload
from jobs.queue import Queue
from moment.parts import PRELOAD, run_part
from settings import Settings
from tests.quick_providers import build


def main(port: int) -> None:
    settings = Settings()
    preload([*PRELOAD, "tests.quick_providers"])
    with Supervisor() as supervisor:
        supervisor.stop_on_signals()
        launcher = ProcessLauncher(supervisor, partial(run_part, build=build))
        parts: list[Part] = [Web(port), *map(Worker, Queue), ReconcilerPart()]
        for part in parts:
            launcher.start(part, settings)
        supervisor.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
