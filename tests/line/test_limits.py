"""Words are cut where LINE would refuse them, never inside a character."""

import pytest

from line.limits import fit
from simulator.line.checks import utf16_units


@pytest.mark.parametrize("words", ["", "あ" * 20, "🍳" * 10])
def test_what_fits_is_left_alone(words: str) -> None:
    assert fit(words, 20) == words


@pytest.mark.parametrize("words", ["あ" * 21, "🍳" * 11, "a" + "🍳" * 10, "👨‍👩‍👧" * 9])
def test_what_is_longer_is_cut_between_characters(words: str) -> None:
    start = fit(words, 20)
    assert utf16_units(start) <= 20
    assert start.endswith("…")
    assert words.startswith(start[:-1])
