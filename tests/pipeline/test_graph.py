"""Which stages may run, as a pure function of the rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.session import CookingSession
from pipeline.graph import MEMO_STAGES, STAGES, Facts, StageName, memo_deadline, ready

S = StageName
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GRACE = timedelta(minutes=2)
VIDEO: dict[str, Any] = {"video_message_id": "v", "video_received_at": NOW, "proxy_url": "videos/v.mp4"}
PREPARED = {S.STORE_VIDEO, S.PREPARE_VIDEO}
ANALYZED = {*PREPARED, S.ANALYZE_VIDEO}


def runnable(
    *finished: StageName,
    parked: frozenset[StageName] = frozenset(),
    after: timedelta = timedelta(),
    **rows: Any,
) -> set[StageName]:
    session = CookingSession(user_id=1, dish_id=1, session_number=1, **rows)
    return {stage.name for stage in ready(Facts(session, set(finished), parked, NOW + after, GRACE))}


@pytest.mark.parametrize(
    ("finished", "rows", "expected"),
    [
        (set(), {}, set()),
        (set(), {"video_message_id": "v"}, {S.STORE_VIDEO}),
        (set(), {"memo_message_id": "m"}, {S.STORE_MEMO}),
        (set(), {**VIDEO, "memo_message_id": "m"}, {S.STORE_VIDEO, S.STORE_MEMO}),
        (set(), {"voice_transcript": "書いたメモ"}, {S.EXTRACT_ENTITIES}),
        ({S.STORE_MEMO}, {"memo_message_id": "m"}, {S.TRANSCRIBE_MEMO}),
        (
            {S.STORE_MEMO, S.TRANSCRIBE_MEMO},
            {"memo_message_id": "m", "voice_transcript": "話"},
            {S.EXTRACT_ENTITIES},
        ),
        ({S.STORE_VIDEO}, VIDEO, {S.PREPARE_VIDEO}),
        (PREPARED, VIDEO, {S.ANALYZE_VIDEO}),
        (PREPARED, {**VIDEO, "memo_message_id": "m"}, {S.ANALYZE_VIDEO, S.STORE_MEMO}),
        (ANALYZED, VIDEO, set()),
        (ANALYZED, {**VIDEO, "memo_skipped": True}, {S.RETRIEVE}),
        (ANALYZED, {**VIDEO, "memo_message_id": "m"}, {S.STORE_MEMO}),
        ({*ANALYZED, *MEMO_STAGES}, {**VIDEO, "memo_message_id": "m"}, {S.RETRIEVE}),
        ({*ANALYZED, S.RETRIEVE}, {**VIDEO, "memo_skipped": True}, {S.COACH_TEXT}),
        ({*ANALYZED, S.RETRIEVE, S.COACH_TEXT}, {**VIDEO, "memo_skipped": True}, {S.NARRATE}),
        (
            {*ANALYZED, S.RETRIEVE, S.COACH_TEXT, S.NARRATE},
            {**VIDEO, "memo_skipped": True},
            {S.PRODUCE_VIDEO},
        ),
        (set(StageName), {**VIDEO, "memo_message_id": "m"}, set()),
    ],
)
def test_a_stage_runs_when_it_has_what_it_needs(
    finished: set[StageName], rows: dict[str, Any], expected: set[StageName]
) -> None:
    assert runnable(*finished, **rows) == expected


def test_a_memo_is_waited_for_until_its_grace_is_over() -> None:
    assert runnable(*ANALYZED, after=GRACE - timedelta(seconds=1), **VIDEO) == set()
    assert runnable(*ANALYZED, after=GRACE, **VIDEO) == {S.RETRIEVE}


def test_a_memo_that_has_come_is_waited_for_beyond_its_grace() -> None:
    assert runnable(*ANALYZED, S.STORE_MEMO, after=10 * GRACE, memo_message_id="m", **VIDEO) == {
        S.TRANSCRIBE_MEMO
    }


@pytest.mark.parametrize("stage", sorted(MEMO_STAGES))
def test_a_memo_stage_that_was_given_up_holds_nothing_back(stage: StageName) -> None:
    assert S.RETRIEVE in runnable(*ANALYZED, parked=frozenset({stage}), memo_message_id="m", **VIDEO)


def test_what_was_given_up_does_not_run_again() -> None:
    assert runnable(*PREPARED, parked=frozenset({S.ANALYZE_VIDEO}), **VIDEO) == set()


def test_a_memo_after_the_text_is_not_coached() -> None:
    done = {*ANALYZED, S.RETRIEVE, S.COACH_TEXT}
    assert runnable(*done, memo_message_id="late", **VIDEO) == {S.NARRATE}


def test_footage_taken_back_after_the_text_gets_no_video() -> None:
    done = {*ANALYZED, S.RETRIEVE, S.COACH_TEXT, S.NARRATE}
    assert runnable(*done, memo_skipped=True, **{**VIDEO, "proxy_url": ""}) == set()


def test_the_grace_begins_with_the_video() -> None:
    session = CookingSession(user_id=1, dish_id=1, session_number=1)
    assert memo_deadline(Facts(session, (), (), NOW, GRACE)) is None
    session.video_received_at = NOW
    assert memo_deadline(Facts(session, (), (), NOW, GRACE)) == NOW + GRACE


def test_only_the_memo_may_be_given_up_without_failing_the_session() -> None:
    assert {stage.name for stage in STAGES if stage.optional} == MEMO_STAGES
    assert [stage.name for stage in STAGES] == list(StageName)
