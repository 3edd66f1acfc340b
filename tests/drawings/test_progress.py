"""The picture of the progress: for a phone, whatever there is to be shown, and another whenever that is another."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from drawings.progress import LARGEST, MOST_COOKS, MOST_SKILLS, Figures, Marks, Row, draw, size_of
from knowledge_base import places_talk
from knowledge_base.catalogue import load

NAMES = [dish.name_ja for dish in load().dishes.values()]
ONE = Figures(
    places_talk.picture_words(0),
    [("チャーハン", 1)],
    [Row("火加減", [0], is_acquired=False)],
    [Marks("見た目", [3]), Marks("味", [None])],
)
FULLEST = Figures(
    places_talk.picture_words(10),
    [(max(NAMES, key=len), number) for number in (1, 2, 3)] + [(name, 1) for name in NAMES[: MOST_COOKS - 3]],
    [Row(name, [*range(MOST_COOKS)], is_acquired=True) for name in [*load().skills.values()][:MOST_SKILLS]],
    [Marks(name, [1, 2, 3, 4, 5, None, 3, 4, 5]) for name in ("見た目", "味", "食感", "香り")],
)


@pytest.mark.parametrize("figures", [ONE, replace(ONE, skills=[]), FULLEST])
def test_it_is_a_picture_that_line_shows(figures: Figures) -> None:
    content = draw(figures)
    assert len(content) < 300_000
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        assert picture.size == size_of(figures)
        assert max(picture.size) <= LARGEST
        colours = picture.convert("RGB").getcolors(1 << 20)
    assert colours is not None
    assert len(colours) > 20  # something is drawn on the paper


def test_the_same_is_drawn_once_and_anything_else_anew() -> None:
    assert replace(ONE).content == ONE.content
    others = [
        replace(ONE, marks=[Marks("見た目", [4]), Marks("味", [None])]),
        replace(ONE, skills=[Row("火加減", [0], is_acquired=True)]),
        replace(ONE, columns=[("チャーハン", 2)]),
        replace(ONE, words=places_talk.picture_words(1)),
    ]
    assert len({ONE.content, *(other.content for other in others)}) == 5
