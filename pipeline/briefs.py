"""What the coach is told of a session."""

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault, Principle
from knowledge_base.profile import NOTHING_TOLD, Profile, read_profile
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.media import Media
from models.rules.arc import is_less_clean
from pipeline.asked import asked_before
from pipeline.media.probe import VideoFacts
from pipeline.providers.ports import AnalysisBrief, CoachingBrief
from pipeline.refinements import refinement_to_teach
from pipeline.stage import LearnerPast, StageContext
from services.names import called


def footage_of(context: StageContext) -> Media:
    """The clip that is coached; a stage that needs it runs only while it is there."""
    video = context.session.video
    assert video is not None  # noqa: S101 - what the graph needs
    return video


def analysis_brief(context: StageContext) -> AnalysisBrief:
    video = footage_of(context)
    return AnalysisBrief(
        dish=context.guide,
        faults=[load().faults[code] for code in context.guide.faults],
        session_number=context.session.session_number,
        duration_seconds=VideoFacts.model_validate(video.facts).end_seconds,
        transcript=context.transcript,
        structured_input=context.structured_input,
        self_ratings=context.session.self_ratings,
        video_uri=context.store.uri(video.view_key),
        profile=read_profile(context.user.learner_profile),
        asked=asked_before(context.read_past(), context.guide, context.session.session_number),
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
