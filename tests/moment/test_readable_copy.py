"""The copy of the embedded Postgres in a folder that all accounts share."""

import os
from pathlib import Path

import pytest

from desk.readable_copy import CopyUntrusted, readable_copy

PARTS = ["part/bin", "libs"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name, content in {"part/bin/postgres": "program", "libs/lib.so": "library"}.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True)
        path.write_text(content)
        path.chmod(0o700 if "bin" in name else 0o660)
    (tmp_path / "source/libs/lib.so.1").symlink_to("lib.so")
    return tmp_path / "source"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


def test_it_is_made_once_and_all_can_read_it(source: Path, shared: Path) -> None:
    copy = readable_copy(source, PARTS, shared)
    assert readable_copy(source, PARTS, shared) == copy
    assert list(shared.iterdir()) == [copy]
    assert (copy / "libs/lib.so.1").read_text() == "library"
    assert (copy / "part/bin/postgres").stat().st_mode & 0o777 == 0o755
    assert (copy / "libs/lib.so").stat().st_mode & 0o777 == 0o644


def test_other_binaries_have_another_copy(source: Path, shared: Path) -> None:
    copy = readable_copy(source, PARTS, shared)
    (source / "libs/lib.so").write_text("newer")
    assert readable_copy(source, PARTS, shared) != copy


def test_one_whose_content_is_not_as_it_should_be_is_refused(source: Path, shared: Path) -> None:
    copy = readable_copy(source, PARTS, shared)
    (copy / "part/bin/postgres").write_text("another program")
    with pytest.raises(CopyUntrusted, match=str(copy)):
        readable_copy(source, PARTS, shared)


def test_one_that_others_can_change_is_refused(source: Path, shared: Path) -> None:
    copy = readable_copy(source, PARTS, shared)
    (copy / "part/bin/postgres").chmod(0o777)
    with pytest.raises(CopyUntrusted):
        readable_copy(source, PARTS, shared)


def test_one_that_lies_elsewhere_is_refused(source: Path, shared: Path) -> None:
    copy = readable_copy(source, PARTS, shared)
    copy.rename(shared / "elsewhere")
    copy.symlink_to(shared / "elsewhere")
    with pytest.raises(CopyUntrusted):
        readable_copy(source, PARTS, shared)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_one_of_another_account_is_refused(source: Path, shared: Path) -> None:
    copy = readable_copy(source, PARTS, shared)
    os.chown(copy / "part/bin/postgres", 65534, 65534)
    with pytest.raises(CopyUntrusted):
        readable_copy(source, PARTS, shared)
