"""Decides what is on the screen when: pure arithmetic, before any ffmpeg.

part 1   the whole cook, sped up (or slowed to half at most, then repeated) to last as long as it is told
part 2   the key moment at its own speed and sound, then again in slow motion
outro    its last picture, blurred, with music
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.rules.timeline import Timeline
from pipeline.media.narration import FPS
from pipeline.media.probe import VideoFacts

WIDTH = 720
MIN_HEIGHT, MAX_HEIGHT = 404, 1280
SLOWEST = 2.0  # seconds on the screen a second of footage may be stretched to
# Between pictures: with fewer than four a second, a time-lapse looks like slides.
LONGEST_INTERVAL_SECONDS = 0.25


@dataclass(frozen=True)
class Shot:
    """`length` seconds of a clip from `start`, shown `plays` times within `frames` frames."""

    start: float
    length: float
    plays: int
    frames: int
    clip: int = 0  # which of them
    skip_frame: str | None = None  # frames the decoder may leave out (ffmpeg-codecs, -skip_frame)
    slowest: float = SLOWEST  # to which it is stretched at most; then its last picture stands
    is_still: bool = False  # its first picture alone is shown

    @property
    def seconds(self) -> float:
        return self.frames / FPS

    @property
    def stretch(self) -> float:
        """Seconds on the screen for each second of the source."""
        return min(self.seconds / (self.length * self.plays), self.slowest)


@dataclass(frozen=True)
class Storyboard:
    width: int
    height: int
    intro: Shot  # of the whole timeline
    passages: Sequence[Shot]  # what the intro shows of each clip
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
    clips: Sequence[VideoFacts],
    *,
    part1_frames: int,
    part2_frames: int,
    outro_frames: int,
    key_moment_seconds: float,
) -> Storyboard:
    """The storyboard of one coaching video; its shape is that of the clip with the key moment. A key moment outside the
    clips is moved to the nearest end: ffmpeg would drop the whole segment without an error."""
    timeline = Timeline([clip.end_seconds for clip in clips])
    clip, moment = timeline.at(float(key_moment_seconds))
    facts, duration = clips[clip], clips[clip].end_seconds
    key_frames = max(1, min(round(part2_frames / (1 + SLOWEST)), math.floor(duration * FPS)))
    length = min(key_frames / FPS, duration)
    start = round(max(0.0, min(moment - length / 2, duration - length)), 3)
    intro_seconds = part1_frames / FPS
    replay_frames = part2_frames - key_frames
    intro = Shot(0.0, timeline.seconds, _plays(timeline.seconds, intro_seconds), part1_frames)
    return Storyboard(
        width=WIDTH,
        height=canvas_height(facts),
        intro=intro,
        passages=_passages(clips, intro),
        key=Shot(start, length, 1, key_frames, clip),
        replay=Shot(start, length, _plays(length, replay_frames / FPS), replay_frames, clip),
        outro_frames=outro_frames,
        key_moment=intro_seconds + min(moment - start, length - 1 / FPS),
    )


def _passages(clips: Sequence[VideoFacts], intro: Shot) -> list[Shot]:
    """Each clip at the intro's speed; one of which no frame would be seen is left out."""
    if len(clips) == 1:
        return [replace(intro, skip_frame=_skippable(clips[0], intro.seconds))]
    passages, shown, seen = [], 0, 0.0
    for clip, facts in [*enumerate(clips)] * intro.plays:
        seen += facts.end_seconds
        frames = round(intro.frames * seen / (intro.length * intro.plays)) - shown
        if frames > 0:
            skip = _skippable(facts, frames / FPS)
            passages.append(Shot(0.0, facts.end_seconds, 1, frames, clip, skip))
        shown += max(frames, 0)
    return passages


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
