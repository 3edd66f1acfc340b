"""Every dish that is taught has its picture: as the script draws it, small enough, and like no other."""

import hashlib
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from drawings import dishes, gallery
from knowledge_base.catalogue import load

SLUGS = sorted(dishes.DISHES)
MOST_BYTES = 150 * 1024


def small(slug: str) -> np.ndarray:
    with Image.open(dishes.FOLDER / f"{slug}.jpg") as picture:
        return np.asarray(picture.convert("RGB").resize((64, 42)), dtype=float)


def test_every_dish_that_is_taught_is_drawn_and_no_other() -> None:
    assert set(SLUGS) == set(load().dishes)
    assert {file.stem for file in dishes.FOLDER.glob("*.jpg")} == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_picture_is_of_the_size_that_line_shows(slug: str) -> None:
    file = dishes.FOLDER / f"{slug}.jpg"
    assert file.stat().st_size <= MOST_BYTES
    with Image.open(file) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (1024, 665)  # 20:13


def test_no_two_look_alike() -> None:
    pictures = {slug: small(slug) for slug in SLUGS}
    for one, other in combinations(SLUGS, 2):
        assert np.abs(pictures[one] - pictures[other]).mean() > 8, (one, other)


def test_the_pictures_are_those_of_the_script() -> None:
    message = "draw them anew: uv run python -m drawings.dishes, and look at them"
    assert dishes.RECORD.read_text().strip() == dishes.script_digest(), message


def test_the_script_draws_what_lies_here() -> None:
    """Up to what the file format loses."""
    anew = np.asarray(dishes.draw("miso-soup").resize((64, 42)), dtype=float)
    assert np.abs(anew - small("miso-soup")).mean() < 1.5


def test_an_address_changes_with_its_picture() -> None:
    path = gallery.dish_picture("gyoza")
    content = hashlib.sha256((dishes.FOLDER / "gyoza.jpg").read_bytes()).hexdigest()
    assert path == f"dishes/gyoza.jpg?v={content[:12]}"
    assert len({gallery.dish_picture(slug) for slug in SLUGS}) == len(SLUGS)
    assert gallery.dish_picture("no-such-dish") is None
