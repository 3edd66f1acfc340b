"""What a drill does to a machine: its disk, its clock; and how what was got over is told."""

import errno
import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

import models.base
from desk.stack import Part, ReconcilerPart
from drills.clock import run_with_wrong_clock
from drills.disk import small_disk
from drills.run import Result, table
from models.base import utc_now
from settings import Settings


def test_a_full_disk_takes_nothing_until_it_is_empty_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        if disk is None:
            pytest.skip("needs the right to mount")
        file = disk.folder / "file"
        file.write_bytes(b"before")
        disk.fill()
        with pytest.raises(OSError, match=r".") as raised:
            (disk.folder / "more").write_bytes(b"more")
        assert raised.value.errno == errno.ENOSPC
        disk.empty()
        (disk.folder / "more").write_bytes(b"more")
        assert file.read_bytes() == b"before"
    assert list((tmp_path / "disk").iterdir()) == []


def test_a_wrong_clock_is_wrong_for_all_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", time.time)  # put right at the end
    monkeypatch.setattr(models.base, "datetime", datetime)
    off, seen = timedelta(hours=-1), []

    def run(_part: Part, _settings: Settings) -> None:
        seen.extend([datetime.fromtimestamp(time.time(), UTC), utc_now()])

    before = datetime.now(UTC)
    run_with_wrong_clock(ReconcilerPart(), Settings.without_environment(), run=run, off=off)
    assert all(before + off <= each <= datetime.now(UTC) + off for each in seen)
    assert len(seen) == 2


def test_of_several_blows_it_is_told_how_soon_they_were_got_over() -> None:
    page = io.StringIO()
    Console(file=page, width=150).print(table([Result("blows", 0, 0, 60.0, (1.0, 2.0, 9.0))]))
    assert "blows: got over in 9.0 s (p95), 9.0 s at most" in page.getvalue()
