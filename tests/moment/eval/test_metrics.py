"""The measures on cases small enough to be worked out by hand."""

import pytest

from moment.eval import metrics
from moment.eval.metrics import Counts, match
from moment.eval.results import Probe, ProbeResult, Run, Step, StepRun
from moment.eval.summary import summarize
from tests.moment.eval.sets import item, result, run

SMOKE, CHARRING, STEAM = "oil_smoking", "charring_high_heat", "rice_steaming"


@pytest.mark.parametrize(
    ("answers", "labels", "within", "hits"),
    [
        ([], [1.0], 2, 0),
        ([1.0], [], 2, 0),
        ([1.0, 5.0], [3.0, 5.0], 2, 2),
        ([4.0], [3.0, 5.0], 2, 1),  # one answer is not two events
        ([3.0, 3.0, 3.0], [3.0], 2, 1),  # and saying it thrice not better
        ([3.1], [1.0], 2, 0),
        ([3.1], [1.0], 5, 1),
    ],
)
def test_events_are_matched_one_to_one_within_reach(
    answers: list[float], labels: list[float], within: float, hits: int
) -> None:
    assert match(answers, labels, within) == Counts(hits, len(answers), len(labels))


def test_nearer_pairs_are_matched_first() -> None:
    """4.0 belongs to 4.5, which leaves 2.0 to the other."""
    assert match([2.0, 4.0], [2.5, 4.5], 1).hits == 2


def test_f1_is_over_all_clips_and_runs() -> None:
    counts = metrics.events(result(item(events=(5, 12)), run(events=(5,)), run(events=(5, 12, 20))), 2)
    assert counts == Counts(hits=3, answers=4, labels=4)
    assert counts.f1 == pytest.approx(6 / 8)


def test_a_clip_without_labelled_events_says_nothing_about_events() -> None:
    assert metrics.events(result(item(), run(events=(5,))), 2) == Counts()


@pytest.mark.parametrize(("second", "away"), [(10, 0.0), (12, 0.0), (14, 0.0), (7, 3.0), (16, 2.0)], ids=str)
def test_distance_to_a_window_is_nothing_inside_it(second: float, away: float) -> None:
    assert metrics.distance(second, (10.0, 14.0)) == away


def test_a_key_moment_hits_near_the_window_where_a_fault_is_named() -> None:
    label = item((SMOKE, 3))
    assert metrics.moment_hit(label, run(SMOKE, 16), 2)
    assert not metrics.moment_hit(label, run(SMOKE, 17), 2)
    assert metrics.moment_hit(label, run(SMOKE, 17), 5)
    assert metrics.moment_hit(label, run(CHARRING, 12), 2)  # what it is called is measured apart
    assert not metrics.moment_hit(label, run(None, 12), 2)
    assert metrics.moment_error(label, run(None, 17)) == 3.0
    assert metrics.moment_error(item(), run(None, 17)) is None


def test_acceptable_faults_are_right() -> None:
    label = item((SMOKE, 3), acceptable=(CHARRING,))
    counts = metrics.faults(result(label, run(SMOKE), run(CHARRING), run(STEAM), run(None)))
    assert counts == Counts(hits=2, answers=3, labels=4)
    assert counts.precision == pytest.approx(2 / 3)
    assert counts.recall == 0.5


def test_a_fault_on_a_clean_clip_is_a_false_alarm_and_costs_precision() -> None:
    clean = result(item(), run(SMOKE), run(None), Run())
    assert metrics.false_alarms(clean) == (1, 2)  # the run without an answer alarmed nobody
    assert metrics.faults(clean) == Counts(hits=0, answers=1, labels=0)
    assert metrics.false_alarms(result(item((SMOKE, 3)), run(STEAM))) == (0, 0)


def test_of_several_faults_the_gravest_is_to_be_named() -> None:
    label = item((SMOKE, 3), (STEAM, 2))
    assert metrics.gravest_first(result(label, run(SMOKE), run(STEAM), run(None))) == (1, 3)
    assert metrics.gravest_first(result(item((SMOKE, 3)), run(SMOKE))) == (0, 0)


@pytest.mark.parametrize(
    ("question", "other", "same"),
    [
        ("温度はどうすればわかりますか", "フライパンの温度は、どうすればわかりますか？", True),
        ("塩はいつ入れるのがいいですか", "塩はいつ入れるのがいい", True),
        ("塩はいつ入れるのがいいですか", "コツは何ですか", False),
        ("コツは何ですか", "", False),
    ],
)
def test_questions_are_the_same_in_slightly_other_words(question: str, other: str, same: bool) -> None:
    assert metrics.alike(question, other) is same


def test_questions_found_are_counted_against_those_expected() -> None:
    label = item(questions=("コツは何ですか", "塩はいつ入れますか"))
    counts = metrics.questions(result(label, run(questions=("コツは何ですか？",))))
    assert (counts.hits, counts.labels) == (1, 2)


def test_grounded_is_a_principle_that_was_handed_over_and_a_moment_that_was_seen() -> None:
    good = run(SMOKE, 12, events=(11,), teaches=("a",), principles=("a", "b"))
    assert metrics.grounded(good)
    assert not metrics.grounded(run(SMOKE, 12, events=(11,), teaches=("c",), principles=("a", "b")))
    assert not metrics.grounded(run(SMOKE, 12, events=(8,), teaches=("a",), principles=("a",)))
    assert not metrics.grounded(run(SMOKE, 12, events=(11,)))


def test_stability_is_agreement_with_what_most_runs_name() -> None:
    looks = result(item((SMOKE, 3)), run(SMOKE, 10), run(SMOKE, 13), run(None, 11))
    assert metrics.agreement(looks) == (2, 3)
    assert metrics.moment_spread(looks) == 3.0


def test_percentiles_are_of_the_nearest_rank() -> None:
    values = [float(value) for value in range(1, 21)]
    assert (metrics.percentile(values, 0.5), metrics.percentile(values, 0.95)) == (10.0, 19.0)
    assert metrics.percentile([7.0], 0.95) == 7.0
    assert metrics.percentile([], 0.5) == 0.0


def test_the_summary_counts_violations_costs_and_probes() -> None:
    steps = [
        StepRun(step=Step.ANALYSIS, provider="p", seconds=2.0, cost_usd=0.01, calls=1),
        StepRun(
            step=Step.COACHING,
            provider="p",
            seconds=1.0,
            cost_usd=0.02,
            calls=2,
            tries=2,
            violations=["tone: scolds", "tone: does not end politely", "length: long"],
        ),
        StepRun(step=Step.NARRATION, seconds=3.0, error="ProviderError: overloaded"),
    ]
    probe = ProbeResult(
        probe=Probe.BLACK, item="clip", usual=None, fault=None, confidence="low", moment=0, holds=True, why=""
    )
    failed = probe.model_copy(update={"holds": False})
    summary = summarize([result(item(), run().model_copy(update={"steps": steps}))], [probe, failed], 0.05)

    assert summary.violations == {
        "coaching_text: tone": 2,
        "coaching_text: length": 1,
        "narration: ProviderError": 1,
    }
    assert summary.contract == pytest.approx(1 / 3)
    assert summary.probes == {"black": 0.5}
    assert summary.cost_per_run == pytest.approx(0.03)
    assert summary.cost_usd == pytest.approx(0.08)
    assert summary.seconds_p95 == 6.0
    assert [(each.step, each.cost_p50) for each in summary.steps][:2] == [
        (Step.ANALYSIS, 0.01),
        (Step.COACHING, 0.02),
    ]


def test_what_no_clip_can_tell_is_no_figure() -> None:
    summary = summarize([result(item(), run())], [], 0.0)
    assert (summary.false_alarms, summary.fault_precision, summary.fault_recall) == (0.0, None, None)
    assert (summary.key_moment_2s, summary.event_f1_2s, summary.questions_found) == (None, None, None)
