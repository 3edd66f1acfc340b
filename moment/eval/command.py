"""`moment eval coaching`: from the options to the report."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from moment.eval.coaching import Advance, Asked, cases_of, evaluate
from moment.eval.compare import compared, read_evaluation
from moment.eval.report import write_report
from moment.eval.terminal import show, show_comparison
from pipeline.providers.ports import Providers
from settings import ConfigurationError, settings


def run_evaluation(asked: Asked, *, out: Path, compare_with: Path | None, as_json: bool) -> None:
    """What is said for people goes to stderr when standard output holds the JSON.

    Raises WrongSet, WrongComparison, ConfigurationError, DrawingFailed, OSError.
    """
    other = read_evaluation(compare_with) if compare_with else None
    providers = _providers(asked.provider)
    console = Console(stderr=as_json)
    cases = cases_of(asked)
    with _progress() as advance:
        evaluation = evaluate(asked, cases, providers, advance)
    page = write_report(evaluation, cases, out)
    if as_json:
        sys.stdout.write(evaluation.summary.model_dump_json() + "\n")
    else:
        show(evaluation, console)
    if other:
        show_comparison(compared(other, evaluation), console)
    console.print(f"report: {page}", highlight=False, soft_wrap=True)


def _providers(name: str) -> Providers:
    """Raises ConfigurationError when they are not there, or what they need is not set."""
    try:
        build = import_module(f"pipeline.providers.{name}").build
    except (ModuleNotFoundError, AttributeError) as error:
        raise ConfigurationError(f"--provider {name}: is not there: {error}") from error
    built = build(settings())
    assert isinstance(built, Providers)  # noqa: S101 - a programming error of that module
    return built


@contextmanager
def _progress() -> Iterator[Advance]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("coaching", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
