"""Who works alone waits for the others to end, and they begin after them."""

import pytest

from jobs import neighbours
from jobs.neighbours import Neighbours


def test_work_runs_beside_other_work() -> None:
    work = Neighbours()
    assert work.enter(alone=False)
    assert work.enter(alone=False)


def test_who_works_alone_begins_when_the_others_have_ended_and_none_has_begun_since() -> None:
    work = Neighbours()
    assert work.enter(alone=False)
    assert not work.enter(alone=True)
    assert not work.enter(alone=False)
    work.leave()
    assert work.enter(alone=True)
    assert not work.enter(alone=False)
    assert not work.enter(alone=True)
    work.leave()
    assert work.enter(alone=False)


def test_who_does_not_come_again_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "RESERVED_SECONDS", 0.0)
    work = Neighbours()
    assert work.enter(alone=False)
    assert not work.enter(alone=True)
    assert work.enter(alone=False)
