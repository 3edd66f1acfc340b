"""Several clips as one, for whoever looks at it: of one size, each at its place on the timeline.

A clip's own sound, or silence, lasts exactly as long as the clip, and its pictures are moved to where it begins.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import ffmpeg

from models.rules.timeline import Timeline
from pipeline.media.encoding import Stream, on_canvas, tag_colours
from pipeline.media.excerpt import write_excerpt
from pipeline.media.ffmpeg import ANY_SIZE, QUIET, UNTRUSTED_INPUT, binary, run, thread_cap, time_limit
from pipeline.media.probe import ClipFile, check_usable
from pipeline.media.view import (
    MAX_PICTURES,
    PICTURES_PER_SECOND,
    SAMPLE_RATE,
    SECONDS_TOLERANCE,
    BadView,
    few_pictures,
    short_side,
    shrink,
    view_encoding,
)
from storage.workspace import workspace

_EXCERPT_ENCODING = {"c:v": "libx264", "preset": "veryfast", "crf": 20, "c:a": "aac", "b:a": "96k"}
# A picture stands until the next one, of which a view has few.
LONGEST_STAND = 3.0


def timeline_of(clips: Sequence[ClipFile]) -> Timeline:
    return Timeline([clip.facts.end_seconds for clip in clips])


def join_views(views: Sequence[Path], lengths: Sequence[float], output: Path) -> Path:
    """The views of clips of these lengths, as one view. Raises FfmpegError, BadView."""
    timeline = Timeline(lengths)
    interval = max(1 / PICTURES_PER_SECOND, timeline.seconds / MAX_PICTURES)
    encoding = view_encoding(timeline.seconds)
    joined = _join(_probed(views), timeline, output, encoding, interval=interval)
    seconds = check_usable(joined, min_seconds=0.0).end_seconds
    if not -LONGEST_STAND - interval <= seconds - timeline.seconds <= SECONDS_TOLERANCE + interval:
        raise BadView(f"length: {seconds} s, of the clips together: {timeline.seconds} s")
    return joined


def cut(clips: Sequence[ClipFile], start: float, seconds: float, output: Path) -> Path:
    """Some seconds of the whole at their full rate, also where one clip ends and the next begins. Raises UnusableClip,
    FfmpegError."""
    spans = timeline_of(clips).spans(start, seconds)
    write = [
        partial(write_excerpt, clips[s.clip].path, clips[s.clip].facts, s.start, s.length) for s in spans
    ]
    if len(spans) == 1:
        return write[0](output)
    with workspace(output.parent) as folder:
        parts = [write_part(folder / f"{number}.mp4") for number, write_part in enumerate(write)]
        encoding = _EXCERPT_ENCODING | {"movflags": "+faststart"}
        return _join(_probed(parts), Timeline([span.length for span in spans]), output, encoding)


def _probed(files: Sequence[Path]) -> list[ClipFile]:
    return [ClipFile(file, check_usable(file, min_seconds=0.0)) for file in files]


def _join(
    parts: Sequence[ClipFile],
    timeline: Timeline,
    output: Path,
    encoding: Mapping[str, Any],
    *,
    interval: float | None = None,
) -> Path:
    """`interval`: at least so much lies between two pictures; None: all of them."""
    longest = max(range(len(parts)), key=lambda number: timeline.lengths[number])
    size = shrink(parts[longest].facts, short_side(timeline.seconds))
    pictures, sounds = [], []
    for number, (part, seconds) in enumerate(zip(parts, timeline.lengths, strict=True)):
        options: dict[str, Any] = {**UNTRUSTED_INPUT, **ANY_SIZE, "threads": thread_cap()}
        clip = ffmpeg.input(f"file:{part.path}", **options)
        sound = clip[f"a:{part.facts.audio_track}"] if part.facts.has_audio else _silence(number, seconds)
        pictures.append(_picture(clip["V:0"], part, size, timeline.starts[number], seconds, interval))
        sounds.append(_sound(sound, seconds))
    # Not concat: what it takes for a clip's length depends on when its last picture comes.
    picture = tag_colours(ffmpeg.filter(pictures, "interleave", len(pictures), duration="longest"))
    sound = ffmpeg.concat(*sounds, v=0, a=1)
    written = {**encoding, "fps_mode": "passthrough", "map_metadata": -1, "map_chapters": -1}
    if any(part.facts.has_audio for part in parts):
        result = ffmpeg.output(picture, sound, f"file:{output}", **written)
    else:  # of clips without any sound the silence only keeps the time
        nowhere = ffmpeg.output(sound, "-", f="null")
        result = ffmpeg.merge_outputs(ffmpeg.output(picture, f"file:{output}", **written), nowhere)
    command = ffmpeg.compile(
        result.global_args(*QUIET, "-loglevel", "warning"), cmd=binary(), overwrite_output=True
    )
    pixels = sum(part.facts.pixels for part in parts)
    run(command, timeout_seconds=time_limit(timeline.seconds, pixels))
    return output


def _picture(
    stream: Stream,
    part: ClipFile,
    size: Mapping[str, int],
    start: float,
    seconds: float,
    interval: float | None,
) -> Stream:
    """The first one also stands for the time before it."""
    if interval is not None:
        stream = few_pictures(stream, part.facts, interval)
    stream = stream.filter("setpts", "if(eq(N,0),0,PTS)").filter("trim", end=f"{seconds:.4f}")
    return on_canvas(stream, part.facts, size["w"], size["h"]).filter("setpts", f"PTS+{start:.4f}/TB")


def _sound(sound: Stream, seconds: float) -> Stream:
    """Exactly so long."""
    return (
        sound.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
        .filter("aformat", sample_fmts="fltp", channel_layouts="mono")
        .filter("apad")
        .filter("atrim", end=f"{seconds:.4f}")
    )


def _silence(number: int, seconds: float) -> Stream:
    # ffmpeg-python takes two inputs with the same options for one.
    source = f"anullsrc=r={SAMPLE_RATE}:cl=mono:n={1024 + number}"
    return ffmpeg.input(source, format="lavfi", t=f"{seconds:.4f}")["a:0"]
