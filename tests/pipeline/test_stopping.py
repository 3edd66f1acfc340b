"""A worker that was told to stop begins no other stage."""

from sqlmodel import select

from models.session import CookingSession, SessionStatus, StageName, StageRun
from moment.resources import Resources
from tests.liff.cooks import ANALYSIS, PRINCIPLE, add_cook, pay, run_stage

S = StageName
DONE = (S.PREPARE_VIDEO, S.ANALYZE_VIDEO, S.TRANSCRIBE_MEMO, S.EXTRACT_ENTITIES, S.RETRIEVE)


def test_what_is_ready_next_is_left_to_another(resources: Resources) -> None:
    session_id = add_cook(
        resources.database, pay(resources.database, "U-stopping"), status=SessionStatus.PROCESSING
    )
    with resources.database.transaction() as db:
        session = db.get_one(CookingSession, session_id)
        session.video_analysis, session.retrieved_principles = ANALYSIS, [PRINCIPLE]
        db.add(session)
    for name in DONE:
        run_stage(resources.database, session_id, name, done=True)
    resources.scheduler.run(session_id)
    resources.leases.stopping.set()
    resources.runner.run(session_id, S.COACH_TEXT)
    with resources.database.transaction() as db:
        runs = {run.stage: run for run in db.exec(select(StageRun).where(StageRun.session_id == session_id))}
        assert runs[S.COACH_TEXT].finished_at
        narration = runs[S.NARRATE]
        assert (narration.attempts, narration.lease_token) == (0, None)
        assert narration.due_at
