"""Whole sessions on the real SDKs, over real sockets: what a learner sees when Google fails in one way or another."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge_base import phrasebook
from models.chat import MessageType
from models.coaching import ModelCall
from models.session import SessionStatus, StageName, StageRun
from moment.knowledge import prepare_database
from pipeline.providers.google import gemini
from pipeline.providers.registry import build_providers
from settings import Settings
from simulator.google.client import GoogleDesk
from simulator.line.client import Learner
from tests.flows.steps import card_of, cook, send_video, session_once, tap
from tests.media_files import tone
from tests.system import WAIT, System, pick, start_system

NUMBERS = count(1)
LONG = 180.0  # seconds; a session renders a video


@pytest.fixture
def system(
    settings: Settings, google_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[System]:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)
    on_google = google_settings.change(
        database_url=settings.database_url,
        broker_url=settings.broker_url,
        data_dir=tmp_path,
        # The double's bucket outlives a test: at the same speed, what one has had spoken the next would find there.
        tts_speaking_rate=1 + next(NUMBERS) / 1000,
    )
    prepare_database(on_google, build_providers)  # the template's vectors are of another model
    with start_system(
        tmp_path, on_google, build=build_providers, retry_backoff=timedelta(seconds=0.05)
    ) as running:
        yield running


def calls_of(run: StageRun) -> list[ModelCall]:
    return [ModelCall.model_validate(call) for call in run.usage["calls"]]


def speech_deletions(google: GoogleDesk) -> int:
    return len([each for each in google.log() if each.method == "DELETE" and "/o/speech/" in each.path])


def coaching_video(learner: Learner) -> Any:
    return learner.wait_for(lambda t: t.of_type("video"), LONG, what="the coaching video")[0]


def test_a_session_from_video_to_coaching_video_with_every_call_on_record(
    system: System, google: GoogleDesk, google_settings: Settings, clip: Path, tmp_path: Path
) -> None:
    learner = system.learner()
    pick(learner)
    send_video(learner, clip)
    learner.audio(tone(tmp_path / "memo.m4a", seconds=2.0))
    card_of(learner)
    video = coaching_video(learner)
    session = system.session(learner)
    runs = system.runs(session)

    assert session.status == SessionStatus.COMPLETED
    assert session.video_analysis["provider"] == session.coaching_text["provider"] == "google"
    purposes = {stage: [call.purpose for call in calls_of(run)] for stage, run in runs.items() if run.usage}
    assert purposes[StageName.TRANSCRIBE_MEMO] == ["recognize"]
    assert purposes[StageName.EXTRACT_ENTITIES] == ["entities.v1"]
    assert purposes[StageName.ANALYZE_VIDEO] == ["analysis.v4"]
    assert purposes[StageName.RETRIEVE][0] == "reconsideration.v1"
    assert set(purposes[StageName.RETRIEVE][1:]) == {"retrieval_query"}
    assert purposes[StageName.COACH_TEXT] == ["coaching_text.v6"]
    assert purposes[StageName.NARRATE] == ["narration.v5"]
    assert set(purposes[StageName.PRODUCE_VIDEO]) == {"synthesize"}
    for run in runs.values():
        if run.usage:
            assert run.usage["cost_usd"] == pytest.approx(sum(c.cost_usd for c in calls_of(run)), abs=1e-5)
    spoken = len(calls_of(runs[StageName.PRODUCE_VIDEO]))
    learner.wait_for(lambda _: speech_deletions(google) >= spoken, LONG, what="speech kept no longer")
    look = calls_of(runs[StageName.ANALYZE_VIDEO])[0]
    assert look.input_tokens["VIDEO"] > 0
    assert look.answered_by == look.model == "gemini-3.8-flash"
    # The bubble's link is our own and lasts; it leads to a fresh one of the bucket, which plays by range.
    link = video.message["originalContentUrl"]
    first = httpx.get(link, headers={"Range": "bytes=0-99"})
    assert first.status_code == 302
    assert str(google_settings.gcs_bucket) in first.headers["location"]
    part = httpx.get(first.headers["location"], headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)


def test_a_model_overloaded_for_long_is_replaced_and_the_learner_told_once(
    system: System, clip: Path, google: GoogleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.providers.registry.FALLBACK_AFTER", timedelta(seconds=0.5))
    monkeypatch.setattr("pipeline.outcomes.TELL_AFTER", timedelta())
    learner = system.learner()
    google.fault("gemini", "unavailable", model="gemini-3.8-flash")
    cook(learner, clip)
    session = system.session(learner)
    runs = system.runs(session)
    calls = calls_of(runs[StageName.ANALYZE_VIDEO])
    assert {call.outcome for call in calls[:-1]} == {"Unavailable"}
    assert runs[StageName.ANALYZE_VIDEO].attempts == 1
    assert (calls[-1].model, calls[-1].outcome) == ("gemini-3.5-flash-lite", "ok")
    notices = [each for each in system.messages(session) if each.kind == MessageType.STILL_WORKING]
    assert [message.text.split("。")[0] for message in notices] == [phrasebook.WAITING_OUT.split("。")[0]]


def test_a_model_that_keeps_breaking_the_rules_reaches_nobody(
    system: System, clip: Path, google: GoogleDesk
) -> None:
    learner = system.learner()
    bad = {
        "last_time": "",
        "praise": "Great job!",
        "mondaiten": "強火で3分焼きすぎです。",
        "skill": "**180℃**を守りましょう。",
        "next_action": "大さじ2の油を入れましょう。",
        "success_sign": "成功。",
        "stop_cue": "",
        "comparison": "",
        "safety": "",
        "memo_answers": [],
        "suggested_questions": [],
        "principle_ids": ["made-up"],
    }
    google.answer(bad, match="coaching")
    pick(learner)
    send_video(learner, clip)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    learner.wait_for_text(phrasebook.COACHING_FAILED, LONG)
    session = session_once(system, learner, lambda s: s.status == SessionStatus.FAILED)
    run = system.runs(session)[StageName.COACH_TEXT]
    assert run.attempts == 5
    assert len(calls_of(run)) == 10  # each attempt and its one repair
    texts = "\n".join(bubble.text or "" for bubble in learner.thread().from_bot)
    for words in ("3分", "180", "大さじ", "Great job", "成功。"):
        assert words not in texts
    assert texts.count(phrasebook.COACHING_FAILED) == 1


def test_a_question_is_answered_and_its_calls_are_on_record(system: System, clip: Path) -> None:
    learner = system.learner()
    cook(learner, clip)
    question = learner.text("なぜ火を弱めるのですか？")
    learner.wait_for(
        lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT, what="an answer"
    )
    questions = [each for each in system.messages() if each.kind == MessageType.QUESTION]
    assert {call["purpose"] for call in questions[-1].usage["calls"]} == {"retrieval_query", "answers.v4"}
