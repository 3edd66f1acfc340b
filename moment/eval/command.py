"""`moment eval coaching`: from the options to the report."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from moment.eval.coaching import Advance, Request, cases_of, evaluate
from moment.eval.compare import compare, read_evaluation
from moment.eval.library import Library
from moment.eval.report import write_report
from moment.eval.run import Coach
from moment.eval.terminal import show, show_comparison
from moment.resources import Resources


def run_evaluation(
    resources: Resources, request: Request, *, out: Path, compare_with: Path | None, as_json: bool
) -> None:
    """What is said for people goes to stderr when standard output holds the JSON.

    Raises WrongSet, WrongComparison, ConfigurationError, DrawingFailure, OSError.
    """
    other = read_evaluation(compare_with) if compare_with else None
    coach = coach_of(resources)
    console = Console(stderr=as_json)
    cases = cases_of(request)
    with show_progress("coaching") as advance:
        evaluation = evaluate(request, cases, coach, advance)
    page = write_report(evaluation, cases, out)
    if as_json:
        sys.stdout.write(evaluation.summary.model_dump_json() + "\n")
    else:
        show(evaluation, console)
    if other:
        show_comparison(compare(other, evaluation), console)
    console.print(f"report: {page}", highlight=False, soft_wrap=True)


def coach_of(resources: Resources) -> Coach:
    """No database is started for an evaluation: only one that is named is searched."""
    providers = resources.providers.get()
    database = resources.database if resources.settings.database_url else None
    return Coach(providers, Library(providers.embedder, database))


@contextmanager
def show_progress(what: str) -> Iterator[Advance]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda count, total: progress.update(task, completed=count, total=total)
