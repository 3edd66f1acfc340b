"""Makes the film of two attempts: one plan, one ffmpeg pass, one look at what came out.

The clips' own sound is left out. Two kitchens at once are noise, and the film is made to be shown: what anybody said
beside the stove stays there. A few soft chords of ours take its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from models.rules.same_moment import Window
from pipeline.media import music
from pipeline.media.command import encoding, open_shot, picture_of
from pipeline.media.composition import font_folder, still_of
from pipeline.media.encoding import SAMPLE_RATE, tag_colours
from pipeline.media.ffmpeg import QUIET, UnreadableInput, binary, run, time_limit
from pipeline.media.film.board import CLOSING_SECONDS, TITLE_SECONDS, FilmBoard, Scene, plan
from pipeline.media.film.captions import FilmWords, film_script
from pipeline.media.loudness import LIMITER, gain_to_target
from pipeline.media.narration import FPS
from pipeline.media.probe import ClipProblem, UnusableClip, VideoFacts
from pipeline.media.verify import verify
from storage.workspace import workspace

_GROUND = "0x201A14"  # warm and dark: the clips are what is bright
_SHADE = "black@0.55"
_FADE_SECONDS = 0.8


@dataclass(frozen=True)
class Part:
    """Of one of the two attempts: the clip, and which seconds of it are shown."""

    source: Path
    facts: VideoFacts
    window: Window


@dataclass(frozen=True)
class Film:
    path: Path
    preview: Path  # JPEG of the same moment, of the film's own size
    board: FilmBoard


def compose(parts: Sequence[Part], words: FilmWords, into: Path) -> Film:
    """Writes `film.mp4` and `film.jpg` into the folder `into`, or nothing at all. The first attempt's part comes first.

    Raises UnusableClip where a clip is to blame, FfmpegFailure, FfmpegTimeout, Unmeasurable, BadRender.
    """
    board = plan([part.window for part in parts], [part.facts for part in parts])
    with workspace(into) as folder:
        output = folder / "film.mp4"
        command = _command(parts, board, words, folder, output)
        try:
            run(command, timeout_seconds=_time_limit(parts, board))
        except UnreadableInput as failure:
            raise UnusableClip(ClipProblem.TRUNCATED) from failure
        verify(output, board)
        preview = still_of(output, (board.still_at + board.still_until) / 2, folder / "film.jpg")
        return Film(output.replace(into / "film.mp4"), preview.replace(into / "film.jpg"), board)


def _command(
    parts: Sequence[Part], board: FilmBoard, words: FilmWords, folder: Path, output: Path
) -> list[str]:
    script, bed = folder / "words.ass", folder / "music.wav"
    script.write_text(film_script(words, board), "utf-8")
    music.write_bed(bed, board.seconds)
    size = f"{board.width}x{board.height}"
    picture = ffmpeg.input(f"color=c={_GROUND}:s={size}:r={FPS}", format="lavfi", t=f"{board.seconds:.4f}")
    for part, scene in zip(parts, board.scenes, strict=True):
        picture = picture.overlay(_scene(part, scene, board), x=scene.pane.left, y=scene.pane.top)
    picture = (
        picture.filter("trim", end_frame=board.frames)
        .filter("drawbox", color=_SHADE, t="fill", enable=_dark_times(board))
        .filter("ass", filename=str(script), fontsdir=str(font_folder(folder)))
        .filter("fade", t="out", st=f"{board.seconds - _FADE_SECONDS:.3f}", d=_FADE_SECONDS)
    )
    sound = _sound(bed, board)
    result = ffmpeg.output(tag_colours(picture), sound, f"file:{output}", **encoding(board.seconds))
    command: list[str] = ffmpeg.compile(
        result.global_args(*QUIET, "-loglevel", "warning"), cmd=binary(), overwrite_output=True
    )
    return command


def _scene(part: Part, scene: Scene, board: FilmBoard) -> Any:
    """The window, with the title's time before it, the closing's after it, and its stillness within."""
    shot = picture_of(open_shot(part.source, scene.shot), scene.shot, scene.pane, part.facts)
    still = shot.filter("loop", loop=board.still_frames, size=1, start=board.still_at_frame)
    return (
        still.filter("setpts", f"N/({FPS}*TB)")
        .filter("fps", FPS)
        .filter(
            "tpad",
            start_mode="clone",
            start_duration=TITLE_SECONDS,
            stop_mode="clone",
            stop_duration=CLOSING_SECONDS + 1,
        )
        .filter("trim", end_frame=board.frames)
        .filter("setpts", "PTS-STARTPTS")
    )


def _dark_times(board: FilmBoard) -> str:
    return f"lt(t,{TITLE_SECONDS})+gte(t,{board.closing_at:.3f})"


def _sound(bed: Path, board: FilmBoard) -> Any:
    return (
        ffmpeg.input(f"file:{bed}")["a:0"]
        .filter("volume", f"{gain_to_target(bed):.2f}dB")
        .filter("alimiter", **LIMITER)
        .filter("aresample", SAMPLE_RATE)
        .filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
        .filter("apad")
        .filter("atrim", duration=f"{board.seconds:.4f}")
    )


def _time_limit(parts: Sequence[Part], board: FilmBoard) -> float:
    """Each clip is decoded from the keyframe before its window; where none is known, from its beginning."""
    decoded = 0.0
    for part in parts:
        lead = part.facts.keyframe_interval_seconds or part.window.start
        decoded += part.facts.pixels_a_second * (lead + part.window.length)
    shown = board.width * board.height * FPS * board.seconds
    return time_limit(board.seconds, decoded + shown)
