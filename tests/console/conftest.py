"""The console over real sockets, LINE's side by the simulator; no worker runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from sqlmodel import Session as DbSession

from console.identity import COOKIE, csrf_of
from models.coach import Coach, CoachRole
from services import coach_sign_in
from tests.liff.conftest import Site, learner, site

__all__ = ["SignedIn", "coach_client", "learner", "new_coach", "signed_in", "site"]


def new_coach(
    db: DbSession, name: str = "佐藤", role: CoachRole = CoachRole.COACH, *, is_limited: bool = False
) -> Coach:
    """Who has accepted their invitation."""
    coach = Coach(name=name, role=role, is_limited=is_limited)
    db.add(coach)
    db.flush()
    coach.line_user_id = f"U{coach.id:032x}"
    return coach


@dataclass(frozen=True)
class SignedIn:
    """A browser that shows the console's pages, and the coach behind it."""

    client: httpx.Client
    coach_id: int
    token: str

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, **data: str) -> httpx.Response:
        """As a form of ours."""
        return self.client.post(path, data={"csrf": csrf_of(self.token), **data})


@contextmanager
def signed_in(
    site: Site, name: str = "佐藤", role: CoachRole = CoachRole.COACH, *, is_limited: bool = False
) -> Iterator[SignedIn]:
    with site.database.transaction() as db:
        coach = new_coach(db, name, role, is_limited=is_limited)
        token = coach_sign_in.sign_in(db, coach)
    with site.browser() as client:
        client.cookies.set(COOKIE, token, path="/console")
        yield SignedIn(client, coach.id, token)


@pytest.fixture
def coach_client(site: Site) -> Iterator[SignedIn]:
    with signed_in(site) as browser:
        yield browser
