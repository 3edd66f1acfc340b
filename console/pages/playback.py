"""What the player of a session shows: clips and the coaching video with their moments, and beside them the last attempt."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.pages.media import ThreadMedia
from knowledge_base import session_words
from models.coaching import CoachingCut, VideoAnalysis
from models.media import Media
from models.rules.findings import FindingKind, findings_of
from models.rules.moments import (
    Mark,
    Moment,
    by_clip,
    clip_lengths,
    in_coaching_video,
    in_own_clip,
    moments_of_cook,
)
from models.rules.same_moment import SameMoment, same_moment
from models.rules.timeline import Timeline
from models.session import CookingSession
from services.cook_review import CookReview

FRAMES = 30.0  # a second, where a clip does not tell


@dataclass(frozen=True)
class Source:
    """One video. `start`: the second of the whole cook with which a clip begins; None of the coaching video. `offset`: how
    much later the last attempt's clip shows the same."""

    name: str  # unique on the page
    label: str
    links: Sequence[str]  # a browser plays the first that it can
    poster: str
    marks: Sequence[Mark]
    frames: float = FRAMES
    start: float | None = None
    offset: float | None = None


@dataclass(frozen=True)
class Spot:
    """Where a second of the cook is seen."""

    source: str
    at: float
    clock: str


@dataclass(frozen=True)
class Before:
    """The last attempt's clip. `same_by`: what both are laid beside each other by."""

    source: Source
    same_by: str


@dataclass(frozen=True)
class Playback:
    sources: Sequence[Source]
    before: Before | None
    _timeline: Timeline | None
    _cut: CoachingCut | None

    def spot(self, second: float | None) -> Spot | None:
        """In the learner's own clip; where that is gone, in the coaching video. None where nothing shows it."""
        if second is None:
            return None
        names = {source.name for source in self.sources}
        clip, at = self._timeline.at(second) if self._timeline is not None else (0, second)
        if _name(clip) in names:
            return Spot(_name(clip), round(at, 2), clock(second))
        if "coaching" in names and self._cut is not None:
            return Spot("coaching", round(self._cut.shown_at(second), 2), clock(second))
        return None


def playback_of(review: CookReview, media: ThreadMedia) -> Playback:
    session = review.session
    same = _same_moment(review)
    before = _before(review, same, media)
    lengths = clip_lengths(session)
    timeline = Timeline(lengths) if lengths and all(lengths) else None
    offset = _clip_second(review.before, same.first) - same.third if review.before and same else None
    clips = [
        _own_clip(session, number, media, timeline, offset if before else None)
        for number, clip in enumerate(session.videos)
        if _is_seen(clip)
    ]
    cut = CoachingCut.model_validate(session.coaching_cut) if session.coaching_cut else None
    return Playback([*clips, *_coaching_video(session, cut, media)], before, timeline, cut)


def clock(second: float) -> str:
    """As players write it."""
    return f"{int(second) // 60}:{int(second) % 60:02}"


def _is_seen(clip: Media) -> bool:
    """It is here, and its learner has agreed to it being looked at."""
    return clip.is_stored and clip.may_be_seen


def _name(number: int) -> str:
    return f"own{number + 1}"


def _own_clip(
    session: CookingSession, number: int, media: ThreadMedia, timeline: Timeline | None, offset: float | None
) -> Source:
    clip = session.videos[number]
    start = timeline.starts[number] if timeline is not None else 0.0
    return Source(
        _name(number),
        session_words.own_clip(number + 1, len(session.videos)),
        _links(clip, media),
        "",
        in_own_clip(
            by_clip(session, _moments(session))[number], float(clip.facts.get("duration_seconds") or 0)
        ),
        frames=_frames(clip),
        start=start,
        offset=round(offset + start, 2) if offset is not None else None,
    )


def _moments(session: CookingSession) -> Sequence[Moment]:
    """What happens, and what the AI found besides."""
    if not session.video_analysis:
        return []
    findings = findings_of(VideoAnalysis.model_validate(session.video_analysis))
    found = [
        Moment(int(each.second), session_words.found(each.kind, each.found), is_key=False)
        for each in findings
        if each.kind is not FindingKind.FAULT and each.second is not None
    ]
    moments = [*moments_of_cook(session, session_words.KEY_MOMENT), *found]
    return sorted(moments, key=lambda moment: moment.second)


def _links(clip: Media, media: ThreadMedia) -> Sequence[str]:
    """As it was sent; where a browser can't play that, the view that was made of it."""
    keys = dict.fromkeys(key for key in (clip.object_key, clip.view_key) if key)
    return [media.link(key) for key in keys]


def _frames(clip: Media) -> float:
    return float(clip.facts.get("fps") or FRAMES)


def _coaching_video(session: CookingSession, cut: CoachingCut | None, media: ThreadMedia) -> Sequence[Source]:
    if not session.coaching_video_gcs_path:
        return []
    moments = _moments(session)
    poster = media.link(session.coaching_preview_gcs_path) if session.coaching_preview_gcs_path else ""
    return [
        Source(
            "coaching",
            session_words.COACHING_VIDEO,
            [media.link(session.coaching_video_gcs_path)],
            poster,
            in_coaching_video(moments, cut) if cut is not None else [],
        )
    ]


def _same_moment(review: CookReview) -> SameMoment | None:
    """None where there is no attempt before, or one of both was not looked at."""
    cooks = (review.before, review.session)
    lengths = [sum(clip_lengths(cook)) for cook in cooks if cook is not None and cook.video_analysis]
    if len(lengths) < len(cooks) or not all(lengths):
        return None
    first, third = (VideoAnalysis.model_validate(cook.video_analysis) for cook in cooks if cook is not None)
    return same_moment(first, third, *lengths)


def _before(review: CookReview, same: SameMoment | None, media: ThreadMedia) -> Before | None:
    """The clip of it that shows the moment which both have."""
    cook = review.before
    if cook is None or same is None:
        return None
    clip = cook.videos[_clip_at(cook, same.first)]
    if not _is_seen(clip):
        return None
    label = session_words.before(cook.session_number)
    source = Source("before", label, _links(clip, media), "", [], frames=_frames(clip))
    return Before(source, same.event or session_words.SAME_BY[same.ground])


def _clip_at(cook: CookingSession, second: float) -> int:
    lengths = clip_lengths(cook)
    return Timeline(lengths).at(second)[0] if all(lengths) else 0


def _clip_second(cook: CookingSession, second: float) -> float:
    """Its own."""
    lengths = clip_lengths(cook)
    return Timeline(lengths).at(second)[1] if all(lengths) else second
