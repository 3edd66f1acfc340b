import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.timeline import Span, Timeline

LENGTHS = st.lists(st.floats(0.1, 600), min_size=1, max_size=6)
THREE = Timeline([5.0, 4.0, 3.0])


def test_a_second_of_the_whole_is_one_of_a_clip() -> None:
    assert [THREE.at(second) for second in (0, 4.5, 5.0, 11.5)] == [(0, 0), (0, 4.5), (1, 0), (2, 2.5)]
    assert [THREE.at(second) for second in (-3, 99)] == [(0, 0), (2, 3)]


def test_what_is_shown_may_lie_in_several_clips() -> None:
    assert THREE.spans(4, 6) == [Span(0, 4, 1), Span(1, 0, 4), Span(2, 0, 1)]
    assert THREE.spans(5, 2) == [Span(1, 0, 2)]
    assert THREE.spans(11, 9) == [Span(2, 2, 1)]


@given(LENGTHS, st.floats(0, 1), st.floats(0.01, 100))
def test_spans_are_the_whole_without_gaps(lengths: list[float], share: float, length: float) -> None:
    timeline = Timeline(lengths)
    start = timeline.seconds * share * 0.99
    spans = timeline.spans(start, length)
    assert sum(span.length for span in spans) == pytest.approx(
        min(length, timeline.seconds - start), abs=1e-6
    )
    first, second = timeline.at(start)
    assert timeline.starts[first] + second == pytest.approx(start, abs=1e-6)
    assert all(span.start == 0 for span in spans[1:])
    assert [span.clip for span in spans] == list(range(spans[0].clip, spans[0].clip + len(spans)))
