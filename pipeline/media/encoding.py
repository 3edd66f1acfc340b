"""What all videos that we make have in common: an upright 8-bit BT.709 picture, H.264 and AAC.

Every phone plays that, and every model reads it.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.media.ffmpeg import thread_cap
from pipeline.media.narration import FPS
from pipeline.media.probe import VideoFacts

Stream = Any  # ffmpeg-python has no types

SAMPLE_RATE = 48_000
AUDIO_BITS = 128_000
PRESET = "veryfast"  # of x264


def plain_picture(
    stream: Stream, facts: VideoFacts, size: Mapping[str, Any], *, flags: str = "bicubic"
) -> Stream:
    """A picture of `size` and `flags` (options of ffmpeg's scale) in 8-bit BT.709 and square pixels. ffmpeg has turned it
    already. It shrinks first: tone mapping at full size costs half as much again."""
    if facts.hdr_transfer:
        stream = (
            stream.filter("scale", flags=flags, **size)
            .filter(
                "setparams", color_trc=facts.hdr_transfer, colorspace="bt2020nc", color_primaries="bt2020"
            )
            .filter("zscale", t="linear", npl=203)
            .filter("format", "gbrpf32le")
            .filter("zscale", p="bt709")
            .filter("tonemap", "hable", desat=0)
            .filter("zscale", t="bt709", m="bt709", r="tv")
        )
    else:
        colours = {"in_color_matrix": facts.color_matrix, "out_color_matrix": "bt709", "out_range": "tv"}
        stream = stream.filter("scale", flags=flags, **size, **colours)
    return stream.filter("format", "yuv420p").filter("setsar", 1)


def on_canvas(stream: Stream, facts: VideoFacts, width: int, height: int) -> Stream:
    """A picture of this size, with bars where its own shape is another."""
    shape_options = {"force_original_aspect_ratio": "decrease", "force_divisible_by": 2}
    own_shape = abs(height - width * facts.height / facts.width) < 2
    size = {"w": width, "h": height, **({} if own_shape else shape_options)}
    stream = plain_picture(stream, facts, size)
    return stream if own_shape else stream.filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2")


def tag_colours(stream: Stream) -> Stream:
    """Says of the picture what `plain_picture` makes of it: the frames' own tags win over the encoder's options."""
    return stream.filter(
        "setparams", colorspace="bt709", color_primaries="bt709", color_trc="bt709", range="tv"
    ).filter("format", "yuv420p")


def encoder_options(*, keyframe_seconds: int) -> dict[str, Any]:
    """Options of an output that every player accepts: H.264 High, 8 bit, AAC, index in front."""
    return {
        "c:v": "libx264",
        "preset": PRESET,
        "crf": 23,
        "profile:v": "high",
        "r": FPS,
        "g": FPS * keyframe_seconds,
        "threads": thread_cap(),
        "c:a": "aac",
        "b:a": AUDIO_BITS,
        "ar": SAMPLE_RATE,
        "movflags": "+faststart",
        "map_metadata": -1,
        "map_chapters": -1,
    }
