"""Makes an account's rich menus what they should be: made again, nothing is changed.

A menu's name tells what is in it, for neither its areas nor its image can be changed: what is new gets a menu of its own,
and an alias moves to it once it is whole. So a death at any step leaves the old ones shown, and the next run goes on.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from line.client import LineObject, Refused
from line.rich_menus import RichMenu, RichMenus

# Of every release: what another tool has made is not ours to delete.
OURS = re.compile(r"moment-menu-[a-z_]+-[0-9a-f]{12}")


def menu_name(kind: str, fingerprint: str) -> str:
    return f"moment-menu-{kind}-{fingerprint[:12]}"


@dataclass(frozen=True)
class WantedMenu:
    """`draw` makes the PNG, which takes a while: called only where the image is missing."""

    name: str
    alias: str
    definition: LineObject
    draw: Callable[[], bytes]
    is_everybodys: bool = False


@dataclass(frozen=True)
class MenuSurvey:
    """What an account has: `ids` by the alias of each wanted menu that is there and whole, `old` others of ours."""

    menus: Sequence[RichMenu]
    aliases: Mapping[str, str]
    everybodys: str | None
    ids: Mapping[str, str]
    old: Sequence[RichMenu]


def survey(menus: RichMenus, wanted: Sequence[WantedMenu]) -> MenuSurvey:
    """Raises LineError."""
    there, aliases = menus.all(), menus.aliases()
    names = {menu.id: menu.name for menu in there}
    # An alias leads only to what has its image: LINE takes no other.
    ids = {
        each.alias: aliases[each.alias]
        for each in wanted
        if names.get(aliases.get(each.alias, "")) == each.name
    }
    old = [menu for menu in there if OURS.fullmatch(menu.name) and menu.id not in ids.values()]
    return MenuSurvey(there, aliases, menus.everybodys(), ids, old)


def problems(found: MenuSurvey, wanted: Sequence[WantedMenu]) -> list[str]:
    """What `MenuSetup.make` would change."""
    missing = [each.alias for each in wanted if each.alias not in found.ids]
    stale = [alias for alias in missing if alias in found.aliases]
    problems = [
        f"{alias} is of another release" if alias in stale else f"{alias} is missing" for alias in missing
    ]
    shown = [found.ids.get(each.alias) for each in wanted if each.is_everybodys]
    if not missing and found.everybodys not in shown:
        problems.append("who is new sees another menu, or none")
    return problems


@dataclass
class MenuSetup:
    """`changes` say what was done, also where it ended early."""

    menus: RichMenus
    wanted: Sequence[WantedMenu]
    changes: list[str] = field(default_factory=list)

    def make(self) -> Mapping[str, str]:
        """What is missing; the ids by their aliases. Raises LineError."""
        found = survey(self.menus, self.wanted)
        ids = {each.alias: found.ids.get(each.alias) or self._make(each, found) for each in self.wanted}
        for each in self.wanted:
            if each.is_everybodys and found.everybodys != ids[each.alias]:
                self.menus.show_everybody(ids[each.alias])
                self.changes.append(f"{each.name}: is everybody's now")
        return ids

    def delete_old(self, shown: Collection[str]) -> int:
        """Those of ours that are not wanted, but for those that somebody sees; how many stay for these. Raises LineError."""
        kept = 0
        for menu in survey(self.menus, self.wanted).old:
            if menu.id in shown:
                kept += 1
                continue
            self.menus.delete(menu.id)
            self.changes.append(f"{menu.name}: deleted")
        return kept

    def _make(self, wanted: WantedMenu, found: MenuSurvey) -> str:
        """Goes on with what an earlier run has left."""
        menu_id = next((menu.id for menu in found.menus if menu.name == wanted.name), None)
        if menu_id is None:
            menu_id = self.menus.create(wanted.definition)
            self.changes.append(f"{wanted.name}: made")
        if not self.menus.has_image(menu_id):
            self.menus.set_image(menu_id, wanted.draw())
            self.changes.append(f"{wanted.name}: has its image now")
        self._set_alias(wanted.alias, menu_id, is_there=wanted.alias in found.aliases)
        self.changes.append(f"{wanted.alias}: leads to {wanted.name} now")
        return menu_id

    def _set_alias(self, alias: str, menu_id: str, *, is_there: bool) -> None:
        if not is_there:
            try:
                self.menus.create_alias(alias, menu_id)
            except Refused:  # another run, at the same time, was first
                is_there = True
        if is_there:
            self.menus.move_alias(alias, menu_id)
