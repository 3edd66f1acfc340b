import os
from pathlib import Path

import pytest

from storage.workspace import workspace


def test_a_workspace_is_gone_after_any_exit(tmp_path: Path) -> None:
    def interruption() -> None:
        with workspace(tmp_path) as folder:
            (folder / "left.wav").write_bytes(b"x")
            raise SystemExit

    with pytest.raises(SystemExit):
        interruption()
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_sweeps_up_what_a_killed_process_left(tmp_path: Path) -> None:
    stale, fresh = tmp_path / "moment-media-old", tmp_path / "moment-media-new"
    for folder in (stale, fresh):
        folder.mkdir()
    os.utime(stale, (0, 0))
    with workspace(tmp_path):
        assert not stale.exists()
        assert fresh.exists()
