"""What an evaluation says on the terminal."""

from rich.console import Console
from rich.table import Table

from moment.eval.compare import Comparison
from moment.eval.figures import FIGURES
from moment.eval.results import Evaluation, Summary


def show(evaluation: Evaluation, console: Console) -> None:
    summary = evaluation.summary
    about = f"{summary.clips} clips, {summary.clean_clips} clean, {summary.runs} runs"
    console.print(f"coach '{evaluation.provider}' on {evaluation.golden_set}: {about}", highlight=False)
    console.print(_figures(summary))
    console.print(_steps(summary))
    if summary.violations or summary.probes:
        console.print(_counts(summary))


def _figures(summary: Summary) -> Table:
    table = Table()
    table.add_column("measure")
    table.add_column("value", justify="right")
    for number, figure in enumerate(FIGURES):
        style = "bold" if number == 0 else None
        table.add_row(figure.name, figure.text(figure.of(summary)), style=style)
    table.add_row("all, cost", f"${summary.cost_usd:.4f}")
    if summary.failed_runs:
        table.add_row("runs without an answer", str(summary.failed_runs), style="bold")
    return table


def _steps(summary: Summary) -> Table:
    table = Table(title="Each step")
    table.add_column("step")
    table.add_column("provider")
    for name in ("runs", "p50 s", "p95 s", "p50 $", "p95 $"):
        table.add_column(name, justify="right")
    for step in summary.steps:
        times = f"{step.seconds_p50:.2f}", f"{step.seconds_p95:.2f}"
        costs = f"{step.cost_p50:.4f}", f"{step.cost_p95:.4f}"
        table.add_row(step.step.value, step.provider, str(step.runs), *times, *costs)
    return table


def _counts(summary: Summary) -> Table:
    table = Table(title="Probes held, and violations of the guards")
    table.add_column("what")
    table.add_column("", justify="right")
    for name, share in summary.probes.items():
        table.add_row(f"probe: {name}", f"{100 * share:.0f} %")
    table.add_section()
    for kind, count in summary.violations.items():
        table.add_row(kind, str(count))
    return table


def show_comparison(comparison: Comparison, console: Console) -> None:
    table = Table(title=f"{comparison.other} → {comparison.this}")
    table.add_column("measure")
    for name in ("before", "now", "change"):
        table.add_column(name, justify="right")
    for row in comparison.rows:
        table.add_row(row.name, row.before, row.now, row.change, style=_STYLES[row.better])
    console.print(table)
    for change in comparison.changes:
        console.print(f"{change.item}: {change.before} → {change.now}", highlight=False)
    if comparison.only_one:
        console.print(f"in one of the two only: {', '.join(comparison.only_one)}", highlight=False)


_STYLES = {1: "green", 0: None, -1: "red"}
