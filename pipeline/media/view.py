"""The analysis view: a clip once more, small, for whoever looks at it.

Upright, 8-bit SDR, few pictures a second, and its times are the source's own, so that a second of it is the same second
of the clip that is cut. Only the frames that are shown are decoded: of a long clip only its keyframes, where they are dense.
"""

from math import inf
from pathlib import Path
from typing import Any

import ffmpeg

from errors import MomentError
from pipeline.media.encoding import Stream, plain_picture, tag_colours
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
from pipeline.media.probe import ClipProblem, UnusableClip, VideoFacts, audio_facts, check_usable
from pipeline.providers.ports import UnreadableAudio
from storage.workspace import workspace

MAX_SHORT_SIDE = 720
LONG_CLIP_SECONDS, LONG_CLIP_SHORT_SIDE = 120, 480  # what a model makes of each picture is smaller still
MAX_FPS = 31  # phones' "30" is anything up to 30.1
# The view shall travel within a request; what is larger is made smaller, even if it would serve as it is.
MAX_BYTES = 10_000_000
TARGET_BYTES = 9_300_000  # rate control and containers are not exact
# Of clips longer than half an hour the view is larger all the same, and travels by itself: with less, nothing is seen.
LEAST_PICTURE_BITS = 17_000
PICTURES_PER_SECOND = 2
MAX_PICTURES = 600  # Gemini takes one a second: of ten minutes, no more
DENSE_KEYFRAMES_SECONDS = 2.25  # "two seconds", and the frames that some encoders add
# Half a minute of 1080p30, decoded in some three seconds: keyframes alone would show too little of what hands do.
CLOSE_LOOK_PIXELS = 2.0e9
SAMPLE_RATE = 16_000  # what models listen at
AUDIO_BITS = 24_000
SECONDS_TOLERANCE = 0.1

# More pictures lost than that, and what is left would mostly stand still.
MAX_ERROR_RATE = 0.1


class BadView(MomentError):
    """ffmpeg ended well, but not with what was ordered; says in which way."""

    retryable = True
    most_tries = 2  # the same clip mostly gives the same


def serves_as_view(facts: VideoFacts) -> bool:
    """Whether a clip can be looked at as it is, as what LINE hands over mostly can."""
    return (
        facts.bytes <= MAX_BYTES
        and (facts.container, facts.video_codec, facts.pix_fmt) == ("mp4", "h264", "yuv420p")
        and facts.hdr_transfer is None
        and facts.rotation == 0
        and facts.sample_aspect_ratio == 1
        and not facts.is_vfr
        and 0 < facts.fps <= MAX_FPS
        and min(facts.width, facts.height) <= MAX_SHORT_SIDE
        and facts.start_seconds <= SECONDS_TOLERANCE
        and not facts.is_sound_broken
        and facts.audio_track in (None, 0)  # a model would take the first, decodable or not
    )


def make_view(source: Path, facts: VideoFacts, into: Path, *, timeout_seconds: float | None = None) -> Path:
    """Writes `view.mp4` into the folder `into`, or nothing at all.

    Raises UnusableClip when the clip itself is to blame, so that another try is no use; FfmpegFailure,
    FfmpegTimeout and BadView when it may be.
    """
    limit = timeout_seconds or time_limit(facts.end_seconds, facts.pixels)
    with workspace(into) as folder:
        view = folder / "view.mp4"
        try:
            run(build_command(source, facts, view), timeout_seconds=limit)
        except UnreadableInput as failure:
            raise UnusableClip(ClipProblem.TRUNCATED) from failure
        _check(view, facts)
        return view.replace(into / "view.mp4")


def interval_seconds(facts: VideoFacts) -> float:
    """At least this much lies between two pictures of the view."""
    return max(1 / PICTURES_PER_SECOND, facts.end_seconds / MAX_PICTURES)


def frames_to_skip(facts: VideoFacts) -> str:
    """What the decoder may leave out (ffmpeg-codecs, -skip_frame): of a long clip all between dense keyframes, else what
    no other frame refers to."""
    interval = facts.keyframe_interval_seconds
    is_dense = interval is not None and interval <= DENSE_KEYFRAMES_SECONDS
    return "nokey" if is_dense and facts.pixels > CLOSE_LOOK_PIXELS else "noref"


def build_command(source: Path, facts: VideoFacts, output: Path) -> list[str]:
    """The full argument list. Pure: the same arguments give the same command."""
    options: dict[str, Any] = {"threads": thread_cap(), "skip_frame": frames_to_skip(facts)}
    clip = ffmpeg.input(f"file:{source}", **UNTRUSTED_INPUT, **ANY_SIZE, **options)
    streams = [_picture(clip["V:0"], facts)]
    if facts.has_audio:
        streams.append(_sound(clip[f"a:{facts.audio_track}"]))
    result = ffmpeg.output(*streams, f"file:{output}", **view_encoding(facts.end_seconds))
    overall = ("-loglevel", "warning", "-max_error_rate", str(MAX_ERROR_RATE))
    command: list[str] = ffmpeg.compile(
        result.global_args(*QUIET, *overall), cmd=binary(), overwrite_output=True
    )
    return command


def _picture(stream: Stream, facts: VideoFacts) -> Stream:
    """Some pictures, each at its own time. The first one also stands for the time before it."""
    stream = few_pictures(stream, facts, interval_seconds(facts)).filter("setpts", "if(eq(N,0),0,PTS)")
    size = shrink(facts, short_side(facts.end_seconds))
    return tag_colours(plain_picture(stream, facts, size, flags="area"))


def few_pictures(stream: Stream, facts: VideoFacts, interval: float) -> Stream:
    """With at least `interval` seconds between two of them."""
    # A part of a frame early is in time: recorders' frames are never quite where they ought to be.
    tolerance = min(0.02, 0.4 / (facts.fps or 1))
    due = f"gte(t-prev_selected_t,{interval - tolerance:.3f})"
    return stream.filter("select", f"isnan(prev_selected_t)+{due}")


def short_side(seconds: float) -> int:
    """In pixels, of a view that lasts so long."""
    return MAX_SHORT_SIDE if seconds <= LONG_CLIP_SECONDS else LONG_CLIP_SHORT_SIDE


def shrink(facts: VideoFacts, short_side: int) -> dict[str, int]:
    """Options of ffmpeg's scale, for a short side of that many pixels. Never enlarged, and even, as 4:2:0 needs it."""
    scale = min(1.0, short_side / min(facts.width, facts.height))
    return {"w": _even(facts.width * scale), "h": _even(facts.height * scale)}


def _even(pixels: float) -> int:
    return max(2, round(pixels) // 2 * 2)


def _sound(stream: Stream) -> Stream:
    """With silence where the sound begins late or has gaps, so that it stays with the picture."""
    return stream.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0}).filter(
        "aformat", channel_layouts="mono"
    )


def view_encoding(seconds: float) -> dict[str, Any]:
    """H.264 without frames that refer to later ones, each shown at its own time; the index in front."""
    affordable = max(LEAST_PICTURE_BITS, int(TARGET_BYTES * 8 / max(seconds, 1)) - AUDIO_BITS)
    return {
        "c:v": "libx264",
        "preset": "superfast",
        "crf": 26,
        "maxrate": affordable,
        "bufsize": affordable * 4,
        "bf": 0,
        "g": 30,
        "fps_mode": "passthrough",
        "video_track_timescale": 90_000,
        "threads": thread_cap(),
        "c:a": "aac",
        "aac_coder": "fast",
        "b:a": AUDIO_BITS,
        "movflags": "+faststart",
        "map_metadata": -1,
        "map_chapters": -1,
    }


def _check(view: Path, source: VideoFacts) -> None:
    """Raises BadView; UnusableClip where the clip ends too early."""
    try:
        facts = check_usable(view, min_seconds=0.0, max_seconds=inf)
    except UnusableClip as problem:
        raise BadView(problem.reason) from problem
    shape = (facts.video_codec, facts.pix_fmt, facts.rotation, facts.hdr_transfer)
    if shape != ("h264", "yuv420p", 0, None) or min(facts.width, facts.height) > MAX_SHORT_SIDE:
        raise BadView(f"not the shape that was ordered: {facts}")
    if facts.has_audio != source.has_audio:
        raise BadView(f"sound: {facts.has_audio}, in the source: {source.has_audio}")
    _check_length(view, facts, source)


def _check_length(view: Path, facts: VideoFacts, source: VideoFacts) -> None:
    """The last picture may stand for as long as pictures lie apart."""
    seconds = source.end_seconds
    apart = max(interval_seconds(source), 1 / (source.fps or 1))
    if frames_to_skip(source) == "nokey":
        apart = max(apart, source.keyframe_interval_seconds or 0)
    if abs(facts.end_seconds - seconds) <= apart + SECONDS_TOLERANCE:
        return
    if source.container == "webm" and facts.end_seconds < seconds:
        # It tells only the length of the whole: the picture may end before the sound. Where both do, the file
        # was cut off, which ffmpeg notices without an error code.
        if _sound_seconds(view, facts) < seconds - apart:
            raise UnusableClip(ClipProblem.TRUNCATED)
        return
    raise BadView(f"length: {facts.end_seconds} s, in the source: {seconds} s")


def _sound_seconds(view: Path, facts: VideoFacts) -> float:
    if not facts.has_audio:
        return 0.0
    try:
        return audio_facts(view, max_seconds=inf).duration_seconds
    except UnreadableAudio as unreadable:
        raise BadView("its sound cannot be read") from unreadable
