"""What is on the screen when and where, for the film of two attempts: pure arithmetic, before any ffmpeg.

title    both first pictures, dark, with the dish's name
play     both clips beside each other; at the same moment both stand still for a while
closing  both last pictures, dark
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.rules.same_moment import Window
from pipeline.media.narration import FPS
from pipeline.media.probe import VideoFacts
from pipeline.media.storyboard import SLOWEST, Shot

WIDTH, HEIGHT = 720, 1280
SHORTEST_SECONDS = 16.0
TITLE_SECONDS, CLOSING_SECONDS = 2.0, 3.0
STILL_SECONDS = 2.5  # at the same moment
PLAY_SECONDS = 9.0  # a shorter window is slowed down, to half at most

# Pixels: what the clips may take, and where the sentences stand. LINE's controls lie over the last 12 percent.
_GAP = 8
_BESIDE = ((WIDTH - _GAP) // 2, 640)
_BESIDE_TOP, _BESIDE_WORDS = 130, (790, 954)
_STACKED = (WIDTH, 405)
_STACKED_TOPS, _STACKED_WORDS = (64, 604), (474, 1014)


@dataclass(frozen=True)
class Pane:
    """Where a clip is shown, whole. Pixels; `words_top` is where its sentence begins, which stands right under its clip or
    `words_apart`."""

    left: int
    top: int
    width: int
    height: int
    words_top: int
    words_apart: bool


@dataclass(frozen=True)
class Scene:
    """One clip and where it is shown."""

    shot: Shot
    pane: Pane


@dataclass(frozen=True)
class FilmBoard:
    scenes: Sequence[Scene]  # the first attempt's, then the third's; equally long
    still_at_frame: int  # of both shots, on which they stand still
    still_frames: int

    width = WIDTH
    height = HEIGHT

    @property
    def frames(self) -> int:
        seconds = TITLE_SECONDS + CLOSING_SECONDS
        return round(seconds * FPS) + self.scenes[0].shot.frames + self.still_frames

    @property
    def seconds(self) -> float:
        return self.frames / FPS

    @property
    def closing_at(self) -> float:
        return self.seconds - CLOSING_SECONDS

    @property
    def still_at(self) -> float:
        """Second of the film from which both stand still."""
        return TITLE_SECONDS + self.still_at_frame / FPS

    @property
    def still_until(self) -> float:
        return self.still_at + self.still_frames / FPS


def plan(parts: Sequence[Window], facts: Sequence[VideoFacts]) -> FilmBoard:
    """The board of the two windows, which are equally long; the clips' facts in the same order. However short they are,
    the film is not: then it stands still for longer."""
    length, lead = parts[0].length, parts[0].lead
    stretch = min(max(PLAY_SECONDS / length, 1.0), SLOWEST)
    frames = max(2, math.floor(length * stretch * FPS))
    rest = SHORTEST_SECONDS - TITLE_SECONDS - CLOSING_SECONDS - frames / FPS
    scenes = [
        Scene(Shot(round(part.start, 3), length, 1, frames), pane)
        for part, pane in zip(parts, panes(facts), strict=True)
    ]
    still = math.ceil(max(STILL_SECONDS, rest) * FPS)
    return FilmBoard(scenes, min(math.floor(lead * stretch * FPS), frames - 1), still)


def panes(facts: Sequence[VideoFacts]) -> Sequence[Pane]:
    """Beside each other or one above the other, whichever shows more of them: two upright clips stand side by side, all
    others are stacked."""
    beside = [_fit(each, *_BESIDE) for each in facts]
    stacked = [_fit(each, *_STACKED) for each in facts]
    if _area(beside) > _area(stacked):
        lefts = (0, WIDTH - _BESIDE[0])
        return [
            Pane(
                left + (_BESIDE[0] - w) // 2,
                _BESIDE_TOP + (_BESIDE[1] - h) // 2,
                w,
                h,
                words,
                words_apart=True,
            )
            for (w, h), left, words in zip(beside, lefts, _BESIDE_WORDS, strict=True)
        ]
    return [
        Pane((WIDTH - w) // 2, top + (_STACKED[1] - h) // 2, w, h, words, words_apart=False)
        for (w, h), top, words in zip(stacked, _STACKED_TOPS, _STACKED_WORDS, strict=True)
    ]


def _fit(facts: VideoFacts, width: int, height: int) -> tuple[int, int]:
    """Its own shape, as large as the space allows; even numbers."""
    scale = min(width / facts.width, height / facts.height)
    return _even(facts.width * scale), _even(facts.height * scale)


def _even(pixels: float) -> int:
    return max(2, math.floor(pixels / 2 + 0.01) * 2)


def _area(sizes: Sequence[tuple[int, int]]) -> int:
    return sum(width * height for width, height in sizes)
