"""What a learner is asked next, and how long they are told to wait."""

from datetime import timedelta
from typing import Any

import pytest

from models import CookingSession, SessionStatus
from models.coaching import RatingAspect
from models.media import Media, MediaKind, MediaSource, MediaState
from models.rules.next_step import Ask, NextStep, next_step
from models.rules.promise import text_promise

ALL = {aspect.value: 3 for aspect in RatingAspect}


def media(kind: MediaKind, state: MediaState = MediaState.OWED, consent_id: int | None = 1) -> Media:
    return Media(
        user_id=1, kind=kind, source=MediaSource.LINE, object_key=f"{kind}/1", state=state, consent_id=consent_id
    )  # fmt: skip


def session(*uploads: Media, **values: Any) -> CookingSession:
    session = CookingSession(user_id=1, dish_id=1, session_number=1, **values)
    session.media = list(uploads)
    return session


def video() -> Media:
    return media(MediaKind.VIDEO)


def memo() -> Media:
    return media(MediaKind.MEMO)


@pytest.mark.parametrize(
    ("latest", "step"),
    [
        (None, NextStep(Ask.DISH)),
        (session(), NextStep(Ask.VIDEO)),
        (session(memo(), self_ratings=ALL), NextStep(Ask.VIDEO)),
        (session(media(MediaKind.VIDEO, MediaState.REJECTED)), NextStep(Ask.VIDEO)),
        (session(video()), NextStep(Ask.MEMO)),
        (session(media(MediaKind.VIDEO, consent_id=None)), NextStep(Ask.CONSENT)),
        (session(media(MediaKind.VIDEO, consent_id=None), memo(), self_ratings=ALL), NextStep(Ask.CONSENT)),
        (
            session(media(MediaKind.VIDEO, consent_id=None), status=SessionStatus.FAILED),
            NextStep(Ask.TRY_LATER),
        ),
        (session(video(), media(MediaKind.MEMO, MediaState.WITHDRAWN)), NextStep(Ask.MEMO)),
        (session(video(), memo_skipped=True), NextStep(Ask.RATING, RatingAspect.APPEARANCE)),
        (
            session(video(), voice_transcript="書いたメモ"),
            NextStep(Ask.RATING, RatingAspect.APPEARANCE),
        ),
        (
            session(video(), memo(), self_ratings={"appearance": 3, "taste": 1}),
            NextStep(Ask.RATING, RatingAspect.TEXTURE),
        ),
        (session(video(), memo(), self_ratings=ALL), NextStep(Ask.WAIT_FOR_TEXT)),
        (session(video(), status=SessionStatus.TEXT_READY), NextStep(Ask.WAIT_FOR_VIDEO)),
        (session(video(), status=SessionStatus.COMPLETED), NextStep(Ask.COOK_AGAIN)),
        (session(video(), status=SessionStatus.FAILED), NextStep(Ask.TRY_LATER)),
    ],
)
def test_the_next_step_follows_from_what_is_there(latest: CookingSession | None, step: NextStep) -> None:
    assert next_step(latest) == step


def test_the_promise_is_the_80th_percentile_of_the_last_sessions() -> None:
    waits = [timedelta(minutes=minutes) for minutes in (1, 9, 2, 3, 4, 5, 6, 7, 8, 10)]
    assert text_promise(waits, timedelta(minutes=99)) == timedelta(minutes=8)
    assert text_promise([], timedelta(minutes=4)) == timedelta(minutes=4)
