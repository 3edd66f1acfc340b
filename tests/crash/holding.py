"""Work that begins, says so, and never ends: what a kill in the middle of it needs."""

import os
import tempfile
import threading
from pathlib import Path

from desk.stack import Part
from moment.parts import run_part
from settings import Settings
from tests import quick_providers


def hold_first(call: str, folder: Path, *, times: int = 1, deaf: bool = True) -> None:
    """Whoever makes this call of a provider first, or one of the first, leaves its pid in the folder and stays in it.
    Who is deaf can't be interrupted: no Python code is run."""

    def before(current_call: str) -> None:
        if current_call != call or not _is_first(folder, call, times):
            return
        while True:
            threading.Event().wait(None if deaf else 0.02)

    quick_providers.script.before = before


def _is_first(folder: Path, call: str, times: int) -> bool:
    for number in range(times):
        try:
            with (folder / _name(call, number)).open("x") as file:
                file.write(str(os.getpid()))
            return True
        except FileExistsError:
            continue
    return False


def _name(call: str, number: int) -> str:
    return f"{call}.{number}"


def holder(call: str, folder: Path, number: int = 0) -> int:
    """The pid of the worker that stays in the call; 0 before."""
    file = folder / _name(call, number)
    return int((file.read_text() if file.exists() else "") or 0)


def run_holding_part(part: Part, settings: Settings, folder: Path) -> None:
    """A process of ours, on quick providers whose first analysis never ends. What it leaves when it is killed lies in the
    folder."""
    tempfile.tempdir = str(folder)
    hold_first("analyze", folder)
    run_part(part, settings, quick_providers.build)
