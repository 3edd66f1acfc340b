"""A new desk's three learners: each as a coach is to find them, and once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from models.coach import CoachRole
from models.session import CookingSession, SessionStatus
from models.user import SubscriptionStatus, User
from moment.desk_lives import COOKS, UNLUCKY, WORRIED, Lives
from moment.resources import open_resources
from services.coaches import Asker
from services.operations import retry_session
from services.threads.filters import ThreadFilter
from services.threads.rows import ThreadRow, list_threads
from settings import Settings
from tests import quick_providers
from tests.conftest import empty_broker, make_settings, own_database
from tests.flows.steps import command
from tests.system import WAIT, System, start_system

ANY_COACH = Asker(0, "佐藤", CoachRole.ADMIN, is_limited=False, console_session_id=0)


@pytest.fixture
def system(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[System]:
    with own_database(postgres_url) as url:
        settings: Settings = make_settings(url, empty_broker(valkey_url), tmp_path)
        with start_system(tmp_path, settings, stripe=True) as running:
            yield running


def begin(system: System) -> bool:
    with open_resources(system.settings, quick_providers.build) as resources:
        _ = resources.queue
        return Lives(resources, system.desk, system.settings.stripe_api_url or "").begin()


def row_of(system: System, name: str, chosen: ThreadFilter = ThreadFilter.ALL) -> ThreadRow | None:
    with system.database.transaction() as db:
        rows = list_threads(db, ANY_COACH, chosen).rows
        db.expunge_all()
    return next((row for row in rows if row.name.startswith(name)), None)


def test_a_coach_finds_three_threads_with_something_to_do(system: System) -> None:
    assert begin(system)
    learners = {learner.display_name: learner for learner in system.desk.learners()}
    assert set(learners) >= {COOKS, WORRIED, UNLUCKY}, "one can answer as them"

    with system.database.transaction() as db:
        users = {user.first_name: user for user in db.exec(select(User))}
        first, second = db.exec(
            select(CookingSession)
            .where(CookingSession.user_id == users[COOKS].id)
            .order_by(col(CookingSession.id))
        )
        assert first.coaching_text
        assert first.coaching_video_gcs_path
        assert (second.session_number, second.status) == (2, SessionStatus.PENDING_UPLOAD)
        assert users[UNLUCKY].subscription_status == SubscriptionStatus.ACTIVE
    learners[WORRIED].wait_for(
        lambda _: row_of(system, WORRIED, ThreadFilter.SAFETY), WAIT, what="the flag of the burn"
    )
    failed = row_of(system, UNLUCKY, ThreadFilter.FAILED)
    assert failed is not None
    assert failed.cook is not None

    assert not begin(system), "a desk with learners is left alone"
    assert len(system.desk.learners()) == len(learners)

    with command(system) as db:
        retry_session(db, failed.cook.session_id)
    learners[UNLUCKY].wait_for(
        lambda _: row_of(system, UNLUCKY, ThreadFilter.FAILED) is None, WAIT, what="the retry"
    )
