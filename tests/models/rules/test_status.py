"""What the rows say of a session in one word."""

from typing import Any
from uuid import uuid4

import pytest

from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.status import session_status
from models.session import CookingSession, SessionStatus, StageName

TEXT = {"coaching_text": {"mondaiten": "…"}}


def video(**values: Any) -> Media:
    return Media(
        user_id=1, kind=MediaKind.VIDEO, source=MediaSource.LINE, object_key="v",
        **{"state": MediaState.STORED, **values},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("uploads", "row", "parked", "status"),
    [
        ((), {}, (), SessionStatus.PENDING_UPLOAD),
        ((video(state=MediaState.OWED),), {}, (), SessionStatus.PENDING_UPLOAD),
        ((video(),), {"raw_video_url": "videos/1.mp4"}, (), SessionStatus.UPLOADED),
        ((video(),), {"raw_video_url": "v", "pipeline_job_id": uuid4()}, (), SessionStatus.PROCESSING),
        ((video(),), TEXT, (), SessionStatus.TEXT_READY),
        ((video(),), {**TEXT, "coaching_video_gcs_path": "v"}, (), SessionStatus.COMPLETED),
        ((), TEXT, (), SessionStatus.COMPLETED),  # the footage was taken back after the text
        ((video(),), {}, (StageName.ANALYZE_VIDEO,), SessionStatus.FAILED),
        ((video(),), TEXT, (StageName.PRODUCE_VIDEO,), SessionStatus.FAILED),
        ((video(),), {"raw_video_url": "v"}, (StageName.TRANSCRIBE_MEMO,), SessionStatus.UPLOADED),
        ((video(state=MediaState.OWED, parked_at="2026-11-22"),), {}, (), SessionStatus.FAILED),
    ],
)
def test_the_status_follows_from_what_is_there(
    uploads: tuple[Media, ...], row: dict[str, Any], parked: tuple[StageName, ...], status: SessionStatus
) -> None:
    session = CookingSession(user_id=1, dish_id=1, session_number=1, **row)
    session.media = list(uploads)
    assert session_status(session, parked) is status
