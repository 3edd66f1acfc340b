"""The rich menus of all our LINE accounts, put together: their pages, their pictures, who is to see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from bot.menus import MENUS, WIDTH, alias_of, definition
from drawings.menus import Picture, Tile, draw, fingerprint
from line.client import LineError, RateLimited, Refused
from line.menu_setup import MenuSetup, WantedMenu, menu_name
from line.rich_menus import RichMenus
from models.rules.menu import Menu
from moment.resources import Resources
from services.menus import owe_menus, shown_menus


def wanted_menus() -> list[WantedMenu]:
    return [_wanted(menu) for menu in Menu]


def _wanted(menu: Menu) -> WantedMenu:
    picture = picture_of(menu)
    content = f"{definition(menu, '')} {fingerprint(picture)}"
    name = menu_name(menu.value, sha256(content.encode()).hexdigest())
    return WantedMenu(
        name, alias_of(menu), definition(menu, name), partial(draw, picture), is_everybodys=menu is Menu.NEW
    )


def picture_of(menu: Menu) -> Picture:
    page = MENUS[menu]
    return Picture(
        WIDTH,
        page.height,
        [
            Tile(
                area.x,
                area.y,
                area.width,
                area.height,
                area.sign,
                area.label,
                area.caption,
                is_main=area.is_main,
                is_quiet=area.action is None,
            )
            for area in page.areas
        ],
    )


@dataclass(frozen=True)
class Synced:
    """What was done in one LINE account; `owed` learners see another menu soon, `kept` old menus are seen till then."""

    channel: str
    changes: Sequence[str]
    owed: int = 0
    kept: int = 0
    error: LineError | None = None


def sync_menus(resources: Resources) -> Iterator[Synced]:
    """One account after the other: trouble with one keeps no other from its menus."""
    wanted = wanted_menus()
    for channel in resources.settings.line_channels:
        yield _sync(resources, channel.name, wanted)


def _sync(resources: Resources, channel: str, wanted: Sequence[WantedMenu]) -> Synced:
    """Each step may be made again, and is not if it was made. Who sees an old one is owed the new one before the old is
    deleted."""
    setup = MenuSetup(RichMenus(resources.line.client(channel)), wanted)
    try:
        ids = setup.make()
        with resources.database.transaction() as db:
            owed = owe_menus(db, channel, ids.values())
            shown = shown_menus(db, channel)
        kept = setup.delete_old(shown)
    except LineError as error:
        return Synced(channel, setup.changes, error=error)
    return Synced(channel, setup.changes, owed, kept)


def advice(error: LineError) -> str:
    """What an operator does about a sync that ended early."""
    again = "what was done is kept: run `moment richmenu sync` again"
    if isinstance(error, RateLimited):
        return f"LINE takes no more now (100 menus made and 100 deleted an hour); {again} in an hour"
    if isinstance(error, Refused):
        return f"LINE refuses it: {error}"
    return f"LINE did not take it ({type(error).__name__}: {error}); {again}, or see `moment doctor`"
