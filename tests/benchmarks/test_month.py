"""What a month costs: the arithmetic, and that docs/costs.md says what it yields."""

from datetime import date
from itertools import pairwise

import pytest

from benchmarks import month
from benchmarks.month import ANSWER, HABITS, LEARNERS, TABLES
from jobs.queue import Queue
from tests.moment.children import ROOT

DOCUMENT = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
RECORDED = date(2026, 11, 26)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_document_says_what_is_calculated(table: month.Table) -> None:
    assert "\n".join(table()) in DOCUMENT


def test_a_session_costs_what_was_recorded() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"**{month.session(RECORDED):.3f}**" in readme
    assert (
        f"| an answer in the chat | 1 | 1,735 tokens | 171 | {month.gemini(ANSWER, RECORDED):.4f} |" in readme
    )


def test_flash_doubles() -> None:
    now, then = (sum(month.gemini(calls, on) for calls in month.GEMINI) for on in (RECORDED, month.PRICES_OF))
    assert then == pytest.approx(2 * now)


@pytest.mark.parametrize(
    ("pushes", "yen"), [(0, 0), (200, 0), (201, 5_000), (5_001, 15_000), (30_000, 15_000), (30_010, 15_030)]
)
def test_the_cheapest_plan_of_lines(pushes: int, yen: int) -> None:
    assert month.line_plan(pushes)[0] == yen


@pytest.mark.parametrize("queue", Queue)
def test_one_instance_suffices_as_long_as_it_says(queue: Queue) -> None:
    most = month.suffices_for(queue)
    assert month.instances(queue, most) == 1
    assert month.instances(queue, most + 1) == 2


def test_more_learners_never_cost_less() -> None:
    columns = [month.month(learners) for learners in LEARNERS]
    for fewer, more in pairwise(columns):
        assert all(small.dollars <= large.dollars for small, large in zip(fewer, more, strict=True))


def test_who_does_not_pay_cooks_once() -> None:
    assert HABITS.sessions_of(100) == pytest.approx(80 * 4 + 20)
