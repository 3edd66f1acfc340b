"""What the doctor finds wrong with an ffmpeg."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from moment.doctor import media
from moment.doctor.ground import Ground
from moment.doctor.report import Check, Status
from pipeline.media import ffmpeg
from settings import settings
from tests.process import name_in_environment


@pytest.fixture(autouse=True)
def _fresh_binary() -> Iterator[None]:
    ffmpeg.binary.cache_clear()
    yield
    ffmpeg.binary.cache_clear()


def checked(binary: Path | str | None = None) -> dict[str, Check]:
    with name_in_environment(**({} if binary is None else {"FFMPEG": str(binary)})):
        return {check.name: check for check in media.checks(Ground(settings()))}


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
    found = checked()

    assert list(found) == ["ffmpeg", "ffmpeg.abilities", "ffmpeg.captions"]
    assert {check.status for check in found.values()} == {Status.OK}
    assert "the packaged binary" in found["ffmpeg"].detail


def test_an_ffmpeg_without_what_is_needed_is_told_what_it_lacks(tmp_path: Path) -> None:
    found = checked(stand_in(tmp_path, encoders=" A....D aac  AAC", filters=" ... tonemap V->V Tone"))

    assert found["ffmpeg"].detail == "4.4, from FFMPEG"
    assert found["ffmpeg.abilities"].status is Status.FAILED
    assert found["ffmpeg.abilities"].detail == "without libx264, ass, zscale"
    assert "unset FFMPEG" in found["ffmpeg.abilities"].fix
    assert found["ffmpeg.captions"].status is Status.FAILED
    assert "No such filter: ass" in found["ffmpeg.captions"].detail


@pytest.mark.parametrize(
    ("binary", "says"), [("/no/such/ffmpeg", "cannot be run"), ("/bin/echo", "is no ffmpeg")]
)
def test_what_is_no_ffmpeg_fails(binary: str, says: str) -> None:
    found = checked(binary)

    assert found["ffmpeg"].status is Status.FAILED
    assert says in found["ffmpeg"].detail
    assert "unset FFMPEG" in found["ffmpeg"].fix
    assert {check.status for check in found.values()} == {Status.FAILED}


def test_an_ffmpeg_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "SECONDS", 0.2)
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)

    found = checked(script)

    assert {check.status for check in found.values()} == {Status.FAILED}
    assert "does not end" in found["ffmpeg"].detail


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "FONT_PACKAGE", "no_such_package")

    found = checked()["ffmpeg.captions"]

    assert found.status is Status.FAILED
    assert "noto-cjk-sans-jp-bold" in found.fix


@pytest.mark.parametrize(
    ("signs", "says"),
    [(("鍋", "鍋"), "empty boxes"), (("\u3000", "\u3000"), "no trace")],
    ids=["two signs drawn alike", "nothing drawn"],
)
def test_captions_that_cannot_be_read_fail(
    monkeypatch: pytest.MonkeyPatch, signs: tuple[str, str], says: str
) -> None:
    monkeypatch.setattr(media, "SIGNS", signs)

    found = checked()["ffmpeg.captions"]

    assert found.status is Status.FAILED
    assert says in found.detail
