"""What three attempts at a dish come to."""

from typing import Any

import pytest

from models.coaching import FollowUp, FollowUpVerdict, VideoAnalysis
from models.rules.arc import ending_of, is_less_clean

SEEN, PARTLY, NOT_YET = FollowUpVerdict.SEEN, FollowUpVerdict.PARTLY, FollowUpVerdict.NOT_YET
NOT_VISIBLE, TOO_FAR = FollowUpVerdict.NOT_VISIBLE, FollowUpVerdict.TOO_FAR
PAN, SMOKE, SALT = "pan_not_hot", "oil_smoking", "oversalted"


def look(
    fault: str | None, past: tuple[FollowUpVerdict, str | None] | None = None, **values: Any
) -> VideoAnalysis:
    return VideoAnalysis(
        cooking_events=[],
        key_moment_timestamp="0:01",
        key_moment_seconds=1,
        diagnosis="診断です。",
        fault=fault,
        follow_up=FollowUp(verdict=past[0], fault=past[1]) if past else None,
        **values,
    )


@pytest.mark.parametrize(
    ("last", "is_clean"),
    [
        (look(None), True),
        (look(None, (SEEN, PAN)), True),
        (look(None, (NOT_VISIBLE, None)), True),  # a refinement is no fault that could be left
        (look(None, (PARTLY, PAN)), False),
        (look(None, (NOT_YET, PAN)), False),
        (look(None, (NOT_VISIBLE, PAN)), False),  # what went wrong may still go wrong: nobody could see
        (look(None, confidence="low"), False),
        (look(SALT, (SEEN, PAN)), False),
    ],
)
def test_clean_is_only_what_could_be_seen_to_be(last: VideoAnalysis, is_clean: bool) -> None:
    assert last.is_clean is is_clean
    assert ending_of({3: last}).is_acquired is is_clean


@pytest.mark.parametrize(
    ("looks", "overcome", "clean", "open_fault"),
    [
        ([look(PAN), look(SMOKE, (TOO_FAR, PAN)), look(None, (SEEN, SMOKE))], [SMOKE], [3], None),
        ([look(PAN), look(SALT, (SEEN, PAN)), look(SALT, (NOT_YET, SALT))], [PAN], [], SALT),
        # seen to be gone, and back again: it is not solid
        ([look(PAN), look(SALT, (SEEN, PAN)), look(PAN, (SEEN, SALT))], [SALT], [], PAN),
        ([look(PAN), look(PAN, (NOT_YET, PAN)), look(PAN, (NOT_YET, PAN))], [], [], PAN),
        ([look(None), look(None, (NOT_VISIBLE, None)), look(PAN)], [], [1, 2], PAN),
        ([look(PAN), look(None, (SEEN, PAN)), look(None, confidence="low")], [PAN], [2], None),
        ([look(PAN), look(None, (NOT_VISIBLE, PAN)), look(None, (NOT_VISIBLE, None))], [], [3], None),
        ([look(None), look(None), look(None, (NOT_VISIBLE, PAN))], [], [1, 2], PAN),
    ],
)
def test_the_ending_tells_what_is_solid_and_what_stays_open(
    looks: list[VideoAnalysis], overcome: list[str], clean: list[int], open_fault: str | None
) -> None:
    ending = ending_of(dict(enumerate(looks, start=1)))

    assert (list(ending.overcome), list(ending.clean), ending.open_fault) == (overcome, clean, open_fault)


def test_an_attempt_that_was_taken_back_is_not_missed() -> None:
    ending = ending_of({1: look(PAN), 3: look(None, confidence="low")})

    assert (ending.open_fault, ending.was_judged) == (PAN, False)


@pytest.mark.parametrize(
    ("before", "now", "is_less"),
    [
        (look(None), look(PAN), True),
        (look(PAN), look(SMOKE), True),
        (look(SMOKE), look(PAN), False),
        (look(PAN), look(PAN), False),
        (look(PAN), look(None), False),
        (look(None, confidence="low"), look(PAN), False),  # nobody knows how it was before
    ],
)
def test_less_clean_is_a_fault_after_none_or_a_worse_one(
    before: VideoAnalysis, now: VideoAnalysis, is_less: bool
) -> None:
    assert is_less_clean(before, now, {PAN: 2, SMOKE: 3}) is is_less
