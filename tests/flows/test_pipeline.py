"""From video to coaching: what a session goes through, and what becomes of stages that fail."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from jobs.queue import Job
from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import MessageType
from models.coaching import Unclear
from models.dish import UserDishProgress
from models.learner import LearnerState
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus, StageName, StageRun
from pipeline import intake
from pipeline.media.probe import VideoFacts
from pipeline.media.view import make_view
from pipeline.providers.ports import CoachingBrief, ProviderError
from pipeline.stages import prepare_video
from services.operations import redeliver, retry_from, retry_session
from settings import Settings
from storage.keys import new_media_key
from tests.flows.conftest import AT_ONCE
from tests.flows.steps import (
    card_of,
    command,
    cook,
    media_of,
    message_once,
    object_key_of,
    replies,
    send_video,
    session_once,
    skip_and_rate,
    tap,
    wait_for_words,
    words,
)
from tests.quick_providers import new_script, script
from tests.system import WAIT, System, pick, start_system


@pytest.fixture
def impatient(settings: Settings, tmp_path: Path) -> Iterator[System]:
    """Does not wait for a memo, and gives up after two tries."""
    new_script()
    grace = timedelta(seconds=1)
    with start_system(tmp_path, settings, memo_grace=grace, retry_backoff=AT_ONCE, max_attempts=2) as running:
        yield running


def failing(*calls: str, times: int = 100) -> None:
    """The next calls of these names fail."""
    failures = dict.fromkeys(calls, times)

    def before(call: str) -> None:
        if failures.get(call, 0) > 0:
            failures[call] -= 1
            raise ProviderError(f"{call} is away")

    script.before = before


def test_the_status_moves_step_by_step_and_every_stage_is_on_record(
    system: System, clip: Path, memo: Path
) -> None:
    statuses: list[str] = []

    def note(call: str) -> None:
        statuses.append(system.session(learner).status)

    learner = system.learner()
    pick(learner)
    statuses.append(system.session(learner).status)
    memo_message = learner.audio(memo)
    session_once(system, learner, lambda session: session.structured_input)
    script.before = note
    script.calls.clear()
    send_video(learner, clip)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    session = system.session(learner)
    assert script.calls == ["analyze", "reconsider", "coaching_text", "narration", "speak"]
    assert [*statuses, session.status] == [
        "pending_upload",
        "processing",
        "processing",
        "processing",
        "text_ready",
        "text_ready",
        "completed",
    ]
    runs = system.runs(session)
    assert set(runs) == set(StageName) - {
        StageName.PREPARE_VIDEO,  # the clip is its own view
        StageName.PRODUCE_FILM,  # of a third attempt
    }
    for run in runs.values():
        assert run.started_at
        assert run.finished_at
        assert run.started_at <= run.finished_at
        assert (run.attempts, run.error, run.parked_at) == (1, "", None)
    costly = {stage for stage, run in runs.items() if run.usage.get("provider") == "quick"}
    assert costly == {
        "transcribe_memo",
        "extract_entities",
        "analyze_video",
        "retrieve",
        "coach_text",
        "narrate",
        "produce_video",
    }
    assert session.pipeline_job_id
    assert session.pipeline_started_at
    assert session.retrieved_principles
    assert session.voice_memo_url == object_key_of(system, memo_message)
    messages = system.messages(session)
    assert [message.kind for message in messages].count(MessageType.COOKING_VIDEO) == 1
    for message in messages:
        assert message.meta == {"type": message.kind, "session_id": session.id}


def test_a_video_is_uploaded_before_it_is_processed(
    uncoached: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = script.before
    statuses: list[SessionStatus] = []

    def make_and_note(source: Path, facts: VideoFacts, into: Path) -> Path:
        statuses.append(uncoached.session(learner).status)
        return make_view(source, facts, into)

    def note_and_pause(call: str) -> None:
        statuses.append(uncoached.session(learner).status)
        pause(call)

    monkeypatch.setattr(intake, "serves_as_view", lambda _facts: False)
    monkeypatch.setattr(prepare_video, "make_view", make_and_note)
    script.before = note_and_pause
    learner = uncoached.learner()
    pick(learner)
    message = send_video(learner, clip)
    session = session_once(uncoached, learner, lambda session: session.status == SessionStatus.PROCESSING)
    learner.wait_for(lambda _: len(statuses) == 2, WAIT, what="the analysis")
    assert statuses == [SessionStatus.UPLOADED, SessionStatus.PROCESSING]
    video = media_of(uncoached, message)
    assert (session.video and session.video.id, session.raw_video_url) == (video.id, video.object_key)
    assert video.facts["duration_seconds"] == pytest.approx(6, abs=0.5)


def test_a_clip_of_which_nothing_can_be_told_is_asked_for_again_at_the_first_try(
    text_only: System, clip: Path
) -> None:
    """It had been taken for usable: its receipt and the session's state go back with it, and no attempt is spent."""
    for reason in Unclear:
        script.unclear = reason
        script.calls.clear()
        learner = text_only.learner()
        pick(learner)
        seen = send_video(learner, clip)
        assert wait_for_words(learner, phrasebook.VIDEO_REJECTED[reason]).via == "push"
        session = text_only.session(learner)
        assert (session.status, session.video) == (SessionStatus.PENDING_UPLOAD, None)
        assert media_of(text_only, seen).reason == reason.value
        assert script.calls.count("analyze") == 1
    script.unclear = None
    learner.video(clip)
    again = session_once(text_only, learner, lambda session: session.video_analysis)
    assert (again.id, again.session_number) == (session.id, 1)


def test_a_stage_that_keeps_failing_is_parked_told_once_and_retried_by_an_operator(
    system: System, clip: Path
) -> None:
    learner = system.learner()
    failing("analyze")
    pick(learner)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    assert wait_for_words(learner, phrasebook.COACHING_FAILED).via == "push"
    session = session_once(system, learner, lambda session: session.status == SessionStatus.FAILED)
    run = system.runs(session)["analyze_video"]
    assert (run.attempts, run.parked_at is not None) == (5, True)
    assert session.pipeline_error == "analyze_video: ProviderError: analyze is away"
    assert (
        words(replies(learner, learner.sticker)) == f"{phrasebook.STICKER_RECEIVED}\n{phrasebook.TRY_LATER}"
    )
    script.before = lambda call: None
    with command(system) as db:
        assert retry_session(db, session.id) == ["analyze_video"]
        assert redeliver(db, session.id) == 0
    card_of(learner)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    assert system.session(learner).status == SessionStatus.COMPLETED
    assert len([b for b in learner.thread().from_bot if b.text == phrasebook.COACHING_FAILED]) == 1
    with command(system) as db:
        assert redeliver(db, session.id) == 0


def test_a_coach_has_a_coaching_made_anew_from_the_look_on(impatient: System, clip: Path) -> None:
    learner = impatient.learner()
    failing("coaching_text")
    pick(learner)
    send_video(learner, clip)
    session = session_once(impatient, learner, lambda session: session.status == SessionStatus.FAILED)
    script.before = lambda call: None
    script.calls.clear()
    with command(impatient) as db:
        retry_from(db, session.id, StageName.ANALYZE_VIDEO)
    card_of(learner)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    assert script.calls == ["analyze", "reconsider", "coaching_text", "narration", "speak"]
    assert impatient.session(learner).status == SessionStatus.COMPLETED


def test_a_cook_that_failed_may_be_cooked_again(impatient: System, clip: Path) -> None:
    learner = impatient.learner()
    failing("analyze")
    pick(learner)
    send_video(learner, clip)
    wait_for_words(learner, phrasebook.COACHING_FAILED)
    script.before = lambda call: None
    learner.postback("action=dish&slug=fried-rice")
    session_once(impatient, learner, lambda session: session.status == SessionStatus.PENDING_UPLOAD)
    send_video(learner, clip)
    card_of(learner)
    (session,) = impatient.sessions(learner)
    assert session.session_number == 1


def test_a_video_that_cannot_be_made_leaves_the_text_and_is_told(impatient: System, clip: Path) -> None:
    learner = impatient.learner()
    failing("speak")
    cook(learner, clip)
    assert wait_for_words(learner, phrasebook.VIDEO_FAILED).via == "push"
    session = session_once(impatient, learner, lambda session: session.status == SessionStatus.FAILED)
    assert session.coaching_text
    assert words(replies(learner, lambda: learner.text("料理を選ぶ"))) == phrasebook.TRIAL_USED


@pytest.mark.parametrize("call", ["transcribe", "extract_entities"])
def test_without_its_memo_the_coaching_goes_on(impatient: System, clip: Path, memo: Path, call: str) -> None:
    failing(call, "narration")
    learner = impatient.learner()
    pick(learner)
    learner.audio(memo)
    send_video(learner, clip)
    card_of(learner)
    session = impatient.session(learner)
    stage = "transcribe_memo" if call == "transcribe" else "extract_entities"
    assert impatient.runs(session)[stage].parked_at
    assert session.structured_input == {}
    assert learner.thread().find(phrasebook.COACHING_FAILED) is None


def test_without_a_memo_in_its_time_the_coaching_goes_on(impatient: System, clip: Path) -> None:
    failing("narration")
    learner = impatient.learner()
    pick(learner)
    send_video(learner, clip)
    card_of(learner)
    session = impatient.session(learner)
    assert (session.memo, session.voice_transcript, session.structured_input) == (None, "", {})
    assert not session.memo_skipped
    assert not {"transcribe_memo", "extract_entities"} & set(impatient.runs(session))


def test_a_memo_within_its_time_is_waited_for_and_answered(text_only: System, clip: Path, memo: Path) -> None:
    learner = text_only.learner()
    pick(learner)
    send_video(learner, clip)
    session = session_once(text_only, learner, lambda session: session.video_analysis)
    assert "retrieve" not in text_only.runs(session)
    learner.audio(memo)
    card_of(learner)
    brief = next(brief for brief in script.briefs if isinstance(brief, CoachingBrief))
    assert brief.transcript == script.transcript
    assert brief.structured_input.questions == [script.transcript]


def test_a_memo_in_another_language_is_said_to_be_not_understood_and_nothing_is_made_of_it(
    text_only: System, clip: Path, memo: Path
) -> None:
    script.transcript = "The rice was a bit soggy. How can I make it fluffy next time?"
    learner = text_only.learner()
    pick(learner)
    send_video(learner, clip)
    learner.audio(memo)
    card_of(learner)
    assert phrasebook.MEMO_NOT_JAPANESE in wait_for_words(learner, "おつかれさまでした").text
    brief = next(brief for brief in script.briefs if isinstance(brief, CoachingBrief))
    assert (brief.transcript, brief.structured_input.questions) == ("", [])
    assert text_only.session(learner).coaching_text["memo_answers"] == []


def test_the_coach_is_told_of_the_ratings_and_the_sessions_before(text_only: System, clip: Path) -> None:
    learner = text_only.learner(paying=True)
    script.fault = "egg_set_early"
    cook(learner, clip)
    session_once(text_only, learner, lambda session: session.coaching_text_delivered_at is not None)
    with text_only.database.transaction() as db:
        db.exec(select(CookingSession)).one().status = SessionStatus.COMPLETED
    pick(learner)
    session = text_only.session(learner)
    assert session.session_number == 2
    for aspect in ("appearance", "taste", "texture", "aroma"):
        learner.postback(f"action=rate&session_id={session.id}&aspect={aspect}&value=2")
    session_once(text_only, learner, lambda session: len(session.self_ratings) == 4)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    learner.wait_for(
        lambda t: len([b for b in t.of_type("flex") if phrasebook.CARD_PROBLEM in b.text]) == 2, WAIT
    )
    second = [
        brief for brief in script.briefs if isinstance(brief, CoachingBrief) and brief.session_number == 2
    ]
    assert second[0].self_ratings == dict.fromkeys(("appearance", "taste", "texture", "aroma"), 2)
    assert [past.fault for past in second[0].past_sessions] == ["egg_set_early"]
    assert second[0].days_since_last == 0
    with text_only.database.transaction() as db:
        state = db.exec(select(LearnerState)).one()
        progress = db.exec(select(UserDishProgress)).one()
    assert state.recurring_mistakes == [{"mistake": "egg_set_early", "seen_count": 2}]
    assert [entry["session"] for entry in state.session_summaries] == [1, 2]
    assert state.skills_developing == ["moisture_control", "heat_management", "oil_coating"]
    assert progress.status == "in_progress"


def test_the_wait_is_told_from_our_own_last_sessions(uncoached: System, clip: Path) -> None:
    earlier = uncoached.learner(paying=True)
    pick(earlier)
    with uncoached.database.transaction() as db:
        session = db.exec(select(CookingSession)).one()
        session.status = SessionStatus.COMPLETED
        received_at = utc_now() - timedelta(minutes=30)
        video = Media(
            user_id=session.user_id,
            session_id=session.id,
            kind=MediaKind.VIDEO,
            source=MediaSource.UPLOAD,
            object_key=new_media_key(MediaKind.VIDEO),
            state=MediaState.STORED,
            received_at=received_at,
        )
        text = StageRun(
            session_id=session.id,
            stage=StageName.COACH_TEXT,
            job=Job.RUN_STAGE,
            finished_at=received_at + timedelta(minutes=6, seconds=30),
        )
        db.add_all([video, text])
    learner = uncoached.learner()
    pick(learner)
    answer = words(replies(learner, lambda: learner.video(clip)))
    assert answer.startswith(phrasebook.video_received(7, "チャーハン", 1))


def test_when_the_text_is_overdue_no_minutes_are_promised(uncoached: System, clip: Path) -> None:
    learner = uncoached.learner()
    pick(learner)
    send_video(learner, clip)
    skip_and_rate(learner)
    with uncoached.database.transaction() as db:
        db.exec(select(Media)).one().received_at = utc_now() - timedelta(minutes=10)
    assert phrasebook.WAIT_FOR_TEXT_SOON in words(replies(learner, learner.sticker))


def test_the_learner_is_thanked_once_for_watching_to_the_end(system: System, clip: Path) -> None:
    learner = system.learner(paying=True)
    card = cook(learner, clip)
    learner.wait_for(lambda t: t.of_type("video"), WAIT, what="the coaching video")
    thanks = replies(learner, learner.video_complete)
    assert words(thanks) == phrasebook.VIDEO_WATCHED
    again = learner.video_complete()
    learner.text("次の回を作る")
    learner.wait_for(lambda t: t.of_type("flex")[-1].id != card.id, WAIT, what="the dishes")
    assert again.webhook_event_id
    assert len([b for b in learner.thread().from_bot if b.text == phrasebook.VIDEO_WATCHED]) == 1
    newest = learner.thread().of_type("flex")[-1]
    assert newest.id != card.id
    assert newest.text.startswith("●○○\u30002回目／3回\nチャーハン")
    message_once(system, learner, MessageType.COACHING_VIDEO, lambda message: message.delivered_at)
