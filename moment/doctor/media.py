"""ffmpeg: it runs, has what our graphs use, and draws Japanese captions."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from errors import MomentError
from moment.doctor.report import Check, attempt, failure, ok
from pipeline.media.captions import Caption, ass_script
from pipeline.media.ffmpeg import QUIET, binary
from storage.workspace import workspace

SECONDS = 10.0  # of one run of ffmpeg
ENCODERS = ("libx264", "aac")
# libass draws the captions; zscale and tonemap make phones' HDR video plain.
FILTERS = ("ass", "zscale", "tonemap")
FONT_PACKAGE = "noto_cjk_sans_jp_bold"
# Two signs that look alike only where a font has neither: as empty boxes.
SIGNS = ("鍋", "卵")
FRAME = (320, 180)  # pixels

CHOICE = "IMAGEIO_FFMPEG_EXE"  # the environment variable that names another ffmpeg
PACKAGED = (
    f"unset {CHOICE} to use the packaged binary, "
    "or name an ffmpeg built with --enable-gpl --enable-libx264 --enable-libass --enable-libzimg"
)


class _NoFrame(MomentError):
    """ffmpeg drew nothing; the message is the last line it said."""


def checks() -> Iterator[Check]:
    yield attempt("ffmpeg", _runs)
    yield attempt("ffmpeg.abilities", _abilities)
    yield attempt("ffmpeg.captions", _captions)


def _ffmpeg(*arguments: str, folder: Path | None = None) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        timeout=SECONDS,
        check=False,
    )


def _runs() -> Check:
    origin = f"from {CHOICE}" if os.environ.get(CHOICE) else "the packaged binary"
    try:
        lines = _ffmpeg("-version").stdout.decode(errors="replace").splitlines()
    except OSError as error:
        return failure("ffmpeg", f"{binary()} cannot be run: {error.strerror}", PACKAGED)
    except subprocess.TimeoutExpired:
        return failure("ffmpeg", f"{binary()} does not end within {SECONDS:g} s", PACKAGED)
    if not lines or not lines[0].startswith("ffmpeg version"):
        return failure("ffmpeg", f"{binary()} is no ffmpeg", PACKAGED)
    version = lines[0].removeprefix("ffmpeg version ").split(" ")[0]
    return ok("ffmpeg", f"{version}, {origin}")


def _abilities() -> Check:
    try:
        missing = [
            *_missing(ENCODERS, _ffmpeg("-hide_banner", "-encoders")),
            *_missing(FILTERS, _ffmpeg("-hide_banner", "-filters")),
        ]
    except (OSError, subprocess.TimeoutExpired):
        return failure("ffmpeg.abilities", "ffmpeg cannot be asked", PACKAGED)
    if missing:
        return failure("ffmpeg.abilities", f"without {', '.join(missing)}", PACKAGED)
    return ok("ffmpeg.abilities", ", ".join((*ENCODERS, *FILTERS)))


def _missing(needs: Sequence[str], listing: "subprocess.CompletedProcess[bytes]") -> list[str]:
    """Of a listing such as " V....D libx264  …", whose second column is the name."""
    rows = (line.split() for line in listing.stdout.decode(errors="replace").splitlines())
    names = {row[1] for row in rows if len(row) > 1}
    return [name for name in needs if name not in names]


def _captions() -> Check:
    name = "ffmpeg.captions"
    try:
        font = next(path for path in resources.files(FONT_PACKAGE).iterdir() if path.name.endswith(".otf"))
    except (ModuleNotFoundError, StopIteration):
        fix = "run `uv sync --frozen`: noto-cjk-sans-jp-bold is missing or incomplete"
        return failure(name, "the caption font is not installed", fix)
    try:
        with workspace() as folder:
            fonts = folder / "fonts"  # of one file, as for a coaching video
            fonts.mkdir()
            (fonts / font.name).symlink_to(str(font))
            first, second = (_frame(folder, sign) for sign in SIGNS)
    except (OSError, subprocess.TimeoutExpired, _NoFrame) as error:
        return failure(
            name,
            f"no frame was drawn: {error if isinstance(error, _NoFrame) else type(error).__name__}",
            PACKAGED,
        )
    if len(set(first)) == 1 or len(set(second)) == 1:
        return failure(name, "captions leave no trace in the picture", PACKAGED)
    if first == second:
        return failure(name, "Japanese comes out as empty boxes", PACKAGED)
    return ok(name, "Japanese is drawn")


def _frame(folder: Path, sign: str) -> bytes:
    """The brightness of each pixel of a black picture with this caption. Raises _NoFrame."""
    script = ass_script([Caption(0.0, 1.0, (sign,))], [], size=FRAME)
    (folder / "caption.ass").write_text(script, encoding="utf-8")
    across, down = FRAME
    black = f"color=black:size={across}x{down}:rate=1:duration=1"
    # fmt: off
    run = _ffmpeg(
        *QUIET, "-f", "lavfi", "-i", black, "-vf", "ass=filename=caption.ass:fontsdir=fonts",
        "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1", folder=folder,
    )
    # fmt: on
    if run.returncode != 0 or len(run.stdout) != across * down:
        words = run.stderr.decode(errors="replace").strip().splitlines() or ["ffmpeg said nothing"]
        raise _NoFrame(words[-1])
    return run.stdout
