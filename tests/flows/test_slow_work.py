"""Work that is slow, stuck or given up: nobody does it twice, nothing else waits for it, an operator frees it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlmodel import select

from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import Message, MessageType
from models.media import MediaState
from models.session import SessionStatus
from moment.resources import open_resources
from services.operations import redeliver, retry_all, retry_session
from settings import Settings
from simulator.line.client import Learner, SentMessage
from tests import quick_providers
from tests.flows.steps import (
    card_of,
    command,
    cook,
    media_of,
    media_once,
    message_once,
    replies,
    send_video,
    session_once,
    tap,
    wait_for_words,
    words,
)
from tests.media_files import make
from tests.quick_providers import new_script, script
from tests.system import WAIT, System, pick, start_system

LEASE = timedelta(seconds=1)


@pytest.fixture
def short_leases(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """Every answer takes longer than a lease, and the reconciler looks ten times meanwhile."""
    new_script()
    with start_system(tmp_path, settings, lease=LEASE, reconcile_every=LEASE / 3) as running:
        yield running


@pytest.fixture
def gates(system: System) -> Iterator[dict[str, Event]]:
    """The providers' calls that wait, each until its event is set."""
    events: dict[str, Event] = {}

    def wait(call: str) -> None:
        if call in events:
            assert events[call].wait(WAIT * 2)

    script.before = wait
    yield events
    for event in events.values():
        event.set()


def has_calls(call: str, times: int) -> Callable[[object], bool]:
    return lambda _: script.calls.count(call) == times


def question_row(system: System, question: SentMessage) -> Message:
    with system.database.transaction() as db:
        return db.exec(select(Message).where(Message.line_message_id == question.message_id)).one()


def answers_to(learner: Learner, question: SentMessage) -> list[str]:
    return [bubble.text for bubble in learner.thread().from_bot if bubble.quoted_id == question.message_id]


def test_an_answer_that_takes_longer_than_a_lease_is_paid_for_once(short_leases: System) -> None:
    system = short_leases
    thinks, others_have_looked = Event(), Event()

    def think(call: str) -> None:
        if call == "answer":
            thinks.set()
            assert others_have_looked.wait(WAIT)

    script.before = think
    learner = system.learner()
    question = learner.text("どうですか")
    assert thinks.wait(WAIT)
    row_id = question_row(system, question).id
    end = utc_now() + LEASE * 2.5
    with open_resources(system.settings, quick_providers.build) as other_process:
        while utc_now() < end:
            with system.database.transaction() as db:
                db.get_one(Message, row_id, with_for_update=True).nudge_at = utc_now()
            other_process.reconciler.pass_once()  # unless the system's own is quicker
            other_process.answers.answer(row_id)
    assert question_row(system, question).lease_token is not None
    others_have_looked.set()
    learner.wait_for(lambda _: answers_to(learner, question), WAIT, what="the answer")
    assert answers_to(learner, question) == [script.answer]
    assert script.calls.count("answer") == 1
    row = question_row(system, question)
    assert (row.attempts, row.error, row.due_at) == (1, "", None)


def test_answers_and_preparation_go_on_while_models_and_rendering_are_stuck(
    system: System, clip: Path, gates: dict[str, Event], tmp_path: Path
) -> None:
    gates["speak"] = Event()
    rendering = [system.learner(name) for name in ("はな", "けん")]
    for learner in rendering:
        cook(learner, clip)
    rendering[0].wait_for(
        has_calls("speak", system.settings.video_threads), WAIT, what="the renderer to be busy"
    )
    gates["analyze"] = Event()
    looking = [system.learner(name) for name in ("まり", "じろう")]
    for learner in looking:
        pick(learner)
        send_video(learner, clip)
    looking[0].wait_for(
        has_calls("analyze", len(rendering) + system.settings.model_threads),
        WAIT,
        what="the analyst to be busy",
    )

    asking = rendering[0]
    question = asking.text("卵はいつ入れますか")
    asking.wait_for(lambda _: answers_to(asking, question), WAIT, what="an answer")
    assert answers_to(asking, question) == [script.answer]
    late = system.learner("さくら")
    pick(late)
    turned = make(tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(clip), "-c", "copy")
    message = send_video(late, turned)
    video = media_once(system, late, message, lambda video: video.view_key)
    assert video.state == MediaState.STORED
    assert system.runs(system.session(late))["prepare_video"].finished_at

    assert all(system.session(learner).video_analysis == {} for learner in (*looking, late))
    assert not asking.thread().of_type("video")
    for event in gates.values():
        event.set()
    for learner in (*looking, late):
        tap(learner, phrasebook.MEMO_SKIP_LABEL)
        card_of(learner)
    asking.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")


def test_an_operator_frees_a_download_and_the_message_that_told_of_it(
    unforgiving: System, clip: Path
) -> None:
    system = unforgiving
    learner = system.learner()
    system.desk.fault("content", status=500)
    system.desk.fault("push", status=400, message="The body is wrong", times=1)
    pick(learner)
    message = send_video(learner, clip)
    notice = message_once(system, learner, MessageType.COACHING_FAILED, lambda message: message.parked_at)
    session = session_once(system, learner, lambda session: session.status == SessionStatus.FAILED)
    assert session.pipeline_error.startswith("fetch_video: ContentUnavailable")
    assert media_of(system, message).parked_at
    assert phrasebook.TRY_LATER in words(replies(learner, learner.sticker))
    system.desk.clear_faults()
    with command(system) as db:
        assert retry_session(db, session.id) == ["fetch_video"]
        assert redeliver(db, session.id) == 1
    wait_for_words(learner, phrasebook.VIDEO_NOT_FETCHED)
    session = session_once(system, learner, lambda session: session.video_analysis)
    assert (session.pipeline_error, session.id) == ("", notice.session_id)
    video = media_of(system, message)
    assert (video.state, video.parked_at, video.attempts) == (MediaState.STORED, None, 1)
    assert phrasebook.ASK_MEMO in words(replies(learner, learner.sticker))
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    with command(system) as db:
        assert retry_session(db, session.id) == []


def test_an_operator_frees_all_that_was_given_up_at_once(unforgiving: System, clip: Path) -> None:
    system = unforgiving
    learners = [system.learner(name) for name in ("はな", "けん")]
    system.desk.fault("content", status=500)
    system.desk.fault("push", status=400, message="The body is wrong", times=3)
    replies(learners[0], learners[0].sticker)
    system.desk.fault("reply", status=400, message="The body is wrong", times=1)
    learners[0].sticker()  # a notice of no session
    for learner in learners:
        pick(learner)
        send_video(learner, clip)
        session_once(system, learner, lambda session: session.status == SessionStatus.FAILED)
        message_once(system, learner, MessageType.COACHING_FAILED, lambda message: message.parked_at)
    system.desk.clear_faults()
    with command(system) as db:
        assert retry_all(db) == (2, 3)
    for learner in learners:
        session_once(system, learner, lambda session: session.video_analysis)
    with command(system) as db:
        assert retry_all(db) == (0, 0)


def test_an_operator_frees_a_memo_that_was_given_up(unforgiving: System, memo: Path) -> None:
    system = unforgiving
    learner = system.learner()
    pick(learner)
    system.desk.fault("content", status=500)
    message = learner.audio(memo)
    media_once(system, learner, message, lambda memo: memo.parked_at)
    session = system.session(learner)
    assert session.status == SessionStatus.PENDING_UPLOAD  # without a memo the coaching goes on
    assert learner.thread().find(phrasebook.COACHING_FAILED) is None
    system.desk.clear_faults()
    with command(system) as db:
        assert retry_session(db, session.id) == ["fetch_memo"]
    assert session_once(system, learner, lambda session: session.structured_input).voice_transcript
