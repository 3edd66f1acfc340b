"""The proxy: the learner's video once more, in the one shape that analysis and composition both read.

Upright, 8-bit SDR, a constant frame rate, and times that begin at 0: a second of it means the same to a model
that samples it and to ffmpeg that cuts it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from errors import MomentError
from pipeline.media.encoding import SAMPLE_RATE, Stream, encoder_options, plain_picture, tag_colours
from pipeline.media.ffmpeg import QUIET, UNTRUSTED_INPUT, FfmpegFailure, binary, run, thread_cap
from pipeline.media.narration import FPS
from pipeline.media.probe import ClipProblem, UnusableClip, VideoFacts, audio_facts, check_usable
from pipeline.providers.ports import UnreadableAudio
from storage.workspace import workspace

MAX_SHORT_SIDE = 720
MAX_FPS = 31  # phones' "30" is anything up to 30.1
SECONDS_TOLERANCE = 0.1
PROXY_TIMEOUT_SECONDS = 600.0

# More pictures lost than that, and what is left would mostly stand still. ffmpeg ends with code 69 then
# (ffmpeg docs, -max_error_rate), and with the low byte of AVERROR_INVALIDDATA where it cannot even open the file:
# both are verdicts on the clip. Every other code (no space, killed, a filter) is ours, and may pass.
MAX_ERROR_RATE = 0.1
_UNREADABLE = (69, 183)


class BadProxy(MomentError):
    """ffmpeg ended well, but not with what was ordered; says in which way."""

    retryable = True


@dataclass(frozen=True)
class Proxy:
    path: Path
    facts: VideoFacts


def is_proxy(facts: VideoFacts) -> bool:
    """Whether a clip is in that shape already, as what LINE hands over mostly is."""
    return (
        (facts.container, facts.video_codec, facts.pix_fmt) == ("mp4", "h264", "yuv420p")
        and facts.hdr_transfer is None
        and facts.rotation == 0
        and facts.sample_aspect_ratio == 1
        and not facts.is_vfr
        and 0 < facts.fps <= MAX_FPS
        and min(facts.width, facts.height) <= MAX_SHORT_SIDE
        and facts.start_seconds <= SECONDS_TOLERANCE
        and facts.audio_track in (None, 0)  # a model would take the first, decodable or not
    )


def make_proxy(
    source: Path, facts: VideoFacts, into: Path, *, timeout_seconds: float = PROXY_TIMEOUT_SECONDS
) -> Proxy:
    """Writes `proxy.mp4` into the folder `into`, or nothing at all.

    Raises UnusableClip when the clip itself is to blame, so that another try is no use; FfmpegFailure,
    FfmpegTimeout and BadProxy when it may be.
    """
    with workspace(into) as folder:
        proxy = folder / "proxy.mp4"
        try:
            run(build_command(source, facts, proxy), timeout_seconds=timeout_seconds)
        except FfmpegFailure as failure:
            if failure.code in _UNREADABLE:
                raise UnusableClip(ClipProblem.TRUNCATED) from failure
            raise
        proxy_facts = _check(proxy, facts)
        return Proxy(proxy.replace(into / "proxy.mp4"), proxy_facts)


def build_command(source: Path, facts: VideoFacts, output: Path) -> list[str]:
    """The full argument list. Pure: the same arguments give the same command."""
    clip = ffmpeg.input(f"file:{source}", **UNTRUSTED_INPUT, threads=thread_cap())
    streams = [_picture(clip["V:0"], facts)]
    if facts.has_audio:
        streams.append(_sound(clip[f"a:{facts.audio_track}"]))
    result = ffmpeg.output(*streams, f"file:{output}", **encoder_options(keyframe_seconds=1))
    overall = ("-loglevel", "warning", "-max_error_rate", str(MAX_ERROR_RATE))
    command: list[str] = ffmpeg.compile(
        result.global_args(*QUIET, *overall), cmd=binary(), overwrite_output=True
    )
    return command


def _picture(stream: Stream, facts: VideoFacts) -> Stream:
    size = _size(facts)
    # The first picture also stands for the time before it. Where frames are dropped, drop them before the
    # costly steps; where they are repeated, repeat after.
    rate: dict[str, Any] = {"fps": FPS, "start_time": 0}
    if facts.fps > FPS:
        return tag_colours(plain_picture(stream.filter("fps", **rate), facts, size))
    return tag_colours(plain_picture(stream, facts, size).filter("fps", **rate))


def _size(facts: VideoFacts) -> dict[str, int]:
    """Never enlarged, and even, as 4:2:0 needs it."""
    scale = min(1.0, MAX_SHORT_SIDE / min(facts.width, facts.height))
    return {"w": _even(facts.width * scale), "h": _even(facts.height * scale)}


def _even(pixels: float) -> int:
    return max(2, round(pixels) // 2 * 2)


def _sound(stream: Stream) -> Stream:
    """With silence where the sound begins late or has gaps, so that it stays with the picture."""
    return stream.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0}).filter(
        "aformat", channel_layouts="mono|stereo"
    )


def _check(proxy: Path, source: VideoFacts) -> VideoFacts:
    """The facts of a result that may be kept. Raises BadProxy; UnusableClip where the clip ends too early."""
    try:
        facts = check_usable(proxy)
    except UnusableClip as problem:
        if problem.reason is ClipProblem.TOO_SHORT and source.container == "webm":
            raise  # cut off so early that too little is left
        raise BadProxy(problem.reason) from problem
    if not is_proxy(facts):
        raise BadProxy(f"not the shape that was ordered: {facts}")
    if facts.has_audio != source.has_audio:
        raise BadProxy(f"sound: {facts.has_audio}, in the source: {source.has_audio}")
    _check_length(proxy, facts, source)
    return facts


def _check_length(proxy: Path, facts: VideoFacts, source: VideoFacts) -> None:
    source_seconds = source.start_seconds + source.duration_seconds
    tolerance = max(SECONDS_TOLERANCE, 1 / source.fps if source.fps else 0.0)
    if abs(facts.duration_seconds - source_seconds) <= tolerance:
        return
    if source.container == "webm" and facts.duration_seconds < source_seconds:
        # It tells only the length of the whole: the picture may end before the sound. Where both do, the file
        # was cut off, which ffmpeg notices without an error code.
        if _sound_seconds(proxy, facts) < source_seconds - tolerance:
            raise UnusableClip(ClipProblem.TRUNCATED)
        return
    raise BadProxy(f"length: {facts.duration_seconds} s, in the source: {source_seconds} s")


def _sound_seconds(proxy: Path, facts: VideoFacts) -> float:
    if not facts.has_audio:
        return 0.0
    try:
        return audio_facts(proxy).duration_seconds
    except UnreadableAudio as unreadable:
        raise BadProxy("its sound cannot be read") from unreadable
