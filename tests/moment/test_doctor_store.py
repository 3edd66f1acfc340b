"""What the doctor finds wrong with the folder where objects lie, and that it leaves nothing there."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from moment.doctor import store
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from settings import Settings


def look(folder: Path, *fallbacks: str, **values: Any) -> dict[str, Check]:
    settings = Settings.without_environment(store_dir=folder, **values)
    return {check.name: check for check in store.checks(Ground(settings, frozenset(fallbacks)))}


@pytest.mark.parametrize("there_before", [True, False])
def test_a_writable_folder_is_left_as_it_was(tmp_path: Path, there_before: bool) -> None:
    folder = tmp_path / "above" / "objects"
    if there_before:
        (folder / "videos").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    checks = look(folder)

    assert [check.status for check in checks.values()] == [Status.OK, Status.OK]
    assert checks["store"].detail == f"{folder}, from MOMENT_STORE_DIR"
    assert sorted(tmp_path.rglob("*")) == before


def test_the_data_folder_is_named_as_a_stand_in(tmp_path: Path) -> None:
    assert "the data folder (MOMENT_STORE_DIR is not set)" in look(tmp_path, "store_dir")["store"].detail


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    checks = look(tmp_path / "file" / "objects")

    assert checks["store"].status is Status.FAILED
    assert "Not a directory" in checks["store"].detail
    assert "let MOMENT_STORE_DIR name" in checks["store"].fix


@pytest.mark.parametrize(("share", "status"), [(1, Status.FAILED), (10, Status.WARNING), (1000, Status.OK)])
def test_space_is_measured_in_the_largest_videos_that_fit(tmp_path: Path, share: int, status: Status) -> None:
    largest = shutil.disk_usage(tmp_path).free // share

    check = look(tmp_path, max_video_bytes=largest)["store.space"]

    assert check.status is status
    assert "GiB free" in check.detail


def test_nothing_is_written_where_production_refuses_the_fallback(tmp_path: Path) -> None:
    checks = look(tmp_path / "objects", "store_dir", env="production")

    assert [check.status for check in checks.values()] == [Status.SKIPPED]
    assert "neither MOMENT_STORE_DIR nor MOMENT_GCS_BUCKET is set" in checks["store"].detail
    assert list(tmp_path.iterdir()) == []
