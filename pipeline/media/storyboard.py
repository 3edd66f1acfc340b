"""Decides what is on the screen when: pure arithmetic, before any ffmpeg.

part 1   the whole cook, sped up (or slowed to half at most, then repeated) to last as long as it is told
part 2   the key moment at its own speed and sound, then again in slow motion
outro    its last picture, blurred, with music
"""

import math
from dataclasses import dataclass

from pipeline.media.narration import FPS
from pipeline.media.probe import VideoFacts

WIDTH = 720
MIN_HEIGHT, MAX_HEIGHT = 404, 1280
SLOWEST = 2.0  # seconds on the screen a second of footage may be stretched to
# Between pictures: with fewer than four a second, a time-lapse looks like slides.
LONGEST_INTERVAL_SECONDS = 0.25


@dataclass(frozen=True)
class Shot:
    """`length` seconds of the source from `start`, shown `plays` times within `frames` frames."""

    start: float
    length: float
    plays: int
    frames: int
    skip_frame: str | None = None  # frames the decoder may leave out (ffmpeg-codecs, -skip_frame)

    @property
    def seconds(self) -> float:
        return self.frames / FPS

    @property
    def stretch(self) -> float:
        """Seconds on the screen for each second of the source."""
        return min(self.seconds / (self.length * self.plays), SLOWEST)


@dataclass(frozen=True)
class Storyboard:
    width: int
    height: int
    intro: Shot
    key: Shot
    replay: Shot
    outro_frames: int
    key_moment: float  # seconds into the finished video where the key moment is first seen

    @property
    def part1_seconds(self) -> float:
        return self.intro.seconds

    @property
    def part2_seconds(self) -> float:
        return self.key.seconds + self.replay.seconds

    @property
    def outro_seconds(self) -> float:
        return self.outro_frames / FPS

    @property
    def seconds(self) -> float:
        return self.part1_seconds + self.part2_seconds + self.outro_seconds


def plan(
    facts: VideoFacts, *, part1_frames: int, part2_frames: int, outro_frames: int, key_moment_seconds: float
) -> Storyboard:
    """The storyboard of one coaching video. A key moment outside the clip is moved to its nearest end:
    ffmpeg would drop the whole segment without an error."""
    duration = facts.end_seconds
    key_frames = max(1, min(round(part2_frames / (1 + SLOWEST)), math.floor(duration * FPS)))
    length = min(key_frames / FPS, duration)
    moment = min(max(float(key_moment_seconds), 0.0), duration)
    start = round(max(0.0, min(moment - length / 2, duration - length)), 3)
    intro_seconds = part1_frames / FPS
    return Storyboard(
        width=WIDTH,
        height=canvas_height(facts),
        intro=Shot(
            0.0, duration, _plays(duration, intro_seconds), part1_frames, _skippable(facts, intro_seconds)
        ),
        key=Shot(start, length, 1, key_frames),
        replay=Shot(
            start, length, _plays(length, (part2_frames - key_frames) / FPS), part2_frames - key_frames
        ),
        outro_frames=outro_frames,
        key_moment=intro_seconds + min(moment - start, length - 1 / FPS),
    )


def canvas_height(facts: VideoFacts) -> int:
    """An even height with the source's own shape, as far as a phone shows it well."""
    exact = WIDTH * facts.height / facts.width
    return min(max(math.floor(exact / 2) * 2, MIN_HEIGHT), MAX_HEIGHT)


def _plays(length: float, seconds: float) -> int:
    """How often footage must be shown to fill `seconds` without being slower than SLOWEST."""
    return max(1, math.ceil(seconds / (length * SLOWEST) - 1e-6))


def _skippable(facts: VideoFacts, seconds: float) -> str | None:
    """Most of a long clip's frames are never seen in the time-lapse: the decoder need not make them."""
    speed = facts.end_seconds / seconds
    interval = facts.keyframe_interval_seconds
    if interval is not None and interval / speed <= LONGEST_INTERVAL_SECONDS:
        return "nokey"
    return "noref" if speed >= 2 and facts.fps >= 24 else None
