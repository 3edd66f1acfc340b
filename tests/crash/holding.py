"""Work that begins, says so, and never ends: what a kill in the middle of it needs."""

import os
import threading
from pathlib import Path

from tests import quick_providers


def hold_the_first_analysis(folder: Path) -> None:
    """Who analyses first leaves its pid in the folder and stays in it."""

    def before(call: str) -> None:
        if call != "analyze":
            return
        try:
            with (folder / "analysing").open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return
        threading.Event().wait()

    quick_providers.script.before = before


def analysing(folder: Path) -> int:
    """The pid of the worker that is at the analysis; 0 before."""
    file = folder / "analysing"
    written = file.read_text() if file.exists() else ""
    return int(written or 0)
