"""What the coach is told of a session."""

from knowledge_base.catalogue import Catalogue, load
from knowledge_base.content import Fault, Principle
from models.base import utc_now
from models.coaching import RetrievedPrinciple, VideoAnalysis
from models.database import transaction
from models.rules.history import last_coached_at
from pipeline.media.probe import VideoFacts
from pipeline.providers.ports import AnalysisBrief, CoachingBrief
from pipeline.work import Work


def analysis_brief(work: Work) -> AnalysisBrief:
    return AnalysisBrief(
        dish=work.guide,
        faults=[load().faults[code] for code in work.guide.faults],
        session_number=work.session.session_number,
        duration_seconds=VideoFacts.model_validate(work.session.video_facts).duration_seconds,
        transcript=work.session.voice_transcript,
        structured_input=work.structured_input,
        self_ratings=work.session.self_ratings,
    )


def coaching_brief(work: Work) -> CoachingBrief:
    analysis = VideoAnalysis.model_validate(work.session.video_analysis)
    catalogue = load()
    fault = catalogue.faults[analysis.fault] if analysis.fault else None
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
        principle=_principle(catalogue, work, fault, retrieved),
        structured_input=work.structured_input,
        transcript=work.session.voice_transcript,
        self_ratings=work.session.self_ratings,
        past_sessions=work.past_sessions,
        days_since_last=(utc_now() - last).days if last else None,
    )


def _principle(
    catalogue: Catalogue, work: Work, fault: Fault | None, retrieved: list[RetrievedPrinciple]
) -> Principle | None:
    """The one to teach: the fault's own, else the next refinement's, else the nearest found."""
    if fault is not None:
        return catalogue.principles[fault.principle_id]
    if work.guide.refinements:
        refinement = work.guide.refinements[(work.session.session_number - 1) % len(work.guide.refinements)]
        return catalogue.principles[refinement.principle_id]
    return catalogue.principles[retrieved[0].principle_id] if retrieved else None
