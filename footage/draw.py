"""Draws a clip: frames go raw into ffmpeg, which enlarges them and adds the sound."""

import math
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image

from footage.food import food_for
from footage.kitchen import Arm, Haze, Place, hand_with, lay_out, stove
from footage.script import (
    TIMELAPSE,
    ClipRecipe,
    ClipTruth,
    Script,
    Tool,
    script_for,
    truth_of,
    value_at,
)
from footage.sound import write_sizzle

_MAX_CANVAS_WIDTH = 360  # pixels: drawn no wider than this, ffmpeg enlarges the rest
_ENCODING_LIMIT = 120  # seconds
_TIMELAPSE_SPEED = 6  # a time-lapse shows every sixth moment


class DrawingFailure(Exception):
    """ffmpeg could not encode the clip; the message is its own."""


def draw(recipe: ClipRecipe, out: Path) -> ClipTruth:
    """Writes an MP4 (H.264, and AAC unless it is a time-lapse). The same recipe gives the same clip.

    Raises ValueError for a dish or variant that is not drawn, DrawingFailure.
    """
    script = script_for(recipe)
    with tempfile.TemporaryDirectory() as folder:
        sound = None
        if recipe.variant != TIMELAPSE:
            sound = Path(folder) / "sizzle.wav"
            write_sizzle(script, recipe.seconds, recipe.seed, sound)
        _encode(recipe, script, sound, out)
    return truth_of(recipe)


def _encode(recipe: ClipRecipe, script: Script, sound: Path | None, out: Path) -> None:
    size = _canvas(recipe.size)
    with tempfile.TemporaryFile() as messages:
        ffmpeg = subprocess.Popen(
            _command(recipe, size, sound, out),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=messages,
        )
        assert ffmpeg.stdin is not None  # noqa: S101 - tells the type checker what PIPE means
        try:
            for frame in _frames(recipe, script, size):
                ffmpeg.stdin.write(frame)
            ffmpeg.stdin.close()
            code = ffmpeg.wait(timeout=_ENCODING_LIMIT)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            code = -1
        finally:
            ffmpeg.kill()
            ffmpeg.wait()
            with suppress(BrokenPipeError):  # what it still holds nobody reads any more
                ffmpeg.stdin.close()
        if code != 0:
            messages.seek(0)
            raise DrawingFailure(messages.read().decode(errors="replace").strip()[-500:])


def _canvas(size: tuple[int, int]) -> tuple[int, int]:
    width = min(size[0] * 3 // 5, _MAX_CANVAS_WIDTH)
    return width, round(width * size[1] / size[0])


def _command(recipe: ClipRecipe, size: tuple[int, int], sound: Path | None, out: Path) -> list[str]:
    rng = np.random.default_rng(recipe.seed + 1)
    light, warmth = recipe.light * rng.uniform(0.82, 1.08), rng.uniform(-0.05, 0.05)
    red, blue = light * (1 + warmth), light * (1 - warmth)
    picture = (
        f"scale={recipe.size[0]}:{recipe.size[1]}:flags=bicubic,"
        f"colorchannelmixer=rr={red:.3f}:gg={light:.3f}:bb={blue:.3f},format=yuv420p"
    )
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
    ]
    command += ["-s", f"{size[0]}x{size[1]}", "-r", str(recipe.frames_per_second), "-i", "-"]
    command += ["-i", str(sound), "-c:a", "aac", "-b:a", "96k"] if sound else []
    command += ["-vf", picture, "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-threads", "2"]
    command += ["-g", str(recipe.frames_per_second), "-bitexact", "-movflags", "+faststart", str(out)]
    return command


def _frames(recipe: ClipRecipe, script: Script, size: tuple[int, int]) -> Iterator[bytes]:
    rng = np.random.default_rng(recipe.seed)
    place = lay_out(size, rng)
    table, food = stove(place, rng), food_for(recipe.dish, script, place, rng)
    haze = Haze(place, smoke=script.haze_is_smoke, rng=rng)
    arms = {tool: hand_with(tool, place) for tool in Tool}
    sway = rng.uniform(0.2, 1.2), rng.uniform(0, 6)
    speed = _TIMELAPSE_SPEED if recipe.variant == TIMELAPSE else 1
    for number in range(round(recipe.seconds * recipe.frames_per_second)):
        t = number / recipe.frames_per_second
        image = table.copy()
        food.paint(image, t)
        _paint_hands(image, script, arms, place, t, speed)
        haze.lay_over(image, t * speed, value_at(script.haze, t))
        yield _shake(image, t, *sway).tobytes()


def _paint_hands(
    image: Image.Image, script: Script, arms: dict[Tool, Arm], place: Place, t: float, speed: int
) -> None:
    """The hand comes in over a third of a second, works, and leaves the same way."""
    for hand in script.hands:
        if not hand.start - 0.3 < t < hand.end + 0.3:
            continue
        retreat = max(hand.start - t, t - hand.end, 0) / 0.3
        work_seconds = (t - hand.start) * speed
        if hand.tool is Tool.SPATULA:
            x, y = 0.5 * math.sin(work_seconds * 4.6), 0.32 * math.sin(work_seconds * 3.3 + 1)
        else:
            x, y = 0.1, -0.1
        arm = arms[hand.tool]
        px, py = place.point(x + retreat * 0.8, y + retreat * 2.2)
        image.paste(arm.image, (round(px - arm.tip[0]), round(py - arm.tip[1])), arm.image)


def _shake(image: Image.Image, t: float, reach: float, phase: float) -> Image.Image:
    """A phone on a small tripod is never quite still."""
    dx = reach * math.sin(0.9 * t + phase)
    dy = reach * math.sin(0.7 * t + 2 * phase)
    return image.transform(
        image.size, Image.Transform.AFFINE, (1, 0, dx, 0, 1, dy), Image.Resampling.BILINEAR
    )
