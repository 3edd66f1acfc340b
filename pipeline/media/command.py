"""The one ffmpeg command that makes a coaching video: built here, run elsewhere.

ffmpeg-python builds the graph and escapes its values (named ones: positional ones twice); its own run() knows
no timeout and is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import ffmpeg

from pipeline.media.encoding import (
    AUDIO_BITS,
    SAMPLE_RATE,
    Stream,
    encoder_options,
    on_canvas,
    tag_colours,
)
from pipeline.media.ffmpeg import ANY_SIZE, QUIET, UNTRUSTED_INPUT, binary, thread_cap
from pipeline.media.loudness import LIMITER
from pipeline.media.narration import FPS
from pipeline.media.probe import ClipFile, VideoFacts
from pipeline.media.storyboard import Shot, Storyboard

MAX_VIDEO_BITS = 3_000_000
TARGET_BYTES = 18_000_000  # of the 20 MB allowed: containers and rate control are not exact

# The sound of the pan under the voice: about 10 dB down while it speaks, back up when it pauses.
_AMBIENCE_VOLUME = 0.6
_DUCKING = {"threshold": 0.05, "ratio": 8, "attack": 20, "release": 400}
_AMBIENCE_PEAK = 0.25  # a roaring fan must not drown the voice
_FADE_SECONDS = 0.8


class Canvas(Protocol):
    """What pictures are put on; sides are even numbers of pixels."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


@dataclass(frozen=True)
class Files:
    clips: Sequence[ClipFile]
    narration: Path  # both parts, one after the other
    music: Path
    captions: Path
    fonts: Path  # folder
    output: Path


def build_command(board: Storyboard, files: Files, *, narration_gain_db: float) -> list[str]:
    """The full argument list. Pure: the same arguments give the same command."""
    key = open_shot(_path(files, board.key), board.key, with_sound=True)
    pictures = [
        *(
            picture_of(open_shot(_path(files, shot), shot, number=number), shot, board, _facts(files, shot))
            for number, shot in enumerate(board.passages)
        ),
        picture_of(key, board.key, board, _facts(files, board.key)),
    ]
    replay = open_shot(_path(files, board.replay), board.replay)
    replay = picture_of(replay, board.replay, board, _facts(files, board.replay)).split()
    pictures += [replay[0], _outro(replay[1], board)]
    picture = ffmpeg.concat(*pictures, v=1, a=0).filter(
        "ass", filename=str(files.captions), fontsdir=str(files.fonts)
    )
    audio = _sound(key, board, files, narration_gain_db)
    output = ffmpeg.output(tag_colours(picture), audio, f"file:{files.output}", **encoding(board.seconds))
    command: list[str] = ffmpeg.compile(
        output.global_args(*QUIET, "-loglevel", "warning"), cmd=binary(), overwrite_output=True
    )
    return command


def _path(files: Files, shot: Shot) -> Path:
    return files.clips[shot.clip].path


def _facts(files: Files, shot: Shot) -> VideoFacts:
    return files.clips[shot.clip].facts


def open_shot(source: Path, shot: Shot, *, with_sound: bool = False, number: int = 0) -> Stream:
    """The shot's clip, opened once for each shot: seeking before decoding is exact, and no shot waits in memory
    for another."""
    options: dict[str, Any] = {**UNTRUSTED_INPUT, **ANY_SIZE, "threads": thread_cap()}
    if shot.skip_frame:
        options["skip_frame"] = shot.skip_frame
    if shot.plays > 1:
        options["stream_loop"] = shot.plays - 1
    else:
        options["t"] = shot.length
    if not with_sound:
        options["an"] = None
    if shot.start > 0:
        options["ss"] = shot.start
    if number:  # ffmpeg-python takes two inputs with the same options for one
        options["thread_queue_size"] = 8 + number
    return ffmpeg.input(f"file:{source}", **options)


def picture_of(source: Stream, shot: Shot, canvas: Canvas, facts: VideoFacts) -> Stream:
    """One shot at its speed, shape and exact number of frames."""
    # Times count from where the shot begins, also those of a picture that begins later than the sound.
    stream = source["V:0"].filter("setpts", f"PTS*{shot.stretch:.6f}")
    # Where frames are dropped, drop them before the costly steps; where they are repeated, repeat after.
    repeats = shot.skip_frame == "nokey" or shot.stretch > 1
    rate = {"fps": FPS, "start_time": 0}  # the first picture also stands for the time before it
    shape = facts, canvas.width, canvas.height
    stream = on_canvas(stream, *shape) if repeats else stream.filter("fps", **rate)
    stream = stream.filter("fps", **rate) if repeats else on_canvas(stream, *shape)
    if shot.is_still:
        stream = stream.filter("trim", end_frame=1)
    return (
        stream.filter("tpad", stop_mode="clone", stop_duration=f"{shot.seconds + 1:.3f}")
        .filter("trim", end_frame=shot.frames)
        .filter("setpts", "PTS-STARTPTS")
    )


def _outro(replay: Stream, board: Storyboard) -> Stream:
    """The last picture, blurred once, without movement."""
    return (
        replay.filter("trim", start_frame=board.replay.frames - 1)
        .filter("setpts", "PTS-STARTPTS")
        .filter("gblur", sigma=18)
        .filter("tpad", stop_mode="clone", stop_duration=f"{board.outro_seconds + 1:.3f}")
        .filter("trim", end_frame=board.outro_frames)
        .filter("fade", t="out", st=f"{board.outro_seconds - _FADE_SECONDS:.3f}", d=_FADE_SECONDS)
    )


def _sound(key: Stream, board: Storyboard, files: Files, narration_gain_db: float) -> Stream:
    facts = files.clips[board.key.clip].facts
    voice = stereo(ffmpeg.input(f"file:{files.narration}")["a:0"]).filter(
        "volume", f"{narration_gain_db:.2f}dB"
    )
    if facts.has_audio:
        voices = voice.asplit()
        ambience = _ambience(key, board, facts)
        quiet_ambience = ffmpeg.filter([ambience, voices[1]], "sidechaincompress", **_DUCKING)
        voice = ffmpeg.filter([voices[0], quiet_ambience], "amix", inputs=2, normalize=0, duration="first")
    music = stereo(ffmpeg.input(f"file:{files.music}")["a:0"])
    music = music.filter("apad").filter("atrim", duration=f"{board.outro_seconds:.4f}")
    return ffmpeg.concat(voice, music, v=0, a=1).filter("alimiter", **LIMITER)


def _ambience(key: Stream, board: Storyboard, facts: VideoFacts) -> Stream:
    """The key moment's own sound, placed where part 2 begins.

    Real silence stands before it: adelay only moves time stamps, and filters that pad forget them.
    """
    seconds = board.key.seconds
    fade = min(0.5, seconds / 4)
    silence = ffmpeg.input(
        f"anullsrc=r={SAMPLE_RATE}:cl=stereo", format="lavfi", t=f"{board.part1_seconds:.4f}"
    )
    sound = (
        stereo(key[f"a:{facts.audio_track}"].filter("aresample", **{"async": 1, "first_pts": 0}))
        .filter("volume", _AMBIENCE_VOLUME)
        .filter("alimiter", **(LIMITER | {"limit": _AMBIENCE_PEAK}))
        .filter("afade", t="in", d=f"{fade:.3f}")
        .filter("afade", t="out", st=f"{seconds - fade:.3f}", d=f"{fade:.3f}")
        .filter("apad")
        .filter("atrim", duration=f"{board.part2_seconds:.4f}")
    )
    return ffmpeg.concat(stereo(silence["a:0"]), sound, v=0, a=1)


def stereo(stream: Stream) -> Stream:
    return stream.filter("aresample", SAMPLE_RATE).filter(
        "aformat", sample_fmts="fltp", channel_layouts="stereo"
    )


def encoding(seconds: float) -> dict[str, Any]:
    """As large as LINE allows, and not larger than it takes."""
    affordable = int(TARGET_BYTES * 8 / (seconds + 1)) - AUDIO_BITS
    maxrate = min(MAX_VIDEO_BITS, affordable)
    return {
        **encoder_options(keyframe_seconds=2),
        "maxrate": maxrate,
        "bufsize": maxrate,
        "level:v": "4.0",
        "ac": 2,
    }
