"""What the doctor finds wrong with an ffmpeg."""

from pathlib import Path

import pytest

from moment.doctor import media
from moment.doctor.report import Check, Status


@pytest.fixture(autouse=True)
def _packaged_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(media.CHOICE, raising=False)


def look() -> dict[str, Check]:
    return {check.name: check for check in media.checks()}


def look_at(binary: Path | str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """With this ffmpeg named in the environment."""
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(binary))
    return look()


def stand_in(folder: Path, *, encoders: str, filters: str) -> Path:
    """An ffmpeg that tells its version, has only this, and can render nothing."""
    script = folder / "ffmpeg"
    script.write_text(f"""#!/bin/sh
case "$*" in
    *-version*) echo 'ffmpeg version 4.4 Copyright' ;;
    *-encoders*) echo '{encoders}' ;;
    *-filters*) echo '{filters}' ;;
    *) echo 'No such filter: ass' >&2; exit 1 ;;
esac
""")
    script.chmod(0o755)
    return script


def test_the_packaged_ffmpeg_has_all_that_is_needed() -> None:
    checks = look()

    assert list(checks) == ["ffmpeg", "ffmpeg.abilities", "ffmpeg.captions"]
    assert {check.status for check in checks.values()} == {Status.OK}
    assert "the packaged binary" in checks["ffmpeg"].detail


def test_an_ffmpeg_without_what_is_needed_is_told_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = stand_in(tmp_path, encoders=" A....D aac  AAC", filters=" ... tonemap V->V Tone")

    checks = look_at(binary, monkeypatch)

    assert checks["ffmpeg"].detail == "4.4, from IMAGEIO_FFMPEG_EXE"
    assert checks["ffmpeg.abilities"].status is Status.FAILED
    assert checks["ffmpeg.abilities"].detail == "without libx264, ass, zscale"
    assert "unset IMAGEIO_FFMPEG_EXE" in checks["ffmpeg.abilities"].fix
    assert checks["ffmpeg.captions"].status is Status.FAILED
    assert "No such filter: ass" in checks["ffmpeg.captions"].detail


@pytest.mark.parametrize(
    ("binary", "says"), [("/no/such/ffmpeg", "cannot be run"), ("/bin/echo", "is no ffmpeg")]
)
def test_what_is_no_ffmpeg_fails(binary: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = look_at(binary, monkeypatch)

    assert checks["ffmpeg"].status is Status.FAILED
    assert says in checks["ffmpeg"].detail
    assert "unset IMAGEIO_FFMPEG_EXE" in checks["ffmpeg"].fix
    assert {check.status for check in checks.values()} == {Status.FAILED}


def test_an_ffmpeg_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "SECONDS", 0.2)
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)

    checks = look_at(script, monkeypatch)

    assert {check.status for check in checks.values()} == {Status.FAILED}
    assert "does not end" in checks["ffmpeg"].detail


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "FONT_PACKAGE", "no_such_package")

    check = look()["ffmpeg.captions"]

    assert check.status is Status.FAILED
    assert "noto-cjk-sans-jp-bold" in check.fix


@pytest.mark.parametrize(
    ("signs", "says"),
    [(("鍋", "鍋"), "empty boxes"), (("\u3000", "\u3000"), "no trace")],
    ids=["two signs drawn alike", "nothing drawn"],
)
def test_captions_that_cannot_be_read_fail(
    monkeypatch: pytest.MonkeyPatch, signs: tuple[str, str], says: str
) -> None:
    monkeypatch.setattr(media, "SIGNS", signs)

    check = look()["ffmpeg.captions"]

    assert check.status is Status.FAILED
    assert says in check.detail
