"""Stage 1: one structured look at the whole video."""

from uuid import uuid4

from sqlmodel import Session as DbSession

from knowledge_base.catalogue import load
from models.base import utc_now
from models.database import transaction
from models.session import CookingSession, SessionStatus
from pipeline.guards import check_analysis
from pipeline.media.probe import VideoFacts
from pipeline.providers.loading import local_file, store
from pipeline.providers.ports import AnalysisBrief
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    _begin(work.session_id)
    facts = VideoFacts.model_validate(work.session.video_facts)
    brief = AnalysisBrief(
        dish=work.guide,
        faults=[load().faults[code] for code in work.guide.faults],
        session_number=work.session.session_number,
        duration_seconds=facts.duration_seconds,
        transcript=work.session.voice_transcript,
        structured_input=work.structured_input,
        self_ratings=work.session.self_ratings,
    )
    with local_file(store(), work.session.raw_video_url) as path:
        analysis, usage = work.providers.analyst.analyze(path, brief)
    check_analysis(analysis, facts.duration_seconds, work.guide)

    def keep(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()

    return Yielded(keep, usage)


def _begin(session_id: int) -> None:
    """The pipeline proper starts here: the session is `processing` under a job id of its own."""
    with transaction() as db:
        session = db.get_one(CookingSession, session_id, with_for_update=True)
        if session.pipeline_job_id is None:
            session.pipeline_job_id = uuid4()
            session.pipeline_started_at = utc_now()
        session.status = SessionStatus.PROCESSING
