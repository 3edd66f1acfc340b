"""Who works alone waits for the others, and they for them."""

import threading
from contextlib import AbstractContextManager

from jobs.company import Company
from tests.system import WAIT


def begin(work: AbstractContextManager[None]) -> tuple[threading.Event, threading.Event, threading.Thread]:
    """A thread that enters the work and stays there until its second event is set."""
    has_begun, may_end = threading.Event(), threading.Event()

    def run() -> None:
        with work:
            has_begun.set()
            assert may_end.wait(WAIT)

    thread = threading.Thread(target=run)
    thread.start()
    return has_begun, may_end, thread


def test_work_runs_beside_other_work() -> None:
    company = Company()
    one, other = begin(company.beside_others()), begin(company.beside_others())
    for has_begun, _, _ in (one, other):
        assert has_begun.wait(WAIT)
    for _, may_end, thread in (one, other):
        may_end.set()
        thread.join(WAIT)


def test_who_works_alone_waits_for_the_others_and_they_for_them() -> None:
    company = Company()
    first = begin(company.beside_others())
    assert first[0].wait(WAIT)
    alone = begin(company.alone())
    assert not alone[0].wait(0.1)
    late = begin(company.beside_others())
    first[1].set()
    assert alone[0].wait(WAIT)
    assert not late[0].wait(0.1)
    alone[1].set()
    assert late[0].wait(WAIT)
    late[1].set()
    for _, _, thread in (first, alone, late):
        thread.join(WAIT)


def test_who_fails_alone_leaves_the_way_free() -> None:
    company = Company()
    try:
        with company.alone():
            raise ValueError
    except ValueError:
        pass
    with company.beside_others():
        pass
