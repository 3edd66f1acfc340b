"""How a coaching's way is told: one phase for each state that rows can be in."""

from typing import Any

import pytest

from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.progress import Phase, phase_of
from models.session import CookingSession, SessionStatus, StageName


def clip(state: MediaState, consent_id: int | None = 1) -> Media:
    return Media(
        user_id=1, kind=MediaKind.VIDEO, source=MediaSource.LINE, object_key="", state=state, consent_id=consent_id
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "state", "finished", "phase"),
    [
        ({}, None, (), None),
        ({}, MediaState.OWED, (), Phase.RECEIVED),
        ({}, MediaState.STORED, (StageName.PREPARE_VIDEO,), Phase.LOOKING),
        ({}, MediaState.STORED, (StageName.PREPARE_VIDEO, StageName.ANALYZE_VIDEO), Phase.WRITING),
        (
            {"coaching_text": {"skill": "…"}, "status": SessionStatus.TEXT_READY},
            MediaState.STORED,
            (),
            Phase.FILMING,
        ),
        ({"status": SessionStatus.COMPLETED}, MediaState.STORED, (), Phase.DELIVERED),
        ({"status": SessionStatus.COMPLETED, "coaching_text": {"skill": "…"}}, None, (), Phase.DELIVERED),
        ({"status": SessionStatus.FAILED}, MediaState.STORED, (StageName.ANALYZE_VIDEO,), Phase.FAILED),
        (
            {"status": SessionStatus.FAILED, "coaching_text": {"skill": "…"}},
            MediaState.STORED,
            (),
            Phase.FAILED,
        ),
    ],
)
def test_the_phase_follows_from_the_rows(
    values: dict[str, Any], state: MediaState | None, finished: tuple[str, ...], phase: Phase | None
) -> None:
    facts: dict[str, Any] = {"status": SessionStatus.PROCESSING, **values}
    session = CookingSession(**facts)
    session.media = [clip(state)] if state else []
    assert phase_of(session, finished) is phase


def test_what_may_not_be_looked_at_yet_is_received() -> None:
    session = CookingSession(user_id=1, dish_id=1, session_number=1, status=SessionStatus.UPLOADED)
    session.media = [clip(MediaState.STORED, consent_id=None)]
    assert phase_of(session, ()) is Phase.RECEIVED
