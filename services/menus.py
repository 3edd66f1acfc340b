"""Owing a learner the rich menu that fits where they are. LINE shows everybody's to whom no other is linked, so a row is
needed only for who has cooked."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import text
from sqlmodel import Session as DbSession
from sqlmodel import col, delete, select

from jobs.leases import NUDGE_SLACK
from jobs.queue import Job, enqueue
from models.handover import Handover
from models.menu import MenuLink
from models.rules.menu import Menu, menu_of
from models.session import CookingSession
from models.user import User

_HAS_COOKED = "EXISTS (SELECT FROM session WHERE session.user_id = friendship.user_id)"
_FOLLOWS = "friendship.blocked_at IS NULL AND friendship.contact_at IS NULL"
# What somebody is at already is not taken from them: `changes` tells them to look again.
_OWE = """
    INSERT INTO menu_link AS known (user_id, channel, due_at, nudge_at)
    SELECT friendship.user_id, friendship.channel, now(), now() + :slack
      FROM friendship WHERE {which} ORDER BY friendship.user_id
    ON CONFLICT (user_id, channel) DO UPDATE
       SET changes = known.changes + 1, parked_at = NULL,
           attempts = CASE WHEN known.parked_at IS NULL THEN known.attempts ELSE 0 END,
           due_at = coalesce(known.due_at, excluded.due_at), nudge_at = coalesce(known.nudge_at, excluded.nudge_at)
    RETURNING id
"""
_OWE_ONE = text(
    _OWE.format(
        which=f"friendship.user_id = :user_id AND CAST(:channel AS varchar) IN ('', friendship.channel) AND {_FOLLOWS} AND {_HAS_COOKED}"
    )
)
_OWE_ALL = text(
    _OWE.format(
        which=f"""friendship.channel = :channel AND {_FOLLOWS} AND {_HAS_COOKED} AND NOT EXISTS (
            SELECT FROM menu_link WHERE menu_link.user_id = friendship.user_id AND menu_link.channel = friendship.channel
               AND menu_link.rich_menu_id = ANY(CAST(:ids AS varchar[])))"""
    )
)


def owe_menu(db: DbSession, user_id: int, channel: str = "") -> None:
    """Where they are has changed, or what LINE shows them may have: in this LINE account, or in all that they follow."""
    values = {"user_id": user_id, "channel": channel, "slack": NUDGE_SLACK}
    for (link_id,) in db.execute(_OWE_ONE, values):
        enqueue(db, Job.SHOW_MENU, link_id)


def owe_menus(db: DbSession, channel: str, rich_menu_ids: Collection[str]) -> int:
    """To everybody to whom none of these was shown last; how many. The reconciler wakes the work."""
    values = {"channel": channel, "ids": list(rich_menu_ids), "slack": timedelta()}
    return len(db.execute(_OWE_ALL, values).all())


def wanted_menu(db: DbSession, user: User) -> Menu:
    cook = db.exec(select(CookingSession.id).where(CookingSession.user_id == user.id).limit(1)).first()
    is_with_person = Handover.user_id == user.id, col(Handover.returned_at).is_(None)
    handover = db.exec(select(Handover.id).where(*is_with_person).limit(1)).first()
    return menu_of(
        has_cooked=cook is not None and user.leaving_since is None, with_person=handover is not None
    )


def forget_menu(db: DbSession, user_id: int, channel: str) -> None:
    """They follow this LINE account no more."""
    db.exec(delete(MenuLink).where(col(MenuLink.user_id) == user_id, col(MenuLink.channel) == channel))


def shown_menus(db: DbSession, channel: str) -> frozenset[str]:
    """LINE's ids of those that somebody sees, as far as we know."""
    shown = select(MenuLink.rich_menu_id).where(MenuLink.channel == channel, MenuLink.rich_menu_id != "")
    return frozenset(db.exec(shown.distinct()))


def menu_channels(db: DbSession, user_id: int) -> list[str]:
    """The names of the LINE accounts in which a menu of their own was shown, or is to be."""
    return list(db.exec(select(MenuLink.channel).where(MenuLink.user_id == user_id)))
