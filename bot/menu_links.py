"""Has LINE show a learner the rich menu that fits where they are.

The menus are found by their aliases, which `moment richmenu sync` moves: where there are none yet nothing is owed, and
the sync owes it anew.
"""

from dataclasses import dataclass
from datetime import timedelta

from structlog.contextvars import bound_contextvars

from bot.menus import alias_of
from jobs.leases import Lease, LeaseLost, Leases, finish_if, park, try_again, wait_out
from jobs.queue import Job, enqueue
from line.accounts import LineAccounts
from line.client import LineError, Refused
from line.rich_menus import RichMenus
from logs.logger import get_logger
from models.database import Database
from models.menu import MenuLink
from models.rules.menu import Menu
from models.user import User
from services.menus import wanted_menu
from settings import ConfigurationError

log = get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=5)
MOST_TRIES = 5
NOT_FOUND = 404


@dataclass(frozen=True)
class Claim:
    """What is to be shown to whom, as the rows were when it was claimed."""

    lease: Lease
    channel: str
    line_user_id: str
    menu: Menu
    shows_another: bool  # than everybody's, as far as is known
    changes: int


@dataclass(frozen=True)
class MenuLinks:
    database: Database
    leases: Leases
    line: LineAccounts

    def show(self, link_id: int) -> None:
        """Whatever the row says, if it is due."""
        claim = self._claim(link_id)
        if claim is None:
            return
        with bound_contextvars(menu_link_id=link_id):
            try:
                with self.leases.hold(claim.lease):
                    self._try(claim)
            except LeaseLost as lost:  # they follow us no more, or have left
                log.info("lease lost", lease=str(lost))

    def hide(self, line_user_id: str, channels: list[str]) -> None:
        """Of who leaves: they see everybody's again. An ornament: nothing is raised."""
        for channel in channels:
            try:
                RichMenus(self.line.client(channel)).hide(line_user_id)
            except (LineError, ConfigurationError) as error:
                log.info("menu not hidden", error=type(error).__name__)

    def _claim(self, link_id: int) -> Claim | None:
        with self.database.transaction() as db:
            lease = self.leases.claim(db, MenuLink, link_id)
            if lease is None:
                return None
            link = db.get_one(MenuLink, link_id, populate_existing=True)
            user = db.get_one(User, link.user_id)
            menu = wanted_menu(db, user)
            shows_another = link.rich_menu_id != ""
            return Claim(lease, link.channel, user.line_user_id, menu, shows_another, link.changes)

    def _try(self, claim: Claim) -> None:
        try:
            rich_menu_id = self._show(claim)
        except ConfigurationError:  # the settings name this LINE account no more
            log.info("no such channel", channel=claim.channel)
            rich_menu_id = ""
        except Refused as error:
            self._settle_refusal(claim.lease, error)
            return
        except LineError as error:
            self._wait(claim.lease, error)
            return
        self._finish(claim, rich_menu_id)

    def _show(self, claim: Claim) -> str:
        """LINE's id of what is shown now, "" where that is everybody's. Raises ConfigurationError, LineError."""
        menus = RichMenus(self.line.client(claim.channel))
        rich_menu_id = menus.id_of(alias_of(claim.menu)) if claim.menu is not Menu.NEW else None
        if rich_menu_id is None:
            if claim.shows_another:
                menus.hide(claim.line_user_id)
            return ""
        menus.show(claim.line_user_id, rich_menu_id)
        return rich_menu_id

    def _finish(self, claim: Claim, rich_menu_id: str) -> None:
        with self.database.transaction() as db:
            is_still_so = MenuLink.changes == claim.changes
            if not finish_if(db, claim.lease, is_still_so, rich_menu_id=rich_menu_id, attempts=0):  # type: ignore[arg-type]
                try_again(db, claim.lease, "", timedelta(), attempts=0, rich_menu_id=rich_menu_id)
                enqueue(db, Job.SHOW_MENU, claim.lease.row_id)

    def _settle_refusal(self, lease: Lease, error: Refused) -> None:
        """A menu that a sync has deleted meanwhile has a successor under the same alias."""
        with self.database.transaction() as db:
            if error.status == NOT_FOUND and lease.attempt < MOST_TRIES:
                try_again(db, lease, str(error), FIRST_PAUSE)
            else:
                park(db, lease, str(error))
        log.warning("menu not shown", status=error.status, line_request_id=error.request_id)

    def _wait(self, lease: Lease, error: LineError) -> None:
        problem = f"{type(error).__name__}: {error}"[:500]
        with self.database.transaction() as db:
            if wait_out(db, lease, problem, first=FIRST_PAUSE) is None:
                park(db, lease, problem)
        log.info("menu waits", problem=problem)
