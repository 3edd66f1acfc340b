"""Which seconds of two cooks are the same moment: an event of both, else their key moments, else the same place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.coaching import CookingEvent, VideoAnalysis
from models.rules.same_moment import (
    LONGEST_SECONDS,
    Ground,
    SameMoment,
    same_moment,
    windows,
)


def analysis(key: int, *events: tuple[int, str]) -> VideoAnalysis:
    return VideoAnalysis(
        cooking_events=[CookingEvent(t="0:00", t_seconds=second, event=words) for second, words in events],
        key_moment_timestamp="0:00",
        key_moment_seconds=key,
        diagnosis="…",
    )


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("卵が入りました", "卵が入りました", True),
        ("卵を入れました", "フライパンに卵を入れ、ジュワッと鳴りました", True),
        ("卵を割り入れました", "卵を入れました", True),
        ("具材が入って、音が大きくなりました", "具材が入りました。音は控えめです", True),
        ("にんにくを入れました", "フライパンににんにくを入れました", True),
        ("卵を入れました", "ご飯を入れました", False),
        ("フライパンに油を入れました", "フライパンに卵を入れました", False),
        ("にんにくを入れました", "ねぎを入れました", False),
        ("豚肉を入れました", "鶏肉を入れました", False),
        ("場面が切り替わりました", "場面が切り替わりました", False),
        ("作っている様子が映っています", "作っている様子が映っています", False),
    ],
)
def test_events_are_the_same_by_what_they_speak_of(one: str, other: str, are_same: bool) -> None:
    moment = same_moment(analysis(12, (10, one)), analysis(14, (12, other)), 24, 24)
    assert (moment.ground is Ground.EVENT) is are_same
    if are_same:
        assert moment == SameMoment(10, 12, Ground.EVENT, one)


def test_of_several_events_the_one_nearest_to_what_the_first_attempt_was_about_is_taken() -> None:
    first = analysis(17, (4, "卵を入れました"), (9, "ご飯を入れました"), (18, "味見をしました"))
    third = analysis(3, (5, "卵を入れました"), (8, "ご飯を入れました"), (20, "味見をしました"))
    assert same_moment(first, third, 24, 24) == SameMoment(18, 20, Ground.EVENT, "味見をしました")


def test_an_event_that_comes_again_is_matched_in_its_order() -> None:
    first = analysis(15, (5, "混ぜています"), (15, "混ぜています"))
    third = analysis(9, (7, "混ぜています"), (12, "混ぜています"))
    moment = same_moment(first, third, 24, 24)
    assert (moment.first, moment.third) == (15, 12)


def test_without_a_common_event_key_moments_at_about_the_same_place_are_taken() -> None:
    moment = same_moment(analysis(10), analysis(30), 24, 60)
    assert moment == SameMoment(10, 30, Ground.KEY_MOMENT)


def test_key_moments_of_other_parts_of_the_cook_are_not_said_to_be_the_same() -> None:
    moment = same_moment(analysis(6), analysis(54), 24, 60)
    assert moment == SameMoment(6, 15, Ground.PLACE)


def test_an_event_that_leaves_little_to_show_beside_each_other_is_not_taken() -> None:
    moment = same_moment(analysis(5, (0, "卵を入れました")), analysis(5, (10, "卵を入れました")), 10, 10)
    assert moment.ground is Ground.KEY_MOMENT


@pytest.mark.parametrize("key", [-0, 24, 500])
def test_a_key_moment_beyond_the_clip_is_moved_to_its_end(key: int) -> None:
    for moment in (
        same_moment(analysis(key), analysis(5), 24, 24),
        same_moment(analysis(5), analysis(key), 24, 24),
    ):
        assert 0 <= moment.first <= 24
        assert 0 <= moment.third <= 24


def test_the_moment_stands_in_the_middle_where_there_is_room() -> None:
    one, other = windows(SameMoment(20, 100, Ground.EVENT), 60, 200)
    assert (one.start, one.length, one.lead) == (15, 10, 5)
    assert (other.start, other.length, other.lead) == (95, 10, 5)


SECONDS = st.floats(1.9, 7200)
WORDS = st.sampled_from(["卵を入れました", "ご飯を入れました", "混ぜています", "味見をしました"])


@given(st.data(), SECONDS, SECONDS)
def test_whatever_was_seen_the_windows_lie_in_their_clips(
    data: st.DataObject, first_seconds: float, third_seconds: float
) -> None:
    analyses = [
        analysis(
            data.draw(st.integers(0, int(seconds) + 2)),
            *data.draw(st.lists(st.tuples(st.integers(0, int(seconds) + 2), WORDS), max_size=4)),
        )
        for seconds in (first_seconds, third_seconds)
    ]
    moment = same_moment(analyses[0], analyses[1], first_seconds, third_seconds)
    parts = windows(moment, first_seconds, third_seconds)
    assert parts[0].length == parts[1].length
    assert parts[0].lead == parts[1].lead
    for part, at, seconds in zip(
        parts, (moment.first, moment.third), (first_seconds, third_seconds), strict=True
    ):
        assert part.start >= -1e-6
        assert part.start + part.length <= seconds + 1e-6
        assert part.start + part.lead == pytest.approx(at)
        assert -1e-6 <= part.lead <= part.length + 1e-6
    enough = min(LONGEST_SECONDS, first_seconds, third_seconds) / 2
    assert enough - 1e-6 <= parts[0].length <= LONGEST_SECONDS + 1e-6
