"""How many statements each process sends to Postgres, by the job that sends them: a byte for each in the job's file, so that
whatever process sends it, and however it ends, is counted."""

import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from structlog.contextvars import get_contextvars

from benchmarks.bench import Run
from desk.stack import Part
from pipeline.providers.registry import Build
from settings import Settings


def run_counted(part: Part, settings: Settings, build: Build, *, run: Run, folder: Path) -> None:
    """As `run`, counted in the folder. BEGIN and COMMIT are not."""

    @cache
    def file_of(job: str) -> int:
        return os.open(folder / job, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(*_: Any) -> None:
        os.write(file_of(get_contextvars().get("job", str(part))), b".")

    event.listen(Engine, "before_cursor_execute", note)
    run(part, settings, build)


def counted(folder: Path) -> Counter[str]:
    """So far, by job; what no job sends, by the part that does."""
    return Counter({file.name: file.stat().st_size for file in folder.iterdir()})
