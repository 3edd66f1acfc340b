"""A video of a coach's own as a message: small, playable by every phone, and without what a camera notes beside the picture
(where, when, whose)."""

from pathlib import Path

import ffmpeg

from pipeline.media.command import encoding, stereo
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
from pipeline.media.narration import FPS
from pipeline.media.probe import ClipFile, ClipProblem, UnusableClip
from pipeline.media.view import MAX_ERROR_RATE, MAX_SHORT_SIDE, shrink


def write_message_video(clip: ClipFile, output: Path) -> Path:
    """All of it. Raises UnusableClip, FfmpegFailure, FfmpegTimeout."""
    facts = clip.facts
    source = ffmpeg.input(f"file:{clip.path}", **UNTRUSTED_INPUT, **ANY_SIZE, threads=thread_cap())
    # The first picture also stands for the time before it.
    picture = source["V:0"].filter("fps", fps=FPS, start_time=0)
    streams = [tag_colours(plain_picture(picture, facts, shrink(facts, MAX_SHORT_SIDE)))]
    if facts.has_audio:
        sound = source[f"a:{facts.audio_track}"].filter("aresample", **{"async": 1, "first_pts": 0})
        streams.append(stereo(sound))
    result = ffmpeg.output(*streams, f"file:{output}", **encoding(facts.end_seconds))
    overall = ("-loglevel", "warning", "-max_error_rate", str(MAX_ERROR_RATE))
    command = ffmpeg.compile(result.global_args(*QUIET, *overall), cmd=binary(), overwrite_output=True)
    try:
        # However many pixels it has: who sends it waits.
        run(command, timeout_seconds=time_limit(facts.end_seconds))
    except UnreadableInput as failure:
        raise UnusableClip(ClipProblem.TRUNCATED) from failure
    return output
