"""What a session asks of the database: no more than was reached, so that nothing creeps in."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from structlog.contextvars import get_contextvars

from benchmarks.backlog import fill
from models.database import Database
from settings import Settings
from tests.flows.steps import card_of, send_video
from tests.quick_providers import new_script
from tests.system import WAIT, System, pick, start_system

NEVER = timedelta(hours=1)  # what is repeated by the clock is no session's
WEB = "web"
# From the learner's video and memo to the coaching video: reached, and a few for an event that came while another was
# handled.
OF_A_SESSION = 123 + 12
MENU = "show_menu"  # of the dish picked before, which may come late
LOOKS_AT_RUNS = 13 + 2


@pytest.fixture
def system(settings: Settings, tmp_path: Path) -> Iterator[System]:
    new_script()
    with start_system(tmp_path, settings, reconcile_every=NEVER, lease=NEVER) as running:
        yield running


@contextmanager
def statements() -> Iterator[list[tuple[str, str]]]:
    """Every one that is sent while the block runs, after the job that sent it."""
    sent: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        job = get_contextvars().get("job", WEB)
        if job != MENU:
            sent.append((job, statement))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def add_cooks_of_other_dishes(database: Database, line_user_id: str) -> None:
    """All that there are to cook."""
    with database.transaction() as db:
        db.execute(
            text(
                """
                INSERT INTO session (user_id, dish_id, session_number, status, coaching_text, raw_video_url, memo_skipped,
                                     voice_transcript, pipeline_error, coaching_video_gcs_path,
                                     coaching_preview_gcs_path, coaching_text_delivered_at, created_at)
                SELECT u.id, d.id, n, 'completed', '{"said": true}', '', true, '', '', '', '',
                       now() - interval '1 month', now() - interval '1 month'
                  FROM "user" u CROSS JOIN dish d CROSS JOIN generate_series(1, 3) AS n
                 WHERE u.line_user_id = :line_user_id AND d.slug <> 'fried-rice'
                """
            ),
            {"line_user_id": line_user_id},
        )


@pytest.mark.parametrize("others", [0, 1_000])
def test_a_session_asks_little_of_the_database(system: System, clip: Path, memo: Path, others: int) -> None:
    """However much has been cooked before, by this learner and by others."""
    if others:
        fill(system.database, settled=others * 40, at_work=0)
    learner = system.learner(paying=bool(others))
    if others:
        add_cooks_of_other_dishes(system.database, learner.user_id)
    pick(learner)
    with statements() as sent:
        send_video(learner, clip)
        learner.audio(memo)
        card_of(learner)
        learner.wait_for(lambda thread: thread.of_type("video"), WAIT)
    assert len(sent) <= OF_A_SESSION, Counter(job for job, _ in sent)
    assert (
        len([each for _, each in sent if each.startswith("SELECT") and "stage_run" in each]) <= LOOKS_AT_RUNS
    )
