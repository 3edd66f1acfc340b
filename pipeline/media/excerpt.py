"""A few seconds of a clip as a clip of its own, at its full rate."""

from pathlib import Path

import ffmpeg

from pipeline.media.encoding import plain_picture, tag_colours
from pipeline.media.ffmpeg import (
    ANY_SIZE,
    QUIET,
    UNTRUSTED_INPUT,
    UnreadableInput,
    binary,
    run,
    thread_cap,
    time_limit,
)
from pipeline.media.probe import ClipProblem, UnusableClip, VideoFacts
from pipeline.media.view import MAX_SHORT_SIDE, shrink


def write_excerpt(source: Path, facts: VideoFacts, start: float, seconds: float, output: Path) -> Path:
    """Upright, 8-bit SDR, and encoded anew, so that it begins exactly at `start` (seconds). Raises
    UnusableClip, FfmpegFailure, FfmpegTimeout."""
    window = {"ss": round(start, 3), "t": round(seconds, 3), "threads": thread_cap()}
    clip = ffmpeg.input(f"file:{source}", **UNTRUSTED_INPUT, **ANY_SIZE, **window)
    streams = [tag_colours(plain_picture(clip["V:0"], facts, shrink(facts, MAX_SHORT_SIDE)))]
    if facts.has_audio:
        streams.append(clip[f"a:{facts.audio_track}"])
    encoding = {"c:v": "libx264", "preset": "veryfast", "crf": 20, "c:a": "aac", "b:a": "96k"}
    result = ffmpeg.output(
        *streams, f"file:{output}", **encoding, movflags="+faststart", map_metadata=-1, map_chapters=-1
    )
    command = ffmpeg.compile(
        result.global_args(*QUIET, "-loglevel", "warning"), cmd=binary(), overwrite_output=True
    )
    # From the keyframe before it; where none is known, from the beginning.
    lead = facts.keyframe_interval_seconds or start
    try:
        run(command, timeout_seconds=time_limit(seconds, facts.pixels_a_second * (lead + seconds)))
    except UnreadableInput as failure:
        raise UnusableClip(ClipProblem.TRUNCATED) from failure
    return output
