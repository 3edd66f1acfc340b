"""What the coach is told of a session."""

from knowledge_base.catalogue import load
from knowledge_base.content import DishGuide, Fault, Principle
from models.base import utc_now
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.database import transaction
from models.rules.history import last_coached_at
from pipeline.media.probe import VideoFacts
from pipeline.providers.loading import store
from pipeline.providers.ports import AnalysisBrief, CoachingBrief
from pipeline.work import Work


def analysis_brief(work: Work) -> AnalysisBrief:
    return AnalysisBrief(
        dish=work.guide,
        faults=[load().faults[code] for code in work.guide.faults],
        session_number=work.session.session_number,
        duration_seconds=VideoFacts.model_validate(work.session.proxy_facts).duration_seconds,
        transcript=work.session.voice_transcript,
        structured_input=work.structured_input,
        self_ratings=work.session.self_ratings,
        video_uri=store().uri(work.session.proxy_url),
    )


def coaching_brief(work: Work) -> CoachingBrief:
    analysis = VideoAnalysis.model_validate(work.session.video_analysis)
    fault = load().faults[analysis.fault] if analysis.fault else None
    retrieved = [RetrievedPrinciple.model_validate(entry) for entry in work.session.retrieved_principles]
    with transaction() as db:
        last = last_coached_at(db, work.session)
    return CoachingBrief(
        first_name=work.user.first_name,
        dish=work.guide,
        session_number=work.session.session_number,
        analysis=analysis,
        fault=fault,
        principles=retrieved,
        principle=to_teach(work.guide, fault, work.session.session_number),
        structured_input=work.structured_input,
        transcript=work.session.voice_transcript,
        self_ratings=work.session.self_ratings,
        past_sessions=work.past_sessions,
        days_since_last=(utc_now() - last).days if last else None,
    )


def to_teach(dish: DishGuide, fault: Fault | None, session_number: int) -> Principle:
    """The fault's own principle, else that of the refinement whose turn it is."""
    source = fault or dish.refinements[(session_number - 1) % len(dish.refinements)]
    return load().principles[source.principle_id]
