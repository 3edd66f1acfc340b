"""The moments of a cook: what the analysis saw, and when a video shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from models.coaching import CoachingCut, CookingEvent, VideoAnalysis
from models.media import Media
from models.rules.timeline import Timeline
from models.session import CookingSession

# An event so near the key moment is the key moment (seconds).
_SAME = 1


@dataclass(frozen=True)
class Moment:
    second: int  # of the learner's own clip
    name: str
    is_key: bool

    @property
    def clock(self) -> str:
        """As players write it."""
        return f"{self.second // 60}:{self.second % 60:02}"


@dataclass(frozen=True)
class Mark:
    """A moment in one video: `at` seconds from its start, and how far along the seek bar that is (percent)."""

    moment: Moment
    at: float
    place: float


@dataclass(frozen=True)
class Player:
    """`sources`: a browser plays the first that it can."""

    name: str  # unique on the page
    sources: Sequence[str]
    poster: str
    marks: Sequence[Mark]


def moments_of(analysis: VideoAnalysis, key_name: str) -> list[Moment]:
    """In the order of the cook. The key moment is the event that lies nearest to it, else one by itself, `key_name`."""
    events = sorted(analysis.cooking_events, key=lambda event: event.t_seconds)
    key = _key_event(analysis, events)
    moments = [Moment(event.t_seconds, event.event, event is key) for event in events]
    if key is None:
        moments.append(Moment(analysis.key_moment_seconds, key_name, is_key=True))
    moments.sort(key=lambda moment: moment.second)
    return moments[:1] + [moment for before, moment in pairwise(moments) if moment != before]


def moments_of_cook(session: CookingSession, key_name: str) -> list[Moment]:
    """None before its video was looked at."""
    if not session.video_analysis:
        return []
    return moments_of(VideoAnalysis.model_validate(session.video_analysis), key_name)


def by_clip(session: CookingSession, moments: Sequence[Moment]) -> Sequence[Sequence[Moment]]:
    """At each clip's own seconds; what was seen was seen in all of them, one after another."""
    lengths = clip_lengths(session)
    if len(lengths) < 2:
        return [moments]
    parts: list[list[Moment]] = [[] for _ in lengths]
    for moment in moments if all(lengths) else ():
        number, second = Timeline(lengths).at(float(moment.second))
        parts[number].append(replace(moment, second=int(second)))
    return parts


def clip_lengths(session: CookingSession) -> Sequence[float]:
    """Seconds; 0 of a clip that nobody has looked into yet."""
    return [_seconds(clip) for clip in session.videos]


def _seconds(clip: Media) -> float:
    return float(clip.facts.get("start_seconds") or 0) + float(clip.facts.get("duration_seconds") or 0)


def in_coaching_video(moments: Sequence[Moment], cut: CoachingCut) -> list[Mark]:
    """The key moment has a shot of its own; all others pass by in the intro."""
    return _marks(
        moments,
        lambda moment: cut.intro_seconds if moment.is_key else cut.shown_at(moment.second),
        cut.seconds,
    )


def in_own_clip(moments: Sequence[Moment], seconds: float) -> list[Mark]:
    return _marks(moments, lambda moment: float(moment.second), seconds)


def _key_event(analysis: VideoAnalysis, events: Sequence[CookingEvent]) -> CookingEvent | None:
    near = [event for event in events if abs(event.t_seconds - analysis.key_moment_seconds) <= _SAME]
    return min(near, key=lambda event: abs(event.t_seconds - analysis.key_moment_seconds), default=None)


def _marks(moments: Sequence[Moment], at: Callable[[Moment], float], seconds: float) -> list[Mark]:
    return [
        Mark(moment, round(at(moment), 2), round(100 * min(at(moment) / seconds, 1), 2) if seconds else 0)
        for moment in moments
    ]
