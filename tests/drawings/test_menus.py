"""The menus' pictures: within LINE's limits, and known to have changed without being drawn."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from bot.menus import MENUS, definition
from drawings.menus import Picture, Tile, draw, fingerprint
from drawings.signs import SIGNS
from models.rules.menu import Menu
from moment.menus import picture_of, wanted_menus
from simulator.line.checks import graphemes
from simulator.line.rich_menus import IMAGE_LIMIT_BYTES, _check_menu

TILE = Tile(0, 0, 800, 270, "pot", "料理を選ぶ")


@pytest.mark.parametrize("menu", Menu)
def test_a_menu_is_what_line_takes(menu: Menu) -> None:
    _check_menu(definition(menu, "a name"))
    png = draw(picture_of(menu))
    assert len(png) <= IMAGE_LIMIT_BYTES
    with Image.open(io.BytesIO(png)) as image:
        assert (image.format, image.size) == ("PNG", (2500, MENUS[menu].height))


@pytest.mark.parametrize("menu", Menu)
def test_its_areas_fill_it_without_covering_each_other(menu: Menu) -> None:
    page = MENUS[menu]
    covered = set[tuple[int, int]]()
    for area in page.areas:
        assert area.sign in SIGNS
        assert graphemes(area.label) <= 20
        cells = {
            (x, y)
            for x in range(area.x, area.x + area.width, 25)
            for y in range(area.y, area.y + area.height)
        }
        assert not covered & cells
        covered |= cells
    assert sum(area.width * area.height for area in page.areas) == 2500 * page.height


def test_what_is_drawn_is_the_same_each_time_and_so_is_its_name() -> None:
    picture = Picture(800, 270, [TILE])
    assert draw(picture) == draw(Picture(800, 270, [TILE]))
    assert fingerprint(picture) == fingerprint(Picture(800, 270, [TILE]))
    others = [replace(TILE, label="きろく"), replace(TILE, is_main=True), replace(TILE, x=1)]
    assert len({fingerprint(Picture(800, 270, [each])) for each in [TILE, *others]}) == 4
    assert [each.name for each in wanted_menus()] == [each.name for each in wanted_menus()]


def test_a_long_label_is_made_smaller_until_it_fits() -> None:
    wide = Tile(0, 0, 800, 270, "guide", "とても長い名前のついたボタンの文字")
    with Image.open(io.BytesIO(draw(Picture(800, 270, [wide])))) as image:
        edges = [image.getpixel((x, 200)) for x in (26, 774)]
    assert set(edges) == {(255, 255, 255)}
