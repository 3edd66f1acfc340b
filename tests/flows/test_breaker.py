"""LINE hands nothing over: a few find out, nobody else asks, and all have their clip once it does again."""

from pathlib import Path

from sqlmodel import select

from jobs.breaker import FAILURES, PROBE_AGAIN
from models.media import Media
from models.outage import ServiceOutage
from pipeline.intake import LINE_CONTENT
from tests.jobs.test_breaker import let_pass
from tests.system import WAIT, System

LEARNERS = 8
PROBES = 2  # on a machine so busy that one comes due meanwhile


def test_many_downloads_of_one_outage_are_not_tried_one_by_one(system: System, clip: Path) -> None:
    def tries() -> int:
        return len(system.desk.log(path="/content"))

    def all_wait(_: object) -> bool:
        with system.database.transaction() as db:
            rows = db.exec(select(Media)).all()
        return len(rows) == LEARNERS and all(row.away_since for row in rows)

    def all_are_here(_: object) -> bool:
        with system.database.transaction() as db:
            return all(row.is_stored for row in db.exec(select(Media)))

    learners = [system.learner(f"学び手{number}") for number in range(LEARNERS)]
    anyone = learners[0]
    system.desk.fault("content", status=503)
    for learner in learners:
        learner.video(clip)
    anyone.wait_for(all_wait, WAIT, what="every clip to wait")
    with system.database.transaction() as db:
        assert [row.service for row in db.exec(select(ServiceOutage)) if row.opened_at] == [LINE_CONTENT]
    assert tries() <= FAILURES + system.settings.media_threads + PROBES

    system.desk.clear_faults()
    let_pass(system.database, PROBE_AGAIN)
    anyone.wait_for(all_are_here, WAIT, what="every clip")
    with system.database.transaction() as db:
        assert {row.attempts for row in db.exec(select(Media))} == {1}
