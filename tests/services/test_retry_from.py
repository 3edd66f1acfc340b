"""A coach has a stage done anew: it and what rests on it, and nothing that the learner has already."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, select

from models.base import database_now
from models.database import Database
from models.media import EXPIRED, Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus, StageName, StageRun
from services.operations import AlreadyTold, FootageGone, SessionUnknown, StageAtWork, retry_from
from tests.consents import consent_of
from tests.liff.kitchen import ANALYSIS, COACHING
from tests.services.threads.conftest import Desk

S = StageName
USAGE = {"provider": "google", "cost_usd": 0.25}


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.sessions() as db:
        yield Desk(db)


def cook_of(desk: Desk, finished: Collection[S], parked: S | None = None, **values: Any) -> CookingSession:
    cook = desk.cook(desk.learner(), pipeline_job_id=uuid4(), video_analysis=ANALYSIS.model_dump(), **values)
    clip = Media(
        user_id=cook.user_id,
        kind=MediaKind.VIDEO,
        source=MediaSource.UPLOAD,
        state=MediaState.STORED,
        object_key=f"videos/{cook.id}.mp4",
        view_key=f"videos/{cook.id}.view.mp4",
        consent_id=consent_of(desk.db, cook.user_id),
    )
    cook.media.append(clip)
    now = database_now(desk.db)
    for stage in (*finished, *([parked] if parked else [])):
        run = StageRun(session_id=cook.id, stage=stage, job="run_stage", attempts=2, usage=USAGE)
        run.started_at = now - timedelta(seconds=3)
        if stage == parked:
            run.parked_at, run.error = now, "ProviderDown: away"
        else:
            run.finished_at = now
        desk.db.add(run)
    desk.db.flush()
    return cook


def runs_of(desk: Desk, cook: CookingSession) -> dict[str, StageRun]:
    statement = select(StageRun).where(StageRun.session_id == cook.id).order_by(col(StageRun.id))
    return {run.stage: run for run in desk.db.exec(statement.execution_options(populate_existing=True))}


def test_it_and_what_rests_on_it_is_done_anew_and_its_cost_stays(desk: Desk) -> None:
    cook = cook_of(
        desk, (S.PREPARE_VIDEO, S.ANALYZE_VIDEO, S.RETRIEVE), S.COACH_TEXT, pipeline_error="coach_text: away",
        retrieved_principles=[{"principle_id": "x"}],
    )  # fmt: skip
    stages = retry_from(desk.db, cook.id, S.ANALYZE_VIDEO)
    assert list(stages) == [S.ANALYZE_VIDEO, S.RETRIEVE, S.COACH_TEXT, S.NARRATE, S.PRODUCE_VIDEO]
    runs = runs_of(desk, cook)
    assert runs[S.PREPARE_VIDEO].finished_at is not None
    for stage in (S.ANALYZE_VIDEO, S.RETRIEVE, S.COACH_TEXT):
        run = runs[stage]
        assert (run.finished_at, run.parked_at, run.attempts, run.error) == (None, None, 0, "")
        assert run.usage == USAGE
    assert (cook.video_analysis, cook.retrieved_principles, cook.pipeline_error) == ({}, [], "")
    assert (cook.status, cook.nudge_at is not None) == (SessionStatus.PROCESSING, True)


def test_a_later_stage_leaves_what_comes_before_it(desk: Desk) -> None:
    cook = cook_of(desk, (S.ANALYZE_VIDEO, S.RETRIEVE, S.COACH_TEXT), S.NARRATE, coaching_text=COACHING.model_dump())  # fmt: skip
    retry_from(desk.db, cook.id, S.NARRATE)
    runs = runs_of(desk, cook)
    assert runs[S.NARRATE].parked_at is None
    assert runs[S.COACH_TEXT].finished_at is not None
    assert cook.video_analysis
    assert cook.status == SessionStatus.TEXT_READY


def test_a_view_is_made_anew_unless_the_clip_serves_as_it_is(desk: Desk) -> None:
    cook = cook_of(desk, (S.PREPARE_VIDEO,), S.ANALYZE_VIDEO)
    retry_from(desk.db, cook.id, S.PREPARE_VIDEO)
    assert [clip.view_key for clip in cook.videos] == [""]
    cook.videos[0].view_key = cook.videos[0].object_key
    retry_from(desk.db, cook.id, S.PREPARE_VIDEO)
    assert cook.videos[0].view_key == cook.videos[0].object_key


@pytest.mark.parametrize(
    ("stage", "values"),
    [
        (S.ANALYZE_VIDEO, {"coaching_text": COACHING.model_dump()}),
        (S.TRANSCRIBE_MEMO, {"coaching_text": COACHING.model_dump()}),
        (S.COACH_TEXT, {"coaching_text": COACHING.model_dump()}),
        (S.NARRATE, {"coaching_video_gcs_path": "videos/1.mp4"}),
        (S.PRODUCE_VIDEO, {"coaching_video_gcs_path": "videos/1.mp4"}),
        (S.PRODUCE_FILM, {"film_gcs_path": "films/1.mp4"}),
    ],
)
def test_what_the_learner_has_is_not_made_twice(desk: Desk, stage: S, values: dict[str, Any]) -> None:
    cook = cook_of(desk, (stage,), **values)
    with pytest.raises(AlreadyTold):
        retry_from(desk.db, cook.id, stage)


def test_without_its_footage_nothing_can_be_made(desk: Desk) -> None:
    cook = cook_of(desk, (), S.ANALYZE_VIDEO)
    cook.media[0].state, cook.media[0].reason = MediaState.PURGED, EXPIRED
    desk.db.flush()
    with pytest.raises(FootageGone):
        retry_from(desk.db, cook.id, S.ANALYZE_VIDEO)


def test_whoever_is_at_it_is_let_alone(desk: Desk) -> None:
    cook = cook_of(desk, (S.ANALYZE_VIDEO,), S.RETRIEVE)
    run = runs_of(desk, cook)[S.RETRIEVE]
    run.parked_at, run.lease_token = None, uuid4()
    run.due_at = database_now(desk.db) + timedelta(minutes=1)
    desk.db.flush()
    with pytest.raises(StageAtWork):
        retry_from(desk.db, cook.id, S.ANALYZE_VIDEO)
    with pytest.raises(SessionUnknown):
        retry_from(desk.db, 2**31 - 1, S.RETRIEVE)
