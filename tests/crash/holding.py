"""Work that begins, says so, and never ends: what a kill in the middle of it needs."""

import os
import tempfile
import threading
from pathlib import Path

from desk.stack import Part
from moment.parts import run_part
from settings import Settings
from tests import quick_providers


def hold_first(call: str, folder: Path) -> None:
    """Whoever makes this call of a provider first leaves its pid in the folder and stays in it."""

    def before(current_call: str) -> None:
        if current_call != call:
            return
        try:
            with (folder / call).open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return
        threading.Event().wait()

    quick_providers.script.before = before


def holder(call: str, folder: Path) -> int:
    """The pid of the worker that stays in the call; 0 before."""
    file = folder / call
    return int((file.read_text() if file.exists() else "") or 0)


def run_holding_part(part: Part, settings: Settings, folder: Path) -> None:
    """A process of ours, on quick providers whose first analysis never ends. What it leaves when it is killed lies in the
    folder."""
    tempfile.tempdir = str(folder)
    hold_first("analyze", folder)
    run_part(part, settings, quick_providers.build)
