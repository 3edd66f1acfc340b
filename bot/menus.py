"""The rich menus as data: what stands where, and what a tap does. Every tap can be typed as well."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.say.bubbles import postback
from knowledge_base import menu_talk as words
from line.client import LineObject
from models.rules.menu import Menu

WIDTH = 2500


@dataclass(frozen=True)
class Area:
    """In pixels. `sign` names a picture of drawings/signs.py. Without an action it only tells."""

    x: int
    y: int
    width: int
    height: int
    sign: str
    label: str
    action: LineObject | None
    caption: str = ""
    is_main: bool = False


@dataclass(frozen=True)
class MenuPage:
    height: int
    areas: Sequence[Area]


def alias_of(menu: Menu) -> str:
    """By which LINE's id of a menu is found."""
    return f"moment-{menu.value.replace('_', '-')}"


def definition(menu: Menu, name: str) -> LineObject:
    """As LINE's API takes it."""
    page = MENUS[menu]
    return {
        "size": {"width": WIDTH, "height": page.height},
        "selected": True,
        "name": name,
        "chatBarText": words.CHAT_BAR,
        "areas": [
            {"bounds": {"x": a.x, "y": a.y, "width": a.width, "height": a.height}, "action": a.action}
            for a in page.areas
            if a.action is not None
        ],
    }


_Tile = tuple[str, str, LineObject]

_DISHES = ("pot", words.DISHES, postback(words.DISHES, action="menu"))
_PROGRESS = ("hourglass", words.PROGRESS, postback(words.PROGRESS, action="waiting"))
_RECORD = ("notebook", words.RECORD, postback(words.RECORD, action="places"))
_PLAN = ("plan", words.PLAN, postback(words.PLAN, action="plan"))
_PROFILE = ("profile", words.PROFILE, postback(words.PROFILE, action="profile"))
_GUIDE = ("guide", words.GUIDE, postback(words.GUIDE, action="help"))
_TOGETHER = ("together", words.TOGETHER, postback(words.TOGETHER, action="together"))
_ASK = ("question", words.ASK, {**postback(words.ASK, action="ask"), "inputOption": "openKeyboard"})


def _row(y: int, height: int, tiles: Sequence[_Tile], *, left: int = 0) -> Iterator[Area]:
    """Of equal width, up to the right edge."""
    width = (WIDTH - left) // len(tiles)
    for index, tile in enumerate(tiles):
        yield Area(left + index * width, y, width, height, *tile)


MENUS: Mapping[Menu, MenuPage] = {
    Menu.NEW: MenuPage(
        1686,
        [
            Area(0, 0, 1250, 1686, *_DISHES, caption=words.DISHES_FIRST, is_main=True),
            *_row(0, 843, [_GUIDE, _PROFILE], left=1250),
            *_row(843, 843, [_ASK, _PLAN], left=1250),
        ],
    ),
    Menu.LEARNING: MenuPage(
        1686,
        [
            Area(0, 0, 1000, 900, *_DISHES, caption=words.DISHES_AGAIN, is_main=True),
            Area(1000, 0, 750, 900, *_PROGRESS, caption=words.PROGRESS_CAPTION),
            Area(1750, 0, 750, 900, *_RECORD, caption=words.RECORD_CAPTION),
            *_row(900, 786, [_TOGETHER, _ASK, _PLAN, _PROFILE, _GUIDE]),
        ],
    ),
    Menu.WITH_PERSON: MenuPage(
        843,
        [
            Area(0, 0, 1000, 843, "coach", words.WITH_PERSON, None, caption=words.WITH_PERSON_CAPTION),
            *_row(0, 843, [_PROGRESS, _RECORD, _GUIDE], left=1000),
        ],
    ),
}
