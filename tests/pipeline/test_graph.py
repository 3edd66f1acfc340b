"""Which stages may run, as a pure function of the rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import MEMO_STAGES, CookingSession, StageName
from pipeline.graph import STAGES, Facts, memo_deadline, ready
from pipeline.stages import RUN

S = StageName
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GRACE = timedelta(minutes=2)
ANALYZED = {S.ANALYZE_VIDEO}


def media(kind: MediaKind, state: MediaState, **values: Any) -> Media:
    return Media(
        user_id=1, kind=kind, source=MediaSource.LINE, object_key=f"{kind}/1", state=state, received_at=NOW,
        consent_id=1, **values,
    )  # fmt: skip


def video(state: MediaState = MediaState.STORED, view_key: str = "videos/1.view.mp4") -> Media:
    return media(MediaKind.VIDEO, state, view_key=view_key)


def memo(state: MediaState = MediaState.STORED, **values: Any) -> Media:
    return media(MediaKind.MEMO, state, **values)


def runnable(
    *finished: StageName,
    uploads: tuple[Media, ...] = (),
    parked: frozenset[StageName] = frozenset(),
    after: timedelta = timedelta(),
    **row: Any,
) -> set[StageName]:
    session = CookingSession(user_id=1, dish_id=1, session_number=1, **row)
    session.media = list(uploads)
    return {stage.name for stage in ready(Facts(session, set(finished), parked, NOW + after, GRACE))}


@pytest.mark.parametrize(
    ("finished", "uploads", "row", "stages"),
    [
        (set(), (), {}, set()),
        (set(), (video(MediaState.OWED),), {}, set()),
        (set(), (video(MediaState.REJECTED),), {}, set()),
        (set(), (memo(MediaState.OWED),), {}, set()),
        (set(), (), {"voice_transcript": "書いたメモ"}, {S.EXTRACT_ENTITIES}),
        (set(), (memo(),), {}, {S.TRANSCRIBE_MEMO}),
        (set(), (video(view_key=""), memo()), {}, {S.PREPARE_VIDEO, S.TRANSCRIBE_MEMO}),
        ({S.TRANSCRIBE_MEMO}, (memo(),), {"voice_transcript": "話"}, {S.EXTRACT_ENTITIES}),
        (set(), (video(view_key=""),), {}, {S.PREPARE_VIDEO}),
        ({S.PREPARE_VIDEO}, (video(),), {}, {S.ANALYZE_VIDEO}),
        (set(), (video(),), {}, {S.ANALYZE_VIDEO}),
        (set(), (video(), memo()), {}, {S.ANALYZE_VIDEO, S.TRANSCRIBE_MEMO}),
        (ANALYZED, (video(),), {}, set()),
        (ANALYZED, (video(),), {"memo_skipped": True}, {S.RETRIEVE}),
        (ANALYZED, (video(), memo(MediaState.OWED)), {}, set()),
        (ANALYZED, (video(), memo()), {}, {S.TRANSCRIBE_MEMO}),
        ({*ANALYZED, *MEMO_STAGES}, (video(), memo()), {}, {S.RETRIEVE}),
        ({*ANALYZED, S.RETRIEVE}, (video(),), {"memo_skipped": True}, {S.COACH_TEXT}),
        ({*ANALYZED, S.RETRIEVE, S.COACH_TEXT}, (video(),), {"memo_skipped": True}, {S.NARRATE}),
        (
            {*ANALYZED, S.RETRIEVE, S.COACH_TEXT, S.NARRATE},
            (video(),),
            {"memo_skipped": True},
            {S.PRODUCE_VIDEO},
        ),
        (set(StageName), (video(), memo()), {}, set()),
    ],
)
def test_a_stage_runs_when_it_has_what_it_needs(
    finished: set[StageName], uploads: tuple[Media, ...], row: dict[str, Any], stages: set[StageName]
) -> None:
    assert runnable(*finished, uploads=uploads, **row) == stages


def test_a_memo_is_waited_for_until_its_grace_is_over() -> None:
    assert runnable(*ANALYZED, uploads=(video(),), after=GRACE - timedelta(seconds=1)) == set()
    assert runnable(*ANALYZED, uploads=(video(),), after=GRACE) == {S.RETRIEVE}


def test_a_memo_that_has_come_is_waited_for_beyond_its_grace() -> None:
    assert runnable(*ANALYZED, uploads=(video(), memo(MediaState.OWED)), after=10 * GRACE) == set()
    assert runnable(*ANALYZED, uploads=(video(), memo()), after=10 * GRACE) == {S.TRANSCRIBE_MEMO}


@pytest.mark.parametrize("stage", sorted(MEMO_STAGES))
def test_a_memo_stage_that_was_given_up_holds_nothing_back(stage: StageName) -> None:
    assert S.RETRIEVE in runnable(*ANALYZED, parked=frozenset({stage}), uploads=(video(), memo()))


def test_a_memo_that_cannot_be_fetched_holds_nothing_back() -> None:
    unreachable = memo(MediaState.OWED, parked_at=NOW)
    assert runnable(*ANALYZED, uploads=(video(), unreachable)) == {S.RETRIEVE}


def test_a_file_that_may_be_the_memo_is_waited_for() -> None:
    file = media(MediaKind.FILE, MediaState.OWED)
    assert runnable(*ANALYZED, uploads=(video(), file), memo_skipped=True, after=10 * GRACE) == set()
    other = media(MediaKind.FILE, MediaState.REJECTED)
    assert runnable(*ANALYZED, uploads=(video(), other), memo_skipped=True) == {S.RETRIEVE}


def test_what_was_given_up_does_not_run_again() -> None:
    assert runnable(parked=frozenset({S.ANALYZE_VIDEO}), uploads=(video(),)) == set()


def test_a_memo_after_the_text_is_not_coached() -> None:
    before = {*ANALYZED, S.RETRIEVE, S.COACH_TEXT}
    assert runnable(*before, uploads=(video(), memo())) == {S.NARRATE}


@pytest.mark.parametrize("footage", [(), (video(MediaState.WITHDRAWN),)])
def test_footage_taken_back_after_the_text_gets_no_video(footage: tuple[Media, ...]) -> None:
    before = {*ANALYZED, S.RETRIEVE, S.COACH_TEXT, S.NARRATE}
    assert runnable(*before, uploads=footage, memo_skipped=True) == set()


def test_the_grace_begins_with_the_video() -> None:
    session = CookingSession(user_id=1, dish_id=1, session_number=1)
    assert memo_deadline(Facts(session, (), (), NOW, GRACE)) is None
    session.media = [video()]
    assert memo_deadline(Facts(session, (), (), NOW, GRACE)) == NOW + GRACE


def test_only_memo_and_film_may_be_given_up_without_failing_the_session() -> None:
    assert {stage.name for stage in STAGES if stage.is_optional} == MEMO_STAGES | {S.PRODUCE_FILM}
    assert {stage.name for stage in STAGES if stage.is_of_memo} == MEMO_STAGES


COACHED = {*ANALYZED, S.RETRIEVE, S.COACH_TEXT}


def attempt(number: int, *uploads: Media, coached: bool = True) -> CookingSession:
    session = CookingSession(user_id=1, dish_id=1, session_number=number, memo_skipped=True)
    session.media = list(uploads)
    if coached:
        session.video_analysis, session.coaching_text = {"diagnosis": "…"}, {"mondaiten": "…"}
    return session


@pytest.mark.parametrize(
    ("finished", "first", "third", "is_ready"),
    [
        (COACHED, attempt(1, video()), attempt(3, video()), True),
        (
            {*COACHED, S.NARRATE},
            attempt(1, video()),
            attempt(3, video()),
            False,
        ),  # the coaching video goes before
        ({*COACHED, S.NARRATE, S.PRODUCE_VIDEO}, attempt(1, video()), attempt(3, video()), True),
        (COACHED, None, attempt(3, video()), False),  # nobody has agreed
        (COACHED, attempt(1, video(MediaState.WITHDRAWN)), attempt(3, video()), False),
        (COACHED, attempt(1, video()), attempt(3, video(MediaState.PURGED)), False),
        (COACHED, attempt(1, video(), coached=False), attempt(3, video()), False),
        (ANALYZED, attempt(1, video()), attempt(3, video(), coached=False), False),
    ],
)
def test_a_film_needs_both_attempts_and_lets_the_coaching_go_before(
    finished: set[StageName], first: CookingSession | None, third: CookingSession, is_ready: bool
) -> None:
    facts = Facts(third, finished, (), NOW, GRACE, first_attempt=first)
    assert (S.PRODUCE_FILM in {stage.name for stage in ready(facts)}) is is_ready
    assert [stage.name for stage in STAGES] == list(StageName)


def test_every_stage_has_something_to_run() -> None:
    assert set(RUN) == set(StageName)
