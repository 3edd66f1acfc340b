"""Whole sessions on the real SDKs, over real sockets: what a learner sees when Google fails in one way or another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from knowledge_base import copy
from models.chat import MessageType
from models.coaching import ModelCall
from models.session import SessionStatus, StageRun
from moment.knowledge import ingest_all
from pipeline.graph import StageName
from pipeline.providers.google import gemini
from simulator.client import Learner
from simulator.google.client import GoogleDesk
from tests.flows.steps import card_of, cook, send_video, tap, until
from tests.google.conftest import BUCKET, on_the_desk
from tests.media_files import tone
from tests.system import WAIT, System, pick, start_system

LONG = 90.0  # seconds; a session renders a video


@pytest.fixture
def desk(google_url: str) -> Iterator[GoogleDesk]:
    with GoogleDesk(google_url) as google:
        google.clear_faults()
        google.clear_script()
        yield google
        google.clear_faults()
        google.clear_script()


@pytest.fixture
def system(
    database_url: str,
    broker_url: str,
    tmp_path: Path,
    desk: GoogleDesk,
    google_url: str,
    key_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[System]:
    monkeypatch.setattr(gemini, "FIRST_WAIT", 0.01)
    with on_the_desk(google_url, key_file):
        ingest_all()  # the template's vectors are of another model
        with start_system(
            tmp_path, PROVIDERS="pipeline.providers.google", RETRY_BACKOFF="PT0.05S"
        ) as running:
            yield running


def calls_of(run: StageRun) -> list[ModelCall]:
    return [ModelCall.model_validate(call) for call in run.usage["calls"]]


def played(learner: Learner) -> Any:
    return learner.wait_for(lambda t: t.of_type("video"), LONG, what="the coaching video")[0]


def test_a_session_from_video_to_coaching_video_with_every_call_on_record(
    system: System, clip: Path, tmp_path: Path
) -> None:
    learner = system.learner()
    pick(learner)
    send_video(learner, clip)
    learner.audio(tone(tmp_path / "memo.m4a", seconds=2.0))
    card_of(learner)
    video = played(learner)
    session = system.session(learner)
    runs = system.runs(session)

    assert session.status == SessionStatus.COMPLETED
    assert session.video_analysis["provider"] == session.coaching_text["provider"] == "google"
    purposes = {stage: [call.purpose for call in calls_of(run)] for stage, run in runs.items() if run.usage}
    assert purposes[StageName.TRANSCRIBE_MEMO] == ["recognize"]
    assert purposes[StageName.EXTRACT_ENTITIES] == ["entities.v1"]
    assert purposes[StageName.ANALYZE_VIDEO] == ["analysis.v1"]
    assert purposes[StageName.RETRIEVE][0] == "reconsideration.v1"
    assert set(purposes[StageName.RETRIEVE][1:]) == {"retrieval_query"}
    assert purposes[StageName.COACH_TEXT] == ["coaching_text.v1"]
    assert purposes[StageName.NARRATE] == ["narration.v1"]
    assert set(purposes[StageName.PRODUCE_VIDEO]) == {"synthesize"}
    for run in runs.values():
        if run.usage:
            assert run.usage["cost_usd"] == pytest.approx(sum(c.cost_usd for c in calls_of(run)), abs=1e-5)
    looked = calls_of(runs[StageName.ANALYZE_VIDEO])[0]
    assert looked.input_tokens["VIDEO"] > 0
    assert looked.answered_by == looked.model == "gemini-3.8-flash"
    # The bubble's link is our own and lasts; it leads to a fresh one of the bucket, which plays by range.
    link = video.message["originalContentUrl"]
    first = httpx.get(link, headers={"Range": "bytes=0-99"})
    assert (first.status_code, BUCKET in first.headers["location"]) == (302, True)
    part = httpx.get(first.headers["location"], headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)


def test_a_model_overloaded_for_long_is_replaced_and_the_learner_told_once(
    system: System, clip: Path, desk: GoogleDesk
) -> None:
    learner = system.learner()
    desk.fault("gemini", "unavailable", model="gemini-3.8-flash")
    cook(learner, clip)
    session = system.session(learner)
    runs = system.runs(session)
    tried = calls_of(runs[StageName.ANALYZE_VIDEO])
    assert [call.outcome for call in tried[:-1]] == ["Unavailable"] * 9  # three stage attempts of three calls
    assert (tried[-1].model, tried[-1].outcome) == ("gemini-3.5-flash-lite", "ok")
    told = [m for m in system.messages(session) if m.meta["type"] == MessageType.STILL_WORKING]
    assert [message.text for message in told] == [copy.STILL_WORKING]


def test_a_model_that_keeps_breaking_the_rules_reaches_nobody(
    system: System, clip: Path, desk: GoogleDesk
) -> None:
    learner = system.learner()
    bad = {
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
    desk.answer(bad, match="coaching")
    pick(learner)
    send_video(learner, clip)
    tap(learner, copy.MEMO_SKIP_LABEL)
    learner.wait_for_text(copy.COACHING_FAILED, LONG)
    session = until(system, learner, lambda s: s.status == SessionStatus.FAILED)
    run = system.runs(session)[StageName.COACH_TEXT]
    assert run.attempt == 5
    assert len(calls_of(run)) == 10  # each attempt and its one repair
    shown = "\n".join(bubble.text or "" for bubble in learner.thread().from_bot)
    for words in ("3分", "180", "大さじ", "Great job", "成功。"):
        assert words not in shown
    assert shown.count(copy.COACHING_FAILED) == 1


def test_a_question_is_answered_and_its_calls_are_kept(system: System, clip: Path) -> None:
    learner = system.learner()
    cook(learner, clip)
    question = learner.text("なぜ火を弱めるのですか？")
    learner.wait_for(
        lambda t: [b for b in t.from_bot if b.quoted_id == question.message_id], WAIT, what="an answer"
    )
    asked = [m for m in system.messages() if m.meta["type"] == MessageType.QUESTION]
    assert {call["purpose"] for call in asked[-1].meta["calls"]} == {"retrieval_query", "answers.v1"}


def test_media_can_go_through_our_own_host(
    system: System, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.links import media_link
    from pipeline.providers.loading import store
    from settings import settings

    monkeypatch.setenv("MEDIA_DELIVERY", "stream")
    settings.cache_clear()
    store().put("videos/7.mp4", iter([b"0123456789"]), "video/mp4")
    link = media_link("videos/7.mp4")
    whole = httpx.get(link)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, b"0123456789", "bytes")
    assert whole.headers["content-type"] == "video/mp4"
    for asked, span, found in (
        ("bytes=2-4", "bytes 2-4/10", b"234"),
        ("bytes=7-", "bytes 7-9/10", b"789"),
        ("bytes=-3", "bytes 7-9/10", b"789"),
        ("bytes=8-99", "bytes 8-9/10", b"89"),
    ):
        part = httpx.get(link, headers={"Range": asked})
        assert (part.status_code, part.headers["content-range"], part.content) == (206, span, found)
    assert httpx.get(link, headers={"Range": "bytes=10-"}).status_code == 416
    head = httpx.head(link)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")
    store().delete("videos/7.mp4")
    assert httpx.get(link).status_code == 404
