"""What the doctor finds wrong with the folder where objects lie, and that it leaves nothing there."""

import shutil
from pathlib import Path

import pytest

from moment.doctor import store
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from settings import settings
from tests.process import name_in_environment


def checked(folder: Path, *fallbacks: str, **variables: str) -> dict[str, Check]:
    with name_in_environment(STORE_DIR=str(folder), **variables):
        return {check.name: check for check in store.checks(Ground(settings(), frozenset(fallbacks)))}


@pytest.mark.parametrize("there_before", [True, False])
def test_a_writable_folder_is_left_as_it_was(tmp_path: Path, there_before: bool) -> None:
    folder = tmp_path / "above" / "objects"
    if there_before:
        (folder / "videos").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    found = checked(folder)

    assert [check.status for check in found.values()] == [Status.OK, Status.OK]
    assert found["store"].detail == f"{folder}, from STORE_DIR"
    assert sorted(tmp_path.rglob("*")) == before


def test_the_data_folder_is_named_as_a_stand_in(tmp_path: Path) -> None:
    assert "STORE_DIR is not set" in checked(tmp_path, "store_dir")["store"].detail


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    found = checked(tmp_path / "file" / "objects")

    assert found["store"].status is Status.FAILED
    assert "Not a directory" in found["store"].detail
    assert "STORE_DIR" in found["store"].fix


@pytest.mark.parametrize(("share", "status"), [(1, Status.FAILED), (10, Status.WARNING), (1000, Status.OK)])
def test_space_is_measured_in_the_largest_videos_that_fit(tmp_path: Path, share: int, status: Status) -> None:
    largest = shutil.disk_usage(tmp_path).free // share

    found = checked(tmp_path, MAX_VIDEO_BYTES=str(largest))["store.space"]

    assert found.status is status
    assert "GiB free" in found.detail


def test_nothing_is_written_where_production_refuses_the_fallback(tmp_path: Path) -> None:
    found = checked(tmp_path / "objects", "store_dir", MOMENT_ENV="production")

    assert [check.status for check in found.values()] == [Status.SKIPPED]
    assert list(tmp_path.iterdir()) == []
