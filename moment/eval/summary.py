"""From the runs of all items to one row of figures."""

from collections import Counter
from collections.abc import Sequence

from moment.eval import metrics
from moment.eval.metrics import Counts, mean, percentile, share
from moment.eval.results import ItemResult, ProbeResult, Run, Step, StepRun, StepStats, Summary

SMALL_HITS, WIDE_HITS = 2.0, 5.0  # seconds


def summarize(items: Sequence[ItemResult], probes: Sequence[ProbeResult], probe_cost: float) -> Summary:
    looks = [(each.item, run) for each in items for run in each.runs]
    runs = [run for _, run in looks]
    steps = [step for run in runs for step in run.steps]
    timed = [(item, run) for item, run in looks if item.key_moment]
    faults = sum((metrics.faults(each) for each in items), Counts())
    errors = [metrics.moment_error(item, run) for item, run in timed]
    spreads = [metrics.moment_spread(each) for each in items]
    cost = sum(step.cost_usd for step in steps)
    seconds = [sum(step.seconds for step in run.steps) for run in runs]
    return Summary(
        clips=len(items),
        clean_clips=sum(each.item.clean for each in items),
        runs=len(runs),
        failed_runs=sum(run.analysis is None for run in runs),
        false_alarms=_rate([metrics.false_alarms(each) for each in items]),
        fault_precision=faults.precision,
        fault_recall=faults.recall,
        gravest_first=_rate([metrics.gravest_first(each) for each in items]),
        key_moment_2s=mean(metrics.moment_hit(item, run, SMALL_HITS) for item, run in timed),
        key_moment_5s=mean(metrics.moment_hit(item, run, WIDE_HITS) for item, run in timed),
        key_moment_error=mean(error for error in errors if error is not None),
        event_f1_2s=sum((metrics.events(each, SMALL_HITS) for each in items), Counts()).f1,
        event_f1_5s=sum((metrics.events(each, WIDE_HITS) for each in items), Counts()).f1,
        questions_found=sum((metrics.questions(each) for each in items), Counts()).recall,
        contract=mean(step.at_first_try for step in steps),
        grounded=mean(metrics.grounded(run) for run in runs),
        same_fault=_rate([metrics.agreement(each) for each in items]),
        moment_spread=mean(spread for spread in spreads if spread is not None),
        violations=_violations(steps),
        probes=_probe_shares(probes),
        seconds_p50=percentile(seconds, 0.5),
        seconds_p95=percentile(seconds, 0.95),
        cost_usd=cost + probe_cost,
        cost_per_run=cost / len(runs) if runs else 0.0,
        steps=_stats(runs),
    )


def _rate(counts: Sequence[tuple[int, int]]) -> float | None:
    return share(sum(part for part, _ in counts), sum(whole for _, whole in counts))


def _violations(steps: Sequence[StepRun]) -> dict[str, int]:
    kinds = Counter(f"{step.step}: {wrong.split(':')[0]}" for step in steps for wrong in step.violations)
    errors = Counter(f"{step.step}: {step.error.split(':')[0]}" for step in steps if step.error)
    return dict((kinds + errors).most_common())


def _probe_shares(probes: Sequence[ProbeResult]) -> dict[str, float]:
    counts = Counter(probe.probe.value for probe in probes)
    holding = Counter(probe.probe.value for probe in probes if probe.holds)
    return {name: holding[name] / count for name, count in counts.items()}


def _stats(runs: Sequence[Run]) -> list[StepStats]:
    groups: dict[tuple[Step, str], list[StepRun]] = {}
    for run in runs:
        for step in run.steps:
            groups.setdefault((step.step, step.provider), []).append(step)
    return [
        StepStats(
            step=step,
            provider=provider,
            runs=len(group),
            seconds_p50=percentile([each.seconds for each in group], 0.5),
            seconds_p95=percentile([each.seconds for each in group], 0.95),
            cost_p50=percentile([each.cost_usd for each in group], 0.5),
            cost_p95=percentile([each.cost_usd for each in group], 0.95),
        )
        for (step, provider), group in groups.items()
    ]
