"""Objects on this machine's disk."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest
from pydantic import SecretStr

from storage.links import MediaLinks
from storage.local import LocalStore


@pytest.fixture
def generous_umask() -> Iterator[None]:
    """As in a container that has none."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("generous_umask")
def test_what_learners_send_is_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    root = tmp_path / "data" / "objects"
    store = LocalStore(root, MediaLinks("https://moment.example", [SecretStr("one")]))
    store.put("videos/deep/1.mp4", iter([b"picture"]), "video/mp4")
    modes = {path: S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}
    files = {path for path in modes if path.is_file()}
    assert files == {root / "videos/deep/1.mp4"}
    assert {modes[path] for path in files} == {0o600}
    assert {mode for path, mode in modes.items() if path not in files} == {0o700}
    assert S_IMODE(root.parent.stat().st_mode) == 0o777  # what else lies there is no affair of ours
