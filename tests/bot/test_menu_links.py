"""Which menu LINE shows a learner is owed by a row, and paid whatever LINE answers."""

from datetime import timedelta

import pytest
from sqlmodel import select, update

from jobs.leases import make_due
from jobs.reconciler import Reconciler
from line.menu_setup import MenuSetup
from line.rich_menus import RichMenus
from models.base import database_now
from models.menu import MenuLink
from models.user import User
from moment.menus import sync_menus, wanted_menus
from moment.resources import Resources, open_resources
from services.cooking import open_cook_alone
from services.menus import owe_menu, shown_menus
from services.profile import block, note_friendship, take_in
from settings import Settings
from simulator.line.client import Desk, Learner
from tests import quick_providers


@pytest.fixture
def learner(desk: Desk, resources: Resources) -> Learner:
    """A friend of ours, as the rows know too, who has not cooked."""
    learner = desk.learner("ゆうこ")
    learner.follow()
    with resources.database.transaction() as db:
        note_friendship(db, take_in(db, learner.user_id, "ゆうこ"), "moment")
    return learner


def cook(resources: Resources, learner: Learner, slug: str = "fried-rice") -> None:
    with resources.database.transaction() as db:
        open_cook_alone(db, db.exec(select(User).where(User.line_user_id == learner.user_id)).one(), slug)


def row(resources: Resources) -> MenuLink:
    with resources.database.transaction() as db:
        return db.exec(select(MenuLink)).one()


def make_menus(resources: Resources) -> dict[str, str]:
    menus = RichMenus(resources.line.client("moment"))
    return dict(MenuSetup(menus, wanted_menus()).make())


def due_again(resources: Resources) -> None:
    with resources.database.transaction() as db:
        make_due(db, MenuLink)


def test_the_first_cook_owes_another_menu_and_no_later_one_does(
    resources: Resources, learner: Learner
) -> None:
    with resources.database.transaction() as db:
        assert db.exec(select(MenuLink)).all() == [], "everybody's needs no row"
    ids = make_menus(resources)
    cook(resources, learner)
    resources.menu_links.show(row(resources).id)
    assert (learner.thread().rich_menu or {})["richMenuId"] == ids["moment-learning"]
    assert (row(resources).rich_menu_id, row(resources).due_at) == (ids["moment-learning"], None)
    cook(resources, learner, "pomodoro")
    assert row(resources).due_at is None


def test_without_menus_nothing_is_owed_until_a_sync_has_made_them(
    resources: Resources, learner: Learner
) -> None:
    cook(resources, learner)
    resources.menu_links.show(row(resources).id)
    assert (row(resources).rich_menu_id, row(resources).due_at) == ("", None)
    (synced,) = sync_menus(resources)
    assert (synced.error, synced.owed) == (None, 1)
    assert Reconciler(resources.database, resources.queue, timedelta()).pass_once() >= 1
    resources.menu_links.show(row(resources).id)
    assert "learning" in (learner.thread().rich_menu or {})["name"]
    (again,) = sync_menus(resources)
    assert (again.changes, again.owed) == ([], 0)


def test_a_line_that_is_away_costs_no_attempt_and_is_asked_again(
    desk: Desk, resources: Resources, learner: Learner
) -> None:
    make_menus(resources)
    cook(resources, learner)
    for fault in ({"status": 500}, {"status": 429}, {"drop": True}):
        desk.fault("rich_menu", **fault)
        resources.menu_links.show(row(resources).id)
        waiting = row(resources)
        assert (waiting.attempts, waiting.parked_at, waiting.away_since is None) == (0, None, False)
        desk.clear_faults()
        due_again(resources)
    resources.menu_links.show(row(resources).id)
    assert "learning" in (learner.thread().rich_menu or {})["name"]
    assert row(resources).away_since is None


def test_what_line_refuses_is_parked_and_a_sync_frees_it(
    desk: Desk, resources: Resources, learner: Learner
) -> None:
    make_menus(resources)
    cook(resources, learner)
    desk.fault("rich_menu", status=400, times=1)
    resources.menu_links.show(row(resources).id)
    assert row(resources).parked_at is not None
    (synced,) = sync_menus(resources)
    assert synced.owed == 1
    assert row(resources).parked_at is None
    resources.menu_links.show(row(resources).id)
    assert row(resources).rich_menu_id != ""


def test_what_changes_while_line_is_asked_is_not_lost(
    resources: Resources, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_menus(resources)
    cook(resources, learner)
    show = RichMenus.show

    def change_meanwhile(menus: RichMenus, user_id: str, menu_id: str) -> None:
        show(menus, user_id, menu_id)
        with resources.database.transaction() as db:
            owe_menu(db, row(resources).user_id)
        monkeypatch.undo()

    monkeypatch.setattr(RichMenus, "show", change_meanwhile)
    resources.menu_links.show(row(resources).id)
    again = row(resources)
    assert (again.due_at is None, again.lease_token, again.changes) == (False, None, 2)
    resources.menu_links.show(again.id)
    assert row(resources).due_at is None


def test_who_unfollows_is_forgotten_and_who_follows_anew_is_owed_anew(
    resources: Resources, learner: Learner
) -> None:
    make_menus(resources)
    cook(resources, learner)
    resources.menu_links.show(row(resources).id)
    with resources.database.transaction() as db:
        user = db.exec(select(User)).one()
        block(db, user, "moment", database_now(db))
    with resources.database.transaction() as db:
        assert db.exec(select(MenuLink)).all() == []
        assert shown_menus(db, "moment") == frozenset()
        note_friendship(db, db.exec(select(User)).one(), "moment")
    assert row(resources).due_at is not None


def test_who_writes_without_following_is_owed_none(resources: Resources, desk: Desk) -> None:
    """LINE would take it and show nothing."""
    learner = desk.learner("ゆうこ")
    with resources.database.transaction() as db:
        note_friendship(db, take_in(db, learner.user_id, "ゆうこ"), "moment", follows=False)
    cook(resources, learner)
    with resources.database.transaction() as db:
        assert db.exec(select(MenuLink)).all() == []
        note_friendship(db, db.exec(select(User)).one(), "moment")
    assert row(resources).due_at is not None


def test_who_is_leaving_is_shown_everybodys(resources: Resources, learner: Learner) -> None:
    ids = make_menus(resources)
    cook(resources, learner)
    resources.menu_links.show(row(resources).id)
    with resources.database.transaction() as db:
        user = db.exec(select(User)).one()
        db.exec(update(User).values(leaving_since=database_now(db)))
        owe_menu(db, user.id)
    resources.menu_links.show(row(resources).id)
    assert (learner.thread().rich_menu or {})["richMenuId"] == ids["moment-new"]
    assert row(resources).rich_menu_id == ""


def test_an_account_that_is_no_more_in_the_settings_owes_nothing(
    settings: Settings, resources: Resources, learner: Learner
) -> None:
    cook(resources, learner)
    with open_resources(resources.settings.change(line_channels=[]), quick_providers.build) as others:
        others.menu_links.show(row(resources).id)
    assert row(resources).due_at is None
