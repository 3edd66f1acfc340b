"""What the coach is told of a session."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault, Principle
from knowledge_base.profile import NOTHING_TOLD, Profile, read_profile
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.media import Media
from models.rules.arc import is_less_clean
from models.rules.timeline import Timeline
from models.session import CookingSession, StageName
from pipeline.asked import asked_before
from pipeline.media.probe import ClipFile, VideoFacts
from pipeline.providers.ports import AnalysisBrief, CoachingBrief
from pipeline.refinements import refinement_to_teach
from pipeline.stage import LearnerPast, StageContext
from services.names import called
from storage.store import local_file

MOST_PHOTOS = 3  # to be looked at: each costs as much as a quarter of a minute of video


@contextmanager
def footage_of(context: StageContext) -> Iterator[Sequence[ClipFile]]:
    """The clips that are coached, in their order, on this machine for the block. Stages that need them run only while they
    are there."""
    with ExitStack() as stack:
        yield [
            ClipFile(
                stack.enter_context(local_file(context.store, clip.object_key)),
                VideoFacts.model_validate(clip.facts),
            )
            for clip in context.session.videos
        ]


def timeline_of(session: CookingSession) -> Timeline:
    """Of its clips, one after another."""
    return Timeline([VideoFacts.model_validate(clip.facts).end_seconds for clip in session.videos])


@contextmanager
def photos_on_disk(context: StageContext, photos: Sequence[Media]) -> Iterator[Sequence[Path]]:
    """The newest of these, for the block."""
    with ExitStack() as stack:
        newest = [photo for photo in photos if photo.is_stored and photo.may_be_seen][-MOST_PHOTOS:]
        yield [stack.enter_context(local_file(context.store, photo.object_key)) for photo in newest]


def photos_since_look(session: CookingSession) -> Sequence[Media]:
    """Those that were not there yet when the video was looked at."""
    look = session.run_of(StageName.ANALYZE_VIDEO)
    began = look.started_at if look is not None else None
    return [
        photo
        for photo in session.photos
        if began is None or (photo.stored_at is not None and photo.stored_at > began)
    ]


def analysis_brief(context: StageContext, photos: Sequence[Path] = ()) -> AnalysisBrief:
    videos = context.session.videos
    return AnalysisBrief(
        dish=context.guide,
        faults=[load().faults[code] for code in context.guide.faults],
        session_number=context.session.session_number,
        duration_seconds=timeline_of(context.session).seconds,
        transcript=context.transcript,
        structured_input=context.structured_input,
        self_ratings=context.session.self_ratings,
        video_uri=context.store.uri(videos[0].view_key) if len(videos) == 1 else None,
        profile=read_profile(context.user.learner_profile),
        asked=asked_before(context.read_past(), context.guide, context.session.session_number),
        photos=photos,
    )


def coaching_brief(context: StageContext, past: LearnerPast) -> CoachingBrief:
    analysis = VideoAnalysis.model_validate(context.session.video_analysis)
    fault = load().faults[analysis.fault] if analysis.fault else None
    principles = [RetrievedPrinciple.model_validate(entry) for entry in context.session.retrieved_principles]
    profile, number = read_profile(context.user.learner_profile), context.session.session_number
    return CoachingBrief(
        first_name=called(context.user),
        dish=context.guide,
        session_number=number,
        analysis=analysis,
        fault=fault,
        principles=principles,
        principle=principle_to_teach(context.guide, fault, number, profile),
        structured_input=context.structured_input,
        transcript=context.transcript,
        self_ratings=context.session.self_ratings,
        past_sessions=past.sessions,
        days_since_last=past.days_since_last,
        profile=profile,
        asked=asked_before(past, context.guide, number),
        is_less_clean=_is_less_clean(analysis, past, number),
    )


def _is_less_clean(analysis: VideoAnalysis, past: LearnerPast, number: int) -> bool:
    severity = {code: fault.severity for code, fault in load().faults.items()}
    before = next((each.analysis for each in past.attempts if each.number == number - 1), None)
    return before is not None and is_less_clean(before, analysis, severity)


def principle_to_teach(
    dish: DishGuide, fault: Fault | None, session_number: int, profile: Profile = NOTHING_TOLD
) -> Principle:
    """The fault's own principle, else that of the refinement whose turn it is."""
    source = fault or refinement_to_teach(dish, session_number, profile)
    return load().principles[source.principle_id]
