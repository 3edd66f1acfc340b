"""The rich menus as a learner meets them: made by the sync, switched by what they do, each tap also by typing."""

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from bot.menus import MENUS, alias_of
from knowledge_base import companion_talk, menu_talk, phrasebook, places_talk, quiz_talk
from models.menu import MenuLink
from models.rules.menu import Menu
from models.user import User
from moment.menus import Synced, sync_menus
from moment.resources import open_resources
from simulator.line.client import Learner
from tests import quick_providers
from tests.flows.steps import replies, words
from tests.selling import for_sale
from tests.system import WAIT, System, pick

PAUSED_AT = "analyze"
SETTINGS = for_sale("http://127.0.0.1:9")


def sync(system: System) -> Synced:
    with open_resources(system.settings, quick_providers.build) as resources:
        (synced,) = sync_menus(resources)
    assert synced.error is None
    return synced


@pytest.fixture(scope="module", autouse=True)
def synced(shared: System) -> Synced:
    return sync(shared)


def seen(learner: Learner) -> str:
    """The name of the menu that LINE shows them."""
    return str((learner.thread().rich_menu or {}).get("name"))


def wait_to_see(learner: Learner, menu: Menu) -> dict[str, Any]:
    def is_seen(thread: Any) -> Any:
        shown = thread.rich_menu
        return shown if shown and shown["name"].startswith(f"moment-menu-{menu.value}-") else None

    found: dict[str, Any] = learner.wait_for(is_seen, WAIT, what=f"the menu {menu.value}")
    return found


def test_who_is_new_sees_one_menu_and_who_cooks_another(shared: System) -> None:
    learner = shared.learner()
    wait_to_see(learner, Menu.NEW)
    pick(learner)
    wait_to_see(learner, Menu.LEARNING)


def test_who_comes_back_is_shown_their_menu_anew(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    wait_to_see(learner, Menu.LEARNING)
    learner.block()
    learner.unblock()
    wait_to_see(learner, Menu.LEARNING)


def test_a_second_sync_changes_nothing_and_owes_nobody(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    wait_to_see(learner, Menu.LEARNING)
    again = sync(shared)
    assert (again.changes, again.owed, again.kept) == ([], 0, 0)


def test_who_leaves_sees_everybodys_menu_again(shared: System) -> None:
    learner = shared.learner()
    pick(learner)
    wait_to_see(learner, Menu.LEARNING)
    learner.text("データを削除")
    learner.wait_for(lambda t: [a for a in t.tappable() if "action=leave" in str(a.get("data"))], WAIT)
    learner.tap("すべて削除する")
    wait_to_see(learner, Menu.NEW)
    learner.wait_for(
        lambda t: any("すべてのデータを削除しました" in (b.text or "") for b in t.from_bot), WAIT
    )
    with shared.database.transaction() as db:
        users = select(User.id).where(User.line_user_id == learner.user_id)
        assert db.exec(select(MenuLink).where(MenuLink.user_id.in_(users))).all() == []  # type: ignore[attr-defined]


TAPS = {
    menu_talk.DISHES: phrasebook.CHOOSE_DISH_ALT,
    menu_talk.PROGRESS: "いま準備しているコーチングはありません",
    menu_talk.RECORD: places_talk.RECORD_TITLE,
    menu_talk.ASK: menu_talk.ASK_ANYTHING,
    menu_talk.TOGETHER: companion_talk.CALL_CARD,
    menu_talk.PLAN: "プラン",
    menu_talk.PROFILE: quiz_talk.PROFILE_TITLE,
    menu_talk.GUIDE: "「料理を選ぶ」と送ると",
}


def test_every_tile_has_its_answer_here() -> None:
    labels = {area.label for page in MENUS.values() for area in page.areas if area.action is not None}
    assert labels == TAPS.keys()


@pytest.mark.parametrize("label", TAPS)
def test_a_tap_and_its_typed_word_are_answered_alike(shared: System, label: str) -> None:
    action = next(a.action for page in MENUS.values() for a in page.areas if a.label == label and a.action)
    tapping, typing = shared.learner(), shared.learner()
    by_tap = words(replies(tapping, lambda: tapping.postback(action["data"], display_text=label)))
    by_word = words(replies(typing, lambda: typing.text(label)))
    assert TAPS[label] in by_tap
    assert by_tap == by_word


def test_a_learner_is_linked_by_a_tap_on_the_menu_itself(shared: System, clip: Path) -> None:
    """The areas lie where LINE's own tap finds them."""
    learner = shared.learner()
    menu = wait_to_see(learner, Menu.NEW)
    assert menu["areas"][0]["action"]["displayText"] == menu_talk.DISHES
    assert phrasebook.CHOOSE_DISH_ALT in words(replies(learner, lambda: learner.tap(menu_talk.DISHES)))
    assert alias_of(Menu.WITH_PERSON) == "moment-with-person"
