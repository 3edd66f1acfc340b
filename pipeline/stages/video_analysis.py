"""Stage 1: one structured look at the whole video."""

from uuid import uuid4

from sqlmodel import Session as DbSession

from models.base import utc_now
from models.database import transaction
from models.session import CookingSession, SessionStatus
from pipeline.briefs import analysis_brief
from pipeline.guards import check_analysis, checked
from pipeline.providers.loading import local_file, store
from pipeline.work import Work, Yielded


def run(work: Work) -> Yielded:
    _begin(work)
    brief = analysis_brief(work)
    with local_file(store(), work.session.proxy_url) as path:
        analysis, usage = checked(
            lambda repair: work.providers.analyst.analyze(path, brief, repair),
            lambda analysis: check_analysis(analysis, brief.duration_seconds, work.guide),
        )

    def keep(db: DbSession, session: CookingSession) -> None:
        session.video_analysis = analysis.model_dump()

    return Yielded(keep, usage)


def _begin(work: Work) -> None:
    """The pipeline proper starts here: the session is `processing` under a job id of its own."""
    with transaction() as db:
        session = db.get_one(CookingSession, work.session_id, with_for_update=True)
        if session.raw_video_url != work.session.raw_video_url:
            return  # the learner took the video back meanwhile
        if session.pipeline_job_id is None:
            session.pipeline_job_id = uuid4()
            session.pipeline_started_at = utc_now()
        if session.status == SessionStatus.UPLOADED:
            session.status = SessionStatus.PROCESSING
