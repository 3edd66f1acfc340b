"""Workers killed from outside in the middle of their work, and work that kills every worker it meets."""

import os
import signal
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.owed import PUSH
from desk.stack import Worker
from desk.supervisor import Child, Supervisor
from jobs.inbox import MAX_ATTEMPTS as EVENT_ATTEMPTS
from jobs.leases import TRIES_BESIDE_OTHERS
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.chat import Message, MessageType
from models.inbox import InboxSubject
from models.media import MediaKind
from models.session import SessionStatus, StageName
from pipeline.answers import MAX_ATTEMPTS as ANSWER_ATTEMPTS
from pipeline.outcomes import DIED as WORKER_DIED
from settings import Settings
from simulator.line.client import Learner
from tests import quick_providers
from tests.crash.holding import hold_first, holder, run_holding_part
from tests.crash.points import DIED, POISON_EVENT, POISON_QUESTION, POISON_STAGE, POISON_VIDEO
from tests.crash.test_crash_sweep import QUESTION, cook
from tests.crash.town import PATIENCE, WITHOUT_RENDERING, Town, start_town

# Where a second try is counted: long enough for a busy machine, so that only the dead lose theirs.
LEASE = timedelta(seconds=5)
# The reconciler looks three times in a second; the rest is for a busy machine.
BACK_IN_SECONDS = 40.0


def test_the_work_of_a_killed_worker_is_back_in_seconds(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    hold = partial(hold_first, "analyze")
    with start_town(tmp_path, settings, queues=WITHOUT_RENDERING, prepare=[hold], lease=LEASE) as town:
        learner = town.desk.learner("ゆうこ")
        cook(town, learner, clip, memo)
        holder_id = town.wait_until(lambda: holder("analyze", tmp_path), "an analysis under way")
        assert town.launcher.kill("worker models") == holder_id
        town.wait_until(
            lambda: town.runs(learner)[StageName.ANALYZE_VIDEO].finished_at, "the analysis", BACK_IN_SECONDS
        )
        learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        assert town.runs(learner)[StageName.ANALYZE_VIDEO].attempts == 2
        assert town.deaths == [("worker models", -signal.SIGKILL)]


@pytest.mark.parametrize(
    ("deaf", "times"), [(False, 2), (True, 1)], ids=["interrupted", "in a call that nothing interrupts"]
)
def test_workers_told_to_stop_again_and_again_spend_no_attempt(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path, deaf: bool, times: int
) -> None:
    hold = partial(hold_first, "analyze", times=times, deaf=deaf)
    # The lease outlasts the test: who comes after has got it back.
    lease = timedelta(seconds=PATIENCE)
    with start_town(tmp_path, settings, queues=WITHOUT_RENDERING, prepare=[hold], lease=lease) as town:
        learner = town.desk.learner("ゆうこ")
        cook(town, learner, clip, memo)
        for number in range(times):
            pid = town.wait_until(partial(holder, "analyze", tmp_path, number), "an analysis under way")
            assert town.launcher.kill("worker models", signal.SIGTERM) == pid
            town.wait_until(lambda: town.deaths[number:], "the worker's end", 12.0)  # noqa: B023 - called here
        learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        assert town.runs(learner)[StageName.ANALYZE_VIDEO].attempts == 1
        assert town.deaths == [("worker models", 0)] * times


def test_the_supervisor_starts_a_killed_worker_again(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    queues = [queue for queue in WITHOUT_RENDERING if queue is not Queue.MODELS]
    with start_town(tmp_path, settings, queues=queues, lease=LEASE) as town:
        # As `moment worker` would start it, with providers that hold the first analysis.
        arguments = (Worker(Queue.MODELS), town.settings, tmp_path)
        child = Child("worker models", run_holding_part, arguments, tmp_path / "supervised.log")
        with Supervisor([child]):
            learner = town.desk.learner("ゆうこ")
            cook(town, learner, clip, memo)
            pid = town.wait_until(lambda: holder("analyze", tmp_path), "an analysis under way")
            os.kill(pid, signal.SIGKILL)
            learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
            assert child.restarts == 1
        assert town.runs(learner)[StageName.ANALYZE_VIDEO].attempts == 2


def test_a_stage_that_kills_its_worker_is_given_up_and_the_learner_told_once(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    poison = [POISON_STAGE.name]
    with start_town(tmp_path, settings, queues=WITHOUT_RENDERING, points=poison, always=True) as town:
        learner = town.desk.learner("ゆうこ")
        cook(town, learner, clip, memo)
        failure = learner.wait_for_text(phrasebook.COACHING_FAILED, PATIENCE)
        session = town.session(learner)
        assert session.status == SessionStatus.FAILED
        assert session.pipeline_error == f"{StageName.COACH_TEXT}: {WORKER_DIED}"
        run = town.runs(learner)[StageName.COACH_TEXT]
        assert run.attempts == town.settings.max_attempts + 1
        assert run.parked_at is not None
        assert town.deaths == [("worker models", DIED)] * town.settings.max_attempts
        # Once: the reconciler's later passes find nothing more to say.
        learner.sticker()
        learner.wait_for(
            lambda thread: thread.bubbles[-1].author == "bot" and thread.bubbles[-1].id != failure.id,
            PATIENCE,
        )
        failures = [m for m in town.owed() if m.kind == MessageType.COACHING_FAILED]
        assert len(failures) == 1
        assert len([b for b in learner.thread().from_bot if phrasebook.COACHING_FAILED in b.text]) == 1


def die_of(name: str, folder: Path) -> None:
    """In the child: the coaching of a learner of this name ends the process, once the test says so; looks of others
    go on when it says so."""

    def wait_for(file: str) -> None:
        while not (folder / file).exists():
            threading.Event().wait(0.02)

    def before(call: str) -> None:
        if call == "coaching_text" and getattr(quick_providers.script.briefs[-1], "first_name", "") == name:
            wait_for("die")
            os._exit(DIED)
        if call == "analyze" and (folder / "slow").exists():
            wait_for("go on")

    quick_providers.script.before = before


def test_work_that_kills_its_worker_takes_no_innocent_work_along_for_ever(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    prepare = [partial(die_of, "どく")]
    lease = timedelta(seconds=2)
    with start_town(tmp_path, settings, queues=WITHOUT_RENDERING, prepare=prepare, lease=lease) as town:
        deadly, innocent = town.desk.learner("どく"), town.desk.learner("はな")
        cook(town, deadly, clip, memo)
        town.wait_until(lambda: is_at_work(town, deadly, StageName.COACH_TEXT), "the deadly work")
        (tmp_path / "slow").touch()
        innocent.follow()
        town.agree(innocent)
        innocent.postback("action=dish&slug=fried-rice")
        innocent.video(clip)
        innocent.audio(memo)
        town.wait_until(lambda: is_at_work(town, innocent, StageName.ANALYZE_VIDEO), "the innocent work")
        (tmp_path / "die").touch()
        log = town.launcher.trial.log("worker models")
        town.wait_until(lambda: "whose turn comes later" in log.read_text(), "the deadly work to be put back")
        (tmp_path / "go on").touch()
        innocent.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
        deadly.wait_for_text(phrasebook.COACHING_FAILED, PATIENCE)
        assert town.deaths == [("worker models", DIED)] * town.settings.max_attempts
        # Died with the deadly one twice, and no more.
        assert town.runs(innocent)[StageName.ANALYZE_VIDEO].attempts <= TRIES_BESIDE_OTHERS + 1


def is_at_work(town: Town, learner: Learner, stage: StageName) -> bool:
    run = town.runs(learner).get(stage) if town.sessions(learner) else None
    return run is not None and run.lease_token is not None


def test_a_video_that_kills_who_looks_into_it_is_given_up_and_the_learner_told(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    queues = [Queue.CONVERSATION, Queue.MEDIA]
    with start_town(tmp_path, settings, queues=queues, points=[POISON_VIDEO.name], always=True) as town:
        learner = town.desk.learner("ゆうこ")
        cook(town, learner, clip, memo)
        learner.wait_for_text(phrasebook.VIDEO_NOT_FETCHED, PATIENCE)
        (video,) = [media for media in town.media(learner) if media.kind == MediaKind.VIDEO]
        assert (video.attempts, video.error) == (town.settings.max_attempts + 1, WORKER_DIED)
        assert video.parked_at is not None
        assert town.session(learner).status == SessionStatus.FAILED
        assert town.deaths == [("worker media", DIED)] * town.settings.max_attempts


def test_an_event_that_kills_its_process_is_given_up_and_the_next_ones_are_handled(
    settings: Settings, tmp_path: Path
) -> None:
    queues = [Queue.CONVERSATION]
    with start_town(tmp_path, settings, queues=queues, points=[POISON_EVENT.name], always=True) as town:
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        learner.wait_for_text(phrasebook.CHOOSE_DISH_ALT, PATIENCE)
        learner.sticker()
        learner.location(35.0, 135.0)
        learner.wait_for_text(phrasebook.phrase("something_wrong"), PATIENCE)
        learner.wait_for_text(phrasebook.LOCATION_RECEIVED, PATIENCE)
        town.wait_until(town.is_at_rest, "the end of all work")
        assert town.deaths == [("worker conversation", DIED)] * EVENT_ATTEMPTS
        follow, sticker, location = town.events()
        assert (follow.outcome, location.outcome) == ("follow", "anything_else")
        assert (sticker.outcome, sticker.error) == ("failed", "its handler ended the process that ran it")
        apologies = [m for m in town.owed() if m.text == phrasebook.phrase("something_wrong")]
        assert [message.delivered_by for message in apologies] == [PUSH]
        with town.database.transaction() as db:
            subject = db.get_one(InboxSubject, 1)
        assert subject.attempts == 0


@pytest.mark.parametrize("other", ["another worker", "the same, started again"])
def test_a_question_whose_worker_is_killed_is_answered_once_by_the_next(
    settings: Settings, tmp_path: Path, other: str
) -> None:
    workers = 2 if other == "another worker" else 1
    queues = [Queue.CONVERSATION, *[Queue.ANSWERS] * workers]
    with start_town(
        tmp_path, settings, queues=queues, prepare=[partial(hold_first, "answer")], lease=LEASE
    ) as town:
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        learner.text(QUESTION)
        holder_id = town.wait_until(lambda: holder("answer", tmp_path), "an answer under way")
        (name,) = [
            name
            for name in ("worker answers", "worker answers 2")[:workers]
            if town.launcher.process_id(name) == holder_id
        ]
        town.launcher.kill(name)
        learner.wait_for_text(quick_providers.script.answer, PATIENCE)
        town.wait_until(town.is_at_rest, "the end of all work")
        assert town.deaths == [(name, -signal.SIGKILL)]
        (answer,) = _answers(town)
        with town.database.transaction() as db:
            question = db.get_one(Message, answer.answers_id)
        assert question.attempts == 2
        assert answer.delivered_at is not None
        answers = [b for b in learner.thread().from_bot if quick_providers.script.answer in b.text]
        assert len(answers) == 1


def test_a_question_that_kills_its_worker_is_given_up_with_an_apology(
    settings: Settings, tmp_path: Path
) -> None:
    queues = [Queue.CONVERSATION, Queue.ANSWERS]
    with start_town(tmp_path, settings, queues=queues, points=[POISON_QUESTION.name], always=True) as town:
        learner = town.desk.learner("ゆうこ")
        learner.follow()
        learner.text(QUESTION)
        learner.wait_for_text(phrasebook.phrase("thinking_failed"), PATIENCE)
        town.wait_until(town.is_at_rest, "the end of all work")
        assert len(_answers(town)) == 1
        assert town.deaths == [("worker answers", DIED)] * ANSWER_ATTEMPTS


def _answers(town: Town) -> list[Message]:
    return [message for message in town.owed() if message.kind == MessageType.ANSWER]
