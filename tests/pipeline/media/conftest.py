"""Tiny clips made by ffmpeg itself, and narrations made of tones."""

import itertools
import socket
import subprocess
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media import storyboard
from pipeline.media.composition import CoachingVideo, compose
from pipeline.media.ffmpeg import binary
from pipeline.media.narration import GAP_SECONDS, LEAD_SECONDS
from pipeline.media.probe import ClipFile, VideoFacts, check_usable
from pipeline.providers.ports import SpokenSentence
from tests.quick_providers import SHIPPED_SIZE

Picture = NDArray[np.uint8]
Clip = Callable[..., Path]
Turn = Callable[[Path, int], Path]

RED_CORNER = "colorchannelmixer=rr=0.2,drawbox=x=0:y=0:w=iw/5:h=ih/5:color=red:t=fill"
HLG = "setparams=color_trc=arib-std-b67:color_primaries=bt2020:colorspace=bt2020nc"
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1")
FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def make(path: Path, *arguments: str) -> Path:
    """Runs ffmpeg to write `path`, once."""
    if not path.exists():
        subprocess.run([binary(), "-v", "error", "-nostdin", *arguments, str(path)], check=True)
    return path


def lavfi(graph: str) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", graph)


@pytest.fixture(autouse=True, scope="package")
def shipped_size() -> Iterator[None]:
    """Other tests render small."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SHIPPED_SIZE.items():
            patch.setattr(storyboard, name, value)
        yield


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def clip(clips: Path) -> Clip:
    """clip("name.mp4", size="360x640", seconds=4, ...): a moving picture with a red upper left corner."""

    def build(
        name: str,
        *,
        size: str = "360x640",
        seconds: float = 4,
        sound: bool = True,
        picture: str = "",
        filters: str = RED_CORNER,
        encoder: tuple[str, ...] = (*FAST, "-g", "30"),
    ) -> Path:
        source = picture or f"testsrc2=s={size}:r=30"
        tones = lavfi("sine=f=3000,volume=18dB") if sound else ()
        codec = ("-c:a", "aac") if sound else ()
        arguments = (*lavfi(source), *tones, "-t", str(seconds), "-vf", filters, *encoder, *codec)
        folder = clips / sha256(repr(arguments).encode()).hexdigest()[:12]
        folder.mkdir(exist_ok=True)
        return make(folder / name, *arguments)

    return build


@pytest.fixture(scope="session")
def turn() -> Turn:
    """turn(clip, 90): the same stored picture, with a display matrix that turns it counter-clockwise."""

    def build(source: Path, degrees: int) -> Path:
        path = source.with_name(f"turned-{degrees}-{source.name}")
        return make(path, "-display_rotation", str(degrees), "-i", str(source), "-c", "copy")

    return build


@pytest.fixture(scope="session")
def strange_sound(clip: Clip, clips: Path) -> Path:
    """As of phones that record spatial sound: nobody can decode the first of its two tracks."""
    tracks = ("-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    two = make(clips / "two-tracks.mp4", "-i", str(clip("portrait.mp4")), *tracks)
    strange = clips / "strange-sound.mp4"
    strange.write_bytes(two.read_bytes().replace(b"mp4a", b"apac", 1).replace(b"esds", b"free", 1))
    return strange


@pytest.fixture(scope="session")
def noisy(clip: Clip, clips: Path) -> Path:
    """Random bytes in every packet of its sound, and a picture that is whole."""
    source = clip("portrait.mp4")
    content = bytearray(source.read_bytes())
    random = Random(1)
    with av.open(str(source)) as container:
        for packet in container.demux(container.streams.audio[0]):
            if packet.size and packet.pos is not None:
                content[packet.pos : packet.pos + packet.size] = random.randbytes(packet.size)
    path = clips / "noisy.mp4"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="session")
def changing(clip: Clip, clips: Path) -> Path:
    """Its picture becomes another size half-way."""
    streams = [
        make(clips / f"{size}.h264", "-i", str(clip("part.mp4", size=size, sound=False)), "-c", "copy")
        for size in ("640x360", "360x480")
    ]
    joint = clips / "changing.h264"
    joint.write_bytes(b"".join(stream.read_bytes() for stream in streams))
    return make(clips / "changing.mp4", "-r", "30", "-i", str(joint), "-c", "copy")


@pytest.fixture
def playlists_in_disguise(clip: Clip, tmp_path: Path) -> Iterator[list[Path]]:
    """Named as videos. In the end nobody has asked for the address that one of them lists."""
    other = tmp_path / "other.mp4"
    other.write_bytes(clip("portrait.mp4").read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        files, addresses = tmp_path / "files.mp4", tmp_path / "addresses.mp4"
        files.write_text(f"ffconcat version 1.0\nfile {other.name}\n")
        addresses.write_text(f"#EXTM3U\n#EXTINF:3,\n{address}\n#EXT-X-ENDLIST\n")
        yield [files, addresses]
        with pytest.raises(BlockingIOError):
            server.accept()


def tone(wav: Path, seconds: float, *, level: float = 0.2, pitch: float = 330, rate: int = 24_000) -> Path:
    t = np.arange(round(seconds * rate)) / rate
    samples = level * np.sin(2 * np.pi * pitch * t) * (0.75 + 0.25 * np.sin(2 * np.pi * 4 * t))
    with wave.open(str(wav), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return wav


def speech(folder: Path, *sentences: tuple[str, float], level: float = 0.2) -> list[SpokenSentence]:
    folder.mkdir(parents=True, exist_ok=True)
    return [
        SpokenSentence(text, tone(folder / f"{number}.wav", seconds, level=level), seconds)
        for number, (text, seconds) in enumerate(sentences)
    ]


PART1 = (("今回は、香りがよく出ていました。", 1.4), ("動画でポイントを見てみましょう。", 1.2))
PART2 = (("湯気が白く立っていますね。", 1.3), ("音が高くなるまで、待ちましょう。", 1.1))


@dataclass(frozen=True)
class RenderResult:
    video: CoachingVideo
    facts: VideoFacts
    part1_seconds: float

    def frame(self, seconds: float) -> Picture:
        return frame_at(self.video.path, seconds)


@pytest.fixture(scope="session")
def render(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RenderResult]:
    """Renders a clip with short narrations; the same clip and key moment only once."""
    results: dict[tuple[Path, int], RenderResult] = {}

    def build(source: Path, key_moment_seconds: int = 2, facts: VideoFacts | None = None) -> RenderResult:
        if (source, key_moment_seconds) not in results:
            folder = tmp_path_factory.mktemp("render")
            facts = facts or check_usable(source)
            part1 = speech(folder / "1", *PART1)
            video = compose(
                [ClipFile(source, facts)], part1, speech(folder / "2", *PART2), key_moment_seconds, folder
            )
            seconds = LEAD_SECONDS + sum(s + GAP_SECONDS for _, s in PART1)
            results[source, key_moment_seconds] = RenderResult(video, facts, seconds)
        return results[source, key_moment_seconds]

    return build


def frame_at(video: Path, seconds: float) -> Picture:
    """The picture shown at `seconds`, as RGB rows."""
    return frames_between(video, seconds, seconds + 0.001)[0]


def frames_between(video: Path, start: float, end: float, *, width: int | None = None) -> list[Picture]:
    """Every picture shown from `start` to `end`, the one already on screen at `start` included."""
    pictures: list[Picture] = []
    with av.open(str(video)) as container:
        container.seek(int(start * av.time_base))
        for frame in container.decode(container.streams.video[0]):
            second = frame.time or 0.0
            if second > end:
                break
            if second > start - 1 / 30:
                height = width and frame.height * width // frame.width
                picture = frame.reformat(width=width, height=height, format="rgb24")
                pictures.append(picture.to_ndarray().astype(np.uint8, copy=False))
    return pictures


def corner_is_red(picture: Picture, *, right: bool = False, bottom: bool = False) -> bool:
    height, width, _ = picture.shape
    down, across = height // 20, width // 20
    box = picture[height - 3 * down :] if bottom else picture[: 3 * down]
    box = box[:, width - 3 * across :] if right else box[:, : 3 * across]
    red, green, blue = box[down : 2 * down, across : 2 * across].reshape(-1, 3).mean(axis=0)
    return bool(red > 140 and green < 90 and blue < 90)


def red_corners(picture: Picture) -> list[tuple[bool, bool]]:
    corners = itertools.product((False, True), repeat=2)
    return [
        (right, bottom) for right, bottom in corners if corner_is_red(picture, right=right, bottom=bottom)
    ]


def samples(media: Path) -> NDArray[np.float32]:
    """The left channel at 48 kHz."""
    with av.open(str(media)) as container:
        channel = [frame.to_ndarray()[0] for frame in container.decode(container.streams.audio[0])]
    return np.concatenate(channel)
