"""A bad hour outside: no attempt is spent, each learner hears of it once, and everything resumes alone."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select

from jobs.leases import LEASED, make_due
from knowledge_base import phrasebook
from models.chat import Message, MessageType
from models.media import Media, MediaState
from models.session import CookingSession, SessionStatus, StageName, StageRun
from pipeline.providers.ports import ProviderError
from settings import Settings
from simulator.line.client import Learner
from tests.flows.steps import answers, card_of, wait_for_words, words
from tests.jobs.test_breaker import let_pass
from tests.quick_providers import new_script, script
from tests.system import WAIT, System, pick, start_system

LEARNERS = 40
STEP = timedelta(minutes=30)  # more than the longest pause


class Away(ProviderError):
    outage = True


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """As in production: the first pause is two seconds, each further one half of the time so far."""
    new_script()
    with start_system(tmp_path, settings) as running:
        yield running


def be_away(*calls: str) -> None:
    def fail(call: str) -> None:
        if call in calls:
            raise Away(f"{call} is away")

    script.before = fail


def no_videos(call: str) -> None:
    """They take long to make."""
    if call == "narration":
        raise ProviderError("paused by the test")


def pass_time(system: System, learner: Learner) -> None:
    """Once nobody is at anything. The clock is the database's: what waits is moved back instead."""

    def nobody_works(_: object) -> bool:
        with system.database.transaction() as db:
            return not any(
                db.execute(select(table.lease_token).where(col(table.lease_token).is_not(None))).first()
                for table in LEASED
            )

    learner.wait_for(nobody_works, WAIT, what="the end of every try")
    with system.database.transaction() as db:
        for table in LEASED:
            moved = {name: getattr(table, name) - STEP for name in ("due_at", "nudge_at", "away_since")}
            db.execute(update(table).where(col(table.nudge_at).is_not(None)).values(**moved))
    let_pass(system.database, STEP)


def wait_for_all_once_back(system: System, learner: Learner, count: Callable[[], int], what: str) -> None:
    """What was refused while another found the service back looks again within a minute, here at once."""

    def are_all_there(_: object) -> bool:
        with system.database.transaction() as db:
            for table in (Media, StageRun):
                # Those only that are not due yet: to be made due again and again puts off their nudge.
                still_away = col(table.away_since).is_not(None), col(table.due_at) > func.now()
                make_due(db, table, *still_away, col(table.nudge_at).is_not(None))
        return count() >= LEARNERS

    learner.wait_for(are_all_there, WAIT * 2, what=f"{what} of all learners")


def wait_for_all(learner: Learner, count: Callable[[], int], what: str) -> None:
    learner.wait_for(lambda _: count() >= LEARNERS, WAIT * 2, what=f"{what} of all learners")


def test_hours_of_outages_end_no_session(system: System, clip: Path) -> None:
    learners = [system.learner(f"学び手{number}") for number in range(LEARNERS)]
    anyone = learners[0]

    def failed_downloads() -> int:
        return len([c for c in system.desk.log(path="/content") if c.status == 400])

    def rows(table: type[Media] | type[StageRun], *where: ColumnElement[bool] | bool) -> int:
        with system.database.transaction() as db:
            return len(db.exec(select(table).where(*where)).all())

    def waiting(table: type[Media] | type[StageRun], *where: ColumnElement[bool] | bool) -> int:
        return rows(table, col(table.away_since).is_not(None), col(table.due_at) > func.now(), *where)

    system.desk.fault("content", status=400)
    for learner in learners:
        pick(learner)
        learner.video(clip)
    for _ in range(3):  # ninety minutes of LINE's
        wait_for_all(anyone, lambda: waiting(Media), "the downloads' waiting")
        pass_time(system, anyone)
    wait_for_all(anyone, lambda: waiting(Media), "the downloads' waiting")
    assert failed_downloads() < LEARNERS  # in all that time
    be_away("analyze")
    system.desk.clear_faults()
    pass_time(system, anyone)
    wait_for_all_once_back(system, anyone, lambda: rows(Media, Media.state == MediaState.STORED), "the clips")
    looks = StageRun.stage == StageName.ANALYZE_VIDEO
    for _ in range(4):  # two hours of the model's
        wait_for_all(anyone, lambda: waiting(StageRun, looks), "the looks' waiting")
        pass_time(system, anyone)
    wait_for_all(anyone, lambda: waiting(StageRun, looks), "the looks' waiting")
    assert script.calls.count("analyze") < LEARNERS
    with system.database.transaction() as db:
        assert {session.status for session in db.exec(select(CookingSession))} <= {
            SessionStatus.PROCESSING,
            SessionStatus.PENDING_UPLOAD,
        }
        runs = db.exec(select(StageRun).where(StageRun.stage == StageName.ANALYZE_VIDEO)).all()
        assert {run.parked_at for run in runs} == {None}
        assert max(run.attempts for run in runs) <= 1
        told = db.exec(select(Message).where(Message.kind == MessageType.STILL_WORKING)).all()
        assert len(told) == len({message.session_id for message in told}) == LEARNERS
    notice = wait_for_words(anyone, phrasebook.WAITING_OUT.split("。")[0])
    assert "時までには" in (notice.text or "")

    script.before = no_videos
    for learner in learners:
        learner.postback(f"action=skip_memo&session_id={system.session(learner).id}")
    pass_time(system, anyone)
    coached = StageRun.stage == StageName.COACH_TEXT, col(StageRun.finished_at).is_not(None)
    wait_for_all_once_back(system, anyone, lambda: rows(StageRun, *coached), "the texts")
    for learner in learners:
        card_of(learner)


def test_a_full_disk_is_waited_out(system: System, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_full_disk(path: str, flags: int) -> int:
        return os.open("/dev/full", os.O_WRONLY)  # the kernel's own "no space left on device"

    def media_waits(_: object) -> bool:
        return [row.away_since is not None for row in system.media(learner)] == [True]

    learner = system.learner()
    pick(learner)
    with monkeypatch.context() as full:
        full.setattr("storage.local._open_private", open_full_disk)
        learner.video(clip)
        learner.wait_for(media_waits, WAIT, what="the first try")
    pass_time(system, learner)
    learner.wait_for(lambda _: system.media(learner)[0].is_stored, WAIT, what="the clip")
    assert system.media(learner)[0].attempts == 1


def test_a_question_asked_in_an_outage_is_answered_when_it_is_over(system: System) -> None:
    learner = system.learner()
    be_away("answer")
    question = learner.text("卵はいつ入れますか")
    learner.wait_for(lambda _: "answer" in script.calls, WAIT, what="the first try")
    pass_time(system, learner)
    notice = wait_for_words(learner, phrasebook.ANSWER_WAITS.split("。")[0])
    assert "質問はお預かりしていて" in (notice.text or "")
    script.before = lambda call: None
    pass_time(system, learner)
    learner.wait_for(
        lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT, what="the answer"
    )
    assert script.calls.count("answer") == 3


def test_who_asks_whether_to_send_again_after_a_failure_gets_a_yes_and_the_way(
    system: System, clip: Path
) -> None:
    script.before = lambda call: (_ for _ in ()).throw(ValueError("broken")) if call == "analyze" else None
    learner = system.learner()
    pick(learner)
    learner.video(clip)
    for number in range(1, 6):
        learner.wait_for(lambda _: script.calls.count("analyze") >= number, WAIT, what="a look")  # noqa: B023
        pass_time(system, learner)
    wait_for_words(learner, phrasebook.COACHING_FAILED)
    answer = answers(learner, lambda: learner.text("もう一度送っていいですか？"))
    assert words(answer).startswith(phrasebook.SEND_AGAIN)
    assert "チャーハン" in words(answer)
    assert "answer" not in script.calls
