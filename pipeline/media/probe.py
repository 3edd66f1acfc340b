"""Looks into what a learner sent: facts for the pipeline, or a named reason why it cannot be used.

The work is bounded: headers, the index, a few frames at three places and some sound, however long a video is. Only where
a header can't be trusted with the length or tells no number of pictures are all packets counted, and none of them decoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Literal

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from pydantic import BaseModel, ConfigDict

from errors import MomentError
from pipeline.media.ffmpeg import UNTRUSTED_INPUT
from pipeline.providers.ports import AudioTooLong, UnreadableAudio
from storage.sniff import ContentKind, content_kind

MIN_SECONDS = 1.9  # "two seconds", less the frame or two that recorders drop
MAX_SECONDS = 2 * 60 * 60.0
LENGTH_TOLERANCE_SECONDS = 5.0  # who was told "two hours" may send a little more
MAX_RECORDING_SECONDS = 10 * 60.0  # of a memo or a spoken question
MAX_PIXELS = 4096 * 2304  # 4K in either of its shapes; 8K would take gigabytes to decode
# In all its pictures: two hours of full HD at 30 a second, or half an hour of 4K. More cannot be looked at in the time
# that one try may take, and no other try would end otherwise.
MAX_PIXELS_IN_ALL = 1920 * 1080 * 30 * 7200

_AUDIO_FORMATS = "mov,matroska,mp3,wav,ogg,aac,amr,flac,caf"
_MAX_PACKETS = 24  # enough to pass the leading frames that an open group of pictures cannot show
_ENOUGH_FRAMES = 2
_SOUND_SPOTS, _SOUND_PACKETS, _WARM_UP_PACKETS = 10, 6, 2
_MAX_SOUND_DAMAGE = 0.2
_WIDEST_PIXEL = 4.0  # in heights, or the other way round: of true anamorphic formats none comes near
_HDR_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}  # ITU-T H.273, table 3
_MATRICES: dict[int, Literal["bt709", "bt601", "bt2020"]] = {
    1: "bt709",
    5: "bt601",
    6: "bt601",
    9: "bt2020",
    10: "bt2020",
}  # ITU-T H.273, table 4


class ClipProblem(StrEnum):
    EMPTY = "empty"
    NOT_A_VIDEO = "not_a_video"
    AUDIO_ONLY = "audio_only"
    TRUNCATED = "truncated"  # cut off or damaged
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_LARGE_PICTURE = "too_large_picture"
    TOO_MUCH_PICTURE = "too_much_picture"  # too many pixels in too many pictures
    UNKNOWN_CODEC = "unknown_codec"  # or encrypted


class UnusableClip(MomentError):
    """Another try with the same file is no use; the learner is told why."""

    def __init__(self, reason: ClipProblem) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NotMedia(MomentError):
    """A file that is neither a video nor a recording; `reason` is of phrasebook's "file.…"."""

    def __init__(self, reason: Literal["empty", "photo", "not_media"]) -> None:
        super().__init__(reason)
        self.reason = reason


class VideoFacts(BaseModel):
    """What every later step needs to know of a clip. Width and height are those of the upright picture
    in square pixels. `keyframe_interval_seconds` is the longest one, None where no index tells it. What has
    a default is missing in rows of the first release."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    container: Literal["mp4", "webm"]
    duration_seconds: float
    width: int
    height: int
    rotation: int  # degrees counter-clockwise that a player turns the stored picture by
    fps: float
    is_vfr: bool
    video_codec: str
    pix_fmt: str
    is_10bit: bool
    hdr_transfer: Literal["smpte2084", "arib-std-b67"] | None
    color_matrix: Literal["bt709", "bt601", "bt2020"]
    audio_track: int | None  # which of the audio streams can be decoded: phones may add one that cannot
    keyframe_interval_seconds: float | None
    bytes: int
    start_seconds: float = 0.0  # the first picture may come after the first sound
    is_sound_broken: bool = False  # a track is there, and none that can be decoded
    sample_aspect_ratio: float = 1.0  # of one stored pixel: its width in heights

    @property
    def end_seconds(self) -> float:
        """When the last picture ends, counted from where the file begins."""
        return self.start_seconds + self.duration_seconds

    @property
    def pixels_a_second(self) -> float:
        return self.width * self.height * max(self.fps, 1)

    @property
    def pixels(self) -> float:
        """Of all its pictures together: what there is to decode."""
        return self.pixels_a_second * self.end_seconds

    @property
    def has_audio(self) -> bool:
        return self.audio_track is not None


@dataclass(frozen=True)
class ClipFile:
    """A clip on this machine."""

    path: Path
    facts: VideoFacts


class AudioFacts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    duration_seconds: float
    codec: str
    bytes: int


def has_pictures(path: Path) -> bool:
    """Whether a file is a video or a recording: its streams tell, whatever its name is. Raises NotMedia."""
    if path.stat().st_size == 0:
        raise NotMedia("empty")
    kind = content_kind(path)
    if kind is not ContentKind.VIDEO:
        if kind in (ContentKind.IMAGE, ContentKind.UNKNOWN):
            raise NotMedia("photo" if kind is ContentKind.IMAGE else "not_media")
        return kind is ContentKind.FOREIGN_VIDEO
    try:
        with _open(path, **UNTRUSTED_INPUT) as container:
            _picture_stream(container)
    except UnusableClip as problem:
        if problem.reason is ClipProblem.AUDIO_ONLY:
            return False
        raise NotMedia("not_media") from problem
    except (av.error.FFmpegError, EOFError):
        pass  # by its container it was one, before it was damaged
    return True


def check_usable(
    path: Path, *, min_seconds: float = MIN_SECONDS, max_seconds: float = MAX_SECONDS
) -> VideoFacts:
    """The facts of a clip that truly decodes at its start, middle and end. Raises UnusableClip."""
    if path.stat().st_size == 0:
        raise UnusableClip(ClipProblem.EMPTY)
    kind = content_kind(path)
    if kind is ContentKind.AUDIO:
        raise UnusableClip(ClipProblem.AUDIO_ONLY)
    if kind is ContentKind.FOREIGN_VIDEO:
        raise UnusableClip(ClipProblem.UNKNOWN_CODEC)
    if kind is not ContentKind.VIDEO:
        raise UnusableClip(ClipProblem.NOT_A_VIDEO)
    try:
        with _open(path, **UNTRUSTED_INPUT) as container:
            return _facts(container, path, min_seconds, max_seconds)
    except (av.error.FFmpegError, EOFError) as damage:
        raise UnusableClip(ClipProblem.TRUNCATED) from damage


def audio_facts(path: Path, *, max_seconds: float = MAX_RECORDING_SECONDS) -> AudioFacts:
    """The facts of a recording (or of a video's sound) that truly decodes. Raises UnreadableAudio, AudioTooLong."""
    options = UNTRUSTED_INPUT | {"format_whitelist": _AUDIO_FORMATS}
    try:
        with _open(path, **options) as container:
            track = _decodable_audio(container)
            if track is None:
                raise UnreadableAudio("no sound that a decoder can read")
            stream = container.streams.audio[track]
            container.seek(0)
            first = next(container.decode(stream), None)
            if first is None or not first.samples:
                raise UnreadableAudio("the sound does not decode")
            # What a header tells may be anything, or missing.
            seconds = max(_seconds(container, stream), _packet_seconds(container, stream))
            if not seconds:
                raise UnreadableAudio("the sound has no length")
            if seconds > max_seconds:
                raise AudioTooLong(f"{seconds:.0f} s of sound")
            return AudioFacts(
                duration_seconds=seconds, codec=stream.codec_context.name, bytes=path.stat().st_size
            )
    except (av.error.FFmpegError, EOFError) as damage:
        raise UnreadableAudio("broken audio file") from damage


@contextmanager
def _open(path: Path, **options: str) -> Iterator[InputContainer]:
    # "file:" keeps a name with a colon in it from being read as another protocol's address.
    with av.open(f"file:{path}", options=options, metadata_errors="replace") as container:
        yield container


def _facts(container: InputContainer, path: Path, min_seconds: float, max_seconds: float) -> VideoFacts:
    stream = _picture_stream(container)
    size = path.stat().st_size
    duration = _seconds(container, stream) or _shown_seconds(container, stream)
    _refuse_by_header(stream, duration, min_seconds, max_seconds)
    _refuse_truncation(stream, size)
    _refuse_endless_work(container, stream)
    stream.codec_context.thread_type = "SLICE"  # frame threads would hold back the first frames
    frames = [_frame_at(container, stream, duration * part) for part in (0.0, 0.5, 0.98)]
    first = frames[0]
    width, height = _upright_size(first, _pixel_aspect(stream))
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    audio_track = _decodable_audio(container)
    transfer = _HDR_TRANSFERS.get(int(first.color_trc))
    return VideoFacts.model_validate(
        {
            "container": "webm" if "matroska" in container.format.name else "mp4",
            "duration_seconds": round(duration, 3),
            "width": width,
            "height": height,
            "rotation": first.rotation,
            "fps": round(rate, 3),
            "is_vfr": bool(stream.base_rate and abs(float(stream.base_rate) - rate) > rate * 0.01),
            "video_codec": stream.codec_context.name,
            "pix_fmt": first.format.name,
            "is_10bit": first.format.components[0].bits > 8,
            "hdr_transfer": transfer,
            "color_matrix": _matrix(int(first.colorspace), width, height),
            "audio_track": audio_track,
            "is_sound_broken": audio_track is None and bool(container.streams.audio),
            "keyframe_interval_seconds": _keyframe_interval(stream, duration),
            "bytes": size,
            "start_seconds": _start_seconds(container, stream),
            "sample_aspect_ratio": round(_pixel_aspect(stream), 4),
        }
    )


def _pixel_aspect(stream: VideoStream) -> float:
    """1 for what cannot be meant."""
    aspect = float(stream.sample_aspect_ratio or 1)
    return aspect if 1 / _WIDEST_PIXEL <= aspect <= _WIDEST_PIXEL else 1.0


def _picture_stream(container: InputContainer) -> VideoStream:
    """The first moving picture: a cover image is a video stream too."""
    moving = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not moving:
        raise UnusableClip(ClipProblem.AUDIO_ONLY if container.streams.audio else ClipProblem.NOT_A_VIDEO)
    return moving[0]


def _refuse_by_header(stream: VideoStream, duration: float, min_seconds: float, max_seconds: float) -> None:
    context = stream.codec_context
    if context is None or context.codec_tag.startswith("enc"):  # "encv": protected, ISO 23001-7
        raise UnusableClip(ClipProblem.UNKNOWN_CODEC)
    if context.width * context.height > MAX_PIXELS:
        raise UnusableClip(ClipProblem.TOO_LARGE_PICTURE)
    if duration > max_seconds + LENGTH_TOLERANCE_SECONDS:
        raise UnusableClip(ClipProblem.TOO_LONG)
    if duration < min_seconds:
        raise UnusableClip(ClipProblem.TOO_SHORT)


def _refuse_truncation(stream: VideoStream, size: int) -> None:
    """An index at the front survives a transfer that broke off; the frames it points at do not."""
    entries = stream.index_entries
    if len(entries) and entries[-1].pos + entries[-1].size > size:
        raise UnusableClip(ClipProblem.TRUNCATED)


def _refuse_endless_work(container: InputContainer, stream: VideoStream) -> None:
    """By the pictures that are there: few bytes hold any number of them, and rates and lengths may be made up."""
    pictures = stream.frames or _packet_count(container, stream)
    if stream.codec_context.width * stream.codec_context.height * pictures > MAX_PIXELS_IN_ALL:
        raise UnusableClip(ClipProblem.TOO_MUCH_PICTURE)


def _packet_count(container: InputContainer, stream: VideoStream) -> int:
    """Not decoded; up to a damage, if there is one."""
    count = 0
    with suppress(av.error.FFmpegError):
        for packet in container.demux(stream):
            count += packet.size > 0
    container.seek(0)
    return count


def _frame_at(container: InputContainer, stream: VideoStream, seconds: float) -> av.VideoFrame:
    """An undamaged frame near `seconds`. Raises UnusableClip where the decoder finds none."""
    offset = int(seconds / float(stream.time_base or 1)) + (stream.start_time or 0)
    container.seek(offset, stream=stream)
    frames: list[av.VideoFrame] = []
    for number, packet in enumerate(container.demux(stream)):
        with suppress(av.error.InvalidDataError):  # one damaged frame does not spoil a clip
            frames += [frame for frame in stream.codec_context.decode(packet) if not frame.is_corrupt]
        if len(frames) >= _ENOUGH_FRAMES or number >= _MAX_PACKETS or packet.size == 0:
            break
    if not frames:
        raise UnusableClip(ClipProblem.TRUNCATED)
    return frames[0]


def _decodable_audio(container: InputContainer) -> int | None:
    """The first track whose sound is mostly sound: noise in its place must not cost the learner the picture."""
    for number, stream in enumerate(container.streams.audio):
        is_open = stream.codec_context is not None and not stream.codec_context.codec_tag.startswith("enc")
        if is_open and _sound_decodes(container, stream):
            return number
    return None


def _sound_decodes(container: InputContainer, stream: AudioStream) -> bool:
    """Listens here and there. The first packets after a jump may fail for want of those before."""
    start, seconds = stream.start_time or 0, _seconds(container, stream)
    damage = total = 0
    for spot in range(_SOUND_SPOTS):
        offset = start + int(seconds * spot / _SOUND_SPOTS / float(stream.time_base or 1))
        container.seek(offset, stream=stream)
        for number, packet in enumerate(islice(container.demux(stream), _SOUND_PACKETS)):
            if packet.size == 0:
                break
            counts = number >= _WARM_UP_PACKETS or spot == 0
            total += counts
            try:
                stream.codec_context.decode(packet)
            except av.error.FFmpegError:
                damage += counts
    return total > 0 and damage <= total * _MAX_SOUND_DAMAGE


def _seconds(container: InputContainer, stream: VideoStream | AudioStream) -> float:
    """The stream's own length, else the file's; 0 where neither is told."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def _shown_seconds(container: InputContainer, stream: VideoStream) -> float:
    """Until the last picture's end, where nothing tells the length: a WebM that was recorded into a pipe."""
    ends = [(packet.pts or 0) + (packet.duration or 0) for packet in container.demux(stream) if packet.size]
    container.seek(0)
    return float((max(ends, default=0) - (stream.start_time or 0)) * (stream.time_base or 0))


def _packet_seconds(container: InputContainer, stream: AudioStream) -> float:
    """What the file really holds, not decoded."""
    container.seek(0)
    ticks = sum(packet.duration or 0 for packet in container.demux(stream))
    return float(ticks * (stream.time_base or 0))


def _start_seconds(container: InputContainer, stream: VideoStream) -> float:
    """Counted from where the file begins, as players and ffmpeg count."""
    start = float((stream.start_time or 0) * (stream.time_base or 0))
    return round(start - (container.start_time or 0) / av.time_base, 3)


def _upright_size(picture: av.VideoFrame, pixel_aspect: float) -> tuple[int, int]:
    """Of the first picture that was seen: a header may tell that of a later one."""
    width, height = round(picture.width * pixel_aspect), picture.height
    return (height, width) if abs(picture.rotation) % 180 == 90 else (width, height)


def _matrix(tag: int, width: int, height: int) -> Literal["bt709", "bt601", "bt2020"]:
    """What players assume where nothing is tagged: BT.709 from HD up."""
    return _MATRICES.get(tag, "bt709" if min(width, height) >= 720 else "bt601")


def _keyframe_interval(stream: VideoStream, duration: float) -> float | None:
    base = float(stream.time_base or 0)
    times = [entry.timestamp * base for entry in stream.index_entries if entry.is_keyframe]
    if not times:
        return None
    next_times = [*times[1:], times[0] + duration]
    return round(max(end - start for start, end in zip(times, next_times, strict=True)), 3)
