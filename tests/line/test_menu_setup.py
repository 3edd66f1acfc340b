"""An account's rich menus, over sockets: made once, whatever dies, is lost or is refused on the way."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desk.simulated_line import channels, simulator_config
from line.accounts import LineAccounts
from line.client import NotSent, RateLimited
from line.menu_setup import MenuSetup, WantedMenu, menu_name, problems, survey
from line.rich_menus import RichMenus
from simulator.line.client import Desk
from simulator.line.server import make_server
from tests.deaths import Killed
from tests.system import listening, served

TAP = {"type": "postback", "data": "action=menu", "displayText": "料理を選ぶ"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with ExitStack() as stack:
        socket = listening()
        simulator = make_server(simulator_config("http://127.0.0.1:9", tmp_path), port=0)
        stack.enter_context(served(simulator, socket))
        yield stack.enter_context(Desk(f"http://127.0.0.1:{socket.getsockname()[1]}"))


@pytest.fixture
def menus(desk: Desk) -> RichMenus:
    return RichMenus(LineAccounts(channels(), desk.base_url).client("moment"))


@dataclass
class Drawer:
    calls: list[str] = field(default_factory=list)

    def wanted(self, kind: str, release: str = "1", *, is_everybodys: bool = False) -> WantedMenu:
        name = menu_name(kind, release * 12)

        def draw() -> bytes:
            self.calls.append(kind)
            out = io.BytesIO()
            Image.new("RGB", (800, 270), "white").save(out, "PNG")
            return out.getvalue()

        bounds = {"x": 0, "y": 0, "width": 800, "height": 270}
        definition: dict[str, Any] = {
            "size": {"width": 800, "height": 270},
            "selected": True,
            "name": name,
            "chatBarText": "メニュー",
            "areas": [{"bounds": bounds, "action": TAP}],
        }
        return WantedMenu(name, f"moment-{kind}", definition, draw, is_everybodys)

    def both(self, release: str = "1") -> list[WantedMenu]:
        return [self.wanted("new", release, is_everybodys=True), self.wanted("learning", release)]


def names(menus: RichMenus) -> list[str]:
    return sorted(menu.name for menu in menus.all())


def writes(desk: Desk, after: int = 0) -> list[str]:
    return [f"{c.method} {c.path}" for c in desk.log(after=after) if c.method != "GET"]


def test_what_is_missing_is_made_and_a_second_run_writes_and_draws_nothing(
    desk: Desk, menus: RichMenus
) -> None:
    drawer = Drawer()
    wanted = drawer.both()
    ids = MenuSetup(menus, wanted).make()
    assert (names(menus), drawer.calls) == ([each.name for each in reversed(wanted)], ["new", "learning"])
    assert menus.aliases() == ids
    assert menus.everybodys() == ids["moment-new"]
    assert all(menus.has_image(menu_id) for menu_id in ids.values())
    end = desk.log()[-1].seq
    again = MenuSetup(menus, wanted)
    assert (again.make(), again.delete_old(()), again.changes) == (ids, 0, [])
    assert (writes(desk, end), len(drawer.calls)) == ([], 2)


def test_another_release_takes_over_and_what_is_seen_stays_until_it_is_not(menus: RichMenus) -> None:
    old = MenuSetup(menus, Drawer().both("1")).make()
    foreign = menus.create({**Drawer().wanted("new").definition, "name": "moment-menu of another tool"})
    setup = MenuSetup(menus, Drawer().both("2"))
    new = setup.make()
    assert (menus.aliases(), menus.everybodys()) == (new, new["moment-new"])
    assert setup.delete_old({old["moment-learning"]}) == 1
    assert {menu.id for menu in menus.all()} == {*new.values(), old["moment-learning"], foreign}
    assert setup.delete_old(()) == 0
    assert {menu.id for menu in menus.all()} == {*new.values(), foreign}
    assert [change for change in setup.changes if change.endswith("deleted")] != []


WRITES = ("create", "set_image", "create_alias", "move_alias", "show_everybody", "delete")


class Mortal(RichMenus):
    """Its process dies before or after one of its writes."""

    def __init__(self, menus: RichMenus, at: int, *, after: bool) -> None:
        super().__init__(menus.client)
        object.__setattr__(self, "left", at)
        object.__setattr__(self, "after", after)

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name not in WRITES:
            return value

        def write(*arguments: Any) -> Any:
            left = super(Mortal, self).__getattribute__("left")
            object.__setattr__(self, "left", left - 1)
            if left == 0 and not super(Mortal, self).__getattribute__("after"):
                raise Killed
            answer = value(*arguments)
            if left == 0:
                raise Killed
            return answer

        return write


@pytest.mark.parametrize("after", [False, True], ids=["before a write", "after a write"])
def test_a_death_at_any_write_is_healed_by_the_next_run(desk: Desk, menus: RichMenus, after: bool) -> None:
    """From one release to the next: learners see the old menus, or the new ones, and in the end nothing is left over."""
    deaths = 0
    for at in range(20):
        desk.advance_clock(3600)  # LINE's limits are another test's
        before = MenuSetup(menus, Drawer().both("ab"[at % 2])).make()
        wanted = Drawer().both("ba"[at % 2])
        setup = MenuSetup(Mortal(menus, at, after=after), wanted)
        try:
            setup.make()
            setup.delete_old(())
        except Killed:
            deaths += 1
            names_by_id = {menu.id: menu.name for menu in menus.all()}
            assert set(menus.aliases()) == set(before)
            assert set(menus.aliases().values()) <= names_by_id.keys(), "an alias leads to nothing"
            assert menus.everybodys() in names_by_id
        healed = MenuSetup(menus, wanted)
        ids = healed.make()
        healed.delete_old(())
        assert names(menus) == sorted(each.name for each in wanted)
        assert (menus.aliases(), menus.everybodys()) == (ids, ids["moment-new"])
        if deaths <= at:
            break
    assert deaths == 9, "two made, pictured, named; one shown; two deleted"


def test_a_menu_whose_making_was_not_heard_of_leaves_no_spare_one(desk: Desk, menus: RichMenus) -> None:
    """LINE has made it, and the connection broke: it was made once more."""
    setup = MenuSetup(menus, Drawer().both())
    desk.fault("rich_menu", drop=True, accept=True, times=1)
    menus.create(setup.wanted[0].definition)
    assert len(menus.all()) == 2
    ids = setup.make()
    assert setup.delete_old(()) == 0
    assert sorted(menu.id for menu in menus.all()) == sorted(ids.values())


def test_over_the_limit_of_an_hour_what_was_done_is_kept(desk: Desk, menus: RichMenus) -> None:
    spare = Drawer().wanted("spare").definition
    for _ in range(99):
        menus.create(spare)
    setup = MenuSetup(menus, Drawer().both())
    with pytest.raises(RateLimited):
        setup.make()
    assert setup.changes[-1] == f"moment-new: leads to {setup.wanted[0].name} now"
    assert problems(survey(menus, setup.wanted), setup.wanted) == ["moment-learning is missing"]
    desk.advance_clock(40)
    later = MenuSetup(menus, setup.wanted)
    assert later.make() == menus.aliases()
    assert not any(setup.wanted[0].name in change and "made" in change for change in later.changes)


def test_the_list_is_asked_for_no_more_than_line_allows(desk: Desk, menus: RichMenus) -> None:
    """Ten times a second: a whole run asks twice."""
    MenuSetup(menus, Drawer().both()).make()
    end = desk.log()[-1].seq
    setup = MenuSetup(menus, Drawer().both())
    setup.make()
    setup.delete_old(())
    assert len(desk.log(after=end, path="/richmenu/list")) == 2
    with pytest.raises(RateLimited):
        _ = [menus.all() for _ in range(20)]


def test_who_is_no_friend_is_shown_a_menu_without_an_error(desk: Desk, menus: RichMenus) -> None:
    ids = MenuSetup(menus, Drawer().both()).make()
    stranger, friend = desk.learner("しらない"), desk.learner("ゆうこ")
    friend.follow()
    for each in (stranger, friend):
        menus.show(each.user_id, ids["moment-learning"])
    assert stranger.thread().rich_menu is None
    assert (friend.thread().rich_menu or {})["richMenuId"] == ids["moment-learning"]
    menus.hide(friend.user_id)
    assert (friend.thread().rich_menu or {})["richMenuId"] == ids["moment-new"]


def test_an_image_of_an_earlier_try_is_no_error(menus: RichMenus) -> None:
    wanted = Drawer().wanted("new")
    menu_id = menus.create(wanted.definition)
    assert not menus.has_image(menu_id)
    menus.set_image(menu_id, wanted.draw())
    menus.set_image(menu_id, wanted.draw())
    assert menus.has_image(menu_id)
    menus.delete(menu_id)
    menus.delete(menu_id)
    assert menus.id_of("moment-none") is None


def test_an_alias_that_another_run_made_meanwhile_is_moved(menus: RichMenus) -> None:
    setup = MenuSetup(menus, [Drawer().wanted("new")])
    menu_id = menus.create(setup.wanted[0].definition)
    menus.set_image(menu_id, setup.wanted[0].draw())
    menus.create_alias("moment-new", menu_id)
    setup._set_alias("moment-new", menu_id, is_there=False)
    assert menus.aliases() == {"moment-new": menu_id}


def test_a_line_that_is_away_is_told_apart(menus: RichMenus, desk: Desk) -> None:
    source = LineAccounts(channels(), "http://127.0.0.1:1").client("moment")
    with pytest.raises(NotSent):
        MenuSetup(replace(menus, client=source), Drawer().both()).make()
