"""Workers killed from outside in the middle of their work, and a stage that kills every worker it meets."""

import os
import signal
from pathlib import Path

import pytest

from knowledge_base import copy
from models.chat import MessageType
from models.session import SessionStatus
from moment.supervisor import Child, Supervisor, moment
from pipeline.graph import StageName
from tests.crash.holding import analysing
from tests.crash.points import DIED
from tests.crash.process import reconciling, web, worker
from tests.crash.test_crash_sweep import cook
from tests.crash.town import PATIENCE, Town, town, wait_until
from tests.process import name_in_environment

# A lease is a second and the reconciler looks three times in one; the rest is for a busy machine.
BACK_IN_SECONDS = 20.0
POISON = f"{StageName.COACH_TEXT}: claimed, not begun"


HOLD = ("tests.crash.holding:hold_the_first_analysis",)


def without_render(made: Town) -> None:
    """All that leads to the text."""
    queues = ("conversation", "media", "models")
    port = int(made.web_url.rsplit(":", 1)[1])
    made.start(web(port), *(worker(queue) for queue in queues), reconciling())


@pytest.mark.usefixtures("database_url", "broker_url")
def test_the_work_of_a_killed_worker_is_back_in_seconds(tmp_path: Path, clip: Path, memo: Path) -> None:
    with town(tmp_path, prepare=HOLD) as made:
        without_render(made)
        learner = made.desk.learner("ゆうこ")
        cook(learner, clip, memo)
        held_by = wait_until(lambda: analysing(tmp_path), "an analysis under way")
        assert made.kill("models-1") == held_by
        wait_until(
            lambda: made.runs(learner)[StageName.ANALYZE_VIDEO].finished_at, "the analysis", BACK_IN_SECONDS
        )
        learner.wait_for_text(copy.CARD_PROBLEM, PATIENCE)
        assert made.runs(learner)[StageName.ANALYZE_VIDEO].attempt == 2
        assert made.ended == [("models-1", -signal.SIGKILL)]


@pytest.mark.usefixtures("database_url", "broker_url")
def test_the_supervisor_starts_a_killed_worker_again(tmp_path: Path, clip: Path, memo: Path) -> None:
    with town(tmp_path) as made:
        port = int(made.web_url.rsplit(":", 1)[1])
        made.start(web(port), worker("conversation"), worker("media"), reconciling())
        child = Child("worker models", moment("worker", "--queue", "models"))
        # As `moment worker` would start it, with providers that hold the first analysis.
        held = name_in_environment(
            PROVIDERS="tests.crash.holding_providers", HOLD_IN=str(tmp_path), LEASE="PT1S"
        )
        with held, Supervisor([child], quiet=True):
            learner = made.desk.learner("ゆうこ")
            cook(learner, clip, memo)
            os.kill(wait_until(lambda: analysing(tmp_path), "an analysis under way"), signal.SIGKILL)
            learner.wait_for_text(copy.CARD_PROBLEM, PATIENCE)
            assert child.restarts == 1
        assert made.runs(learner)[StageName.ANALYZE_VIDEO].attempt == 2


@pytest.mark.usefixtures("database_url", "broker_url")
def test_a_stage_that_kills_its_worker_is_given_up_and_the_learner_told_once(
    tmp_path: Path, clip: Path, memo: Path
) -> None:
    with town(tmp_path, points=[POISON], always=True) as made:
        without_render(made)
        learner = made.desk.learner("ゆうこ")
        cook(learner, clip, memo)
        told = learner.wait_for_text(copy.COACHING_FAILED, PATIENCE)
        session = made.session(learner)
        assert session.status == SessionStatus.FAILED
        assert session.pipeline_error.startswith(StageName.COACH_TEXT)
        run = made.runs(learner)[StageName.COACH_TEXT]
        assert run.attempt == 5
        assert run.parked_at is not None
        assert made.ended == [("models-1", DIED)] * 5
        # Once: the reconciler's later passes find nothing more to say.
        learner.text("どうなりましたか")
        learner.wait_for(
            lambda thread: thread.bubbles[-1].author == "bot" and thread.bubbles[-1].id != told.id, PATIENCE
        )
        failures = [m for m in made.owed() if m.meta["type"] == MessageType.COACHING_FAILED]
        assert len(failures) == 1
        assert len([b for b in learner.thread().from_bot if copy.COACHING_FAILED in b.text]) == 1
