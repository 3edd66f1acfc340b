from datetime import timedelta
from typing import Any

import pytest

from models import CookingSession, SessionStatus
from models.coaching import RatingAspect
from models.rules.next_step import Ask, NextStep, next_step
from models.rules.promise import text_promise

ALL = {aspect.value: 3 for aspect in RatingAspect}


def session(**values: Any) -> CookingSession:
    return CookingSession(user_id=1, dish_id=1, session_number=1, **values)


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (None, NextStep(Ask.DISH)),
        (session(), NextStep(Ask.VIDEO)),
        (session(memo_message_id="m", self_ratings=ALL), NextStep(Ask.VIDEO)),
        (session(video_message_id="v"), NextStep(Ask.MEMO)),
        (session(video_message_id="v", memo_skipped=True), NextStep(Ask.RATING, RatingAspect.APPEARANCE)),
        (
            session(video_message_id="v", voice_transcript="書いたメモ"),
            NextStep(Ask.RATING, RatingAspect.APPEARANCE),
        ),
        (
            session(video_message_id="v", memo_message_id="m", self_ratings={"appearance": 3, "taste": 1}),
            NextStep(Ask.RATING, RatingAspect.TEXTURE),
        ),
        (session(video_message_id="v", memo_message_id="m", self_ratings=ALL), NextStep(Ask.WAIT_FOR_TEXT)),
        (session(video_message_id="v", status=SessionStatus.TEXT_READY), NextStep(Ask.WAIT_FOR_VIDEO)),
        (session(video_message_id="v", status=SessionStatus.COMPLETED), NextStep(Ask.COOK_AGAIN)),
        (session(video_message_id="v", status=SessionStatus.FAILED), NextStep(Ask.TRY_LATER)),
    ],
)
def test_the_next_step_follows_from_what_is_there(given: CookingSession | None, asked: NextStep) -> None:
    assert next_step(given) == asked


def test_the_promise_is_the_80th_percentile_of_the_last_sessions() -> None:
    waits = [timedelta(minutes=minutes) for minutes in (1, 9, 2, 3, 4, 5, 6, 7, 8, 10)]
    assert text_promise(waits, timedelta(minutes=99)) == timedelta(minutes=8)
    assert text_promise([], timedelta(minutes=4)) == timedelta(minutes=4)
