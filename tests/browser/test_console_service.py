"""The page of the service: a look by axe in both colour schemes, on a laptop and a phone, whole and broken, empty and full."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from models.base import database_now
from models.chat import MessageType, WaitReason
from models.inbox import EventSource, InboxEvent
from models.session import StageName
from tests.browser.test_console_threads import LAPTOP, PHONE, Scheme, console, looks_well, system
from tests.services.test_service_figures import DAY, HOUR, MINUTE, Kitchen
from tests.system import System

__all__ = ["system"]

LOOKS = [(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark")]


def fill(kitchen: Kitchen) -> None:
    """A week of cooks, some of it slow and one of it lost."""
    for ago in range(7):
        for number in range(3 + ago % 2):
            user = kitchen.learner()
            wait = (2 + number + ago % 3 * 2) * MINUTE
            session = kitchen.cook(user, wait=wait, ago=ago * DAY + HOUR)
            video: dict[str, Any] = {
                "session_id": session.id,
                "ago": ago * DAY + HOUR - MINUTE,
                "channel": "moment",
            }
            watched_at = kitchen.now if number else None
            kitchen.sent(user, MessageType.COACHING_VIDEO, watched_at=watched_at, **video)
            for stage, seconds in ((StageName.ANALYZE_VIDEO, 48.0), (StageName.PRODUCE_VIDEO, 71.5)):
                calls = [{"model": "gemini-flash", "outcome": outcome} for outcome in ("ok", "RateLimited")]
                usage = {"cost_usd": 0.031, "calls": calls}
                kitchen.ran(session, stage, seconds + 9 * number, usage=usage)
    kitchen.ran(session, StageName.NARRATE, finished_at=None, error="Refused: 400", parked_at=kitchen.now)
    kitchen.sent(user, delivered_at=None, waits_for=WaitReason.QUOTA, channel="moment")
    kitchen.sent(user, delivered_at=None, error="Refused: 400", parked_at=kitchen.now)
    event = InboxEvent(source=EventSource.LINE, event_id="stale", subject=user.line_user_id)
    event.received_at = database_now(kitchen.db) - timedelta(minutes=9)
    kitchen.db.add(event)


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_it_reads_well_empty_and_full(
    browser: Browser, system: System, size: tuple[int, int], scheme: Scheme
) -> None:
    where = f"{'phone' if size == PHONE else 'laptop'}-{scheme}"
    with console(browser, system, f"見る{where}"[:16], size=size, scheme=scheme) as page:
        page.goto(f"{system.web_url}/console/service?window=24h")
        expect(page.locator(".holds")).to_contain_text("守られています")
        looks_well(page, f"console-service-empty-{where}")
        with system.database.transaction() as db:
            fill(Kitchen(db))
        page.get_by_role("link", name="7日").click()
        expect(page.locator(".broken")).to_contain_text("処理されない出来事")
        looks_well(page, f"console-service-{where}")
        for summary in page.locator("main summary").all():
            summary.click()
        expect(page.get_by_role("columnheader", name="5分以内").first).to_be_visible()
        looks_well(page, f"console-service-tables-{where}")
        page.locator(".broken a").click()
        expect(page.locator("#thread")).to_be_visible()
    with system.database.transaction() as db:
        db.execute(text('TRUNCATE "user", inbox_event CASCADE'))
