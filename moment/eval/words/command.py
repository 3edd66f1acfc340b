"""`moment eval words`: each part's figures as one table or as JSON."""

import json
import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from moment.eval.words import coaching, guards, memos, questions, retrieval, unseen
from moment.eval.words.figures import WordFigure
from pipeline.providers.ports import Providers

MISSES = 5  # shown of each figure; the JSON holds all

Measure = Callable[[Providers], list[WordFigure]]
MEASURES: Sequence[Measure] = (
    coaching.measure,
    guards.measure,
    memos.measure,
    questions.measure,
    retrieval.measure,
    unseen.measure,
)


def run_words(providers: Providers, *, as_json: bool) -> bool:
    """Whether every goal is met. Raises WrongCases, ConfigurationError, ProviderError."""
    figures = [figure for measure in MEASURES for figure in measure(providers)]
    if as_json:
        rows = [figure.model_dump() | {"is_met": figure.is_met} for figure in figures]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
    else:
        _show(figures, Console())
    return all(figure.is_met for figure in figures)


def _show(figures: Sequence[WordFigure], console: Console) -> None:
    table = Table()
    for name in ("part", "measure"):
        table.add_column(name)
    for name in ("cases", "value", "goal"):
        table.add_column(name, justify="right")
    for figure in figures:
        style = None if figure.is_met else "bold red"
        value, goal = f"{100 * figure.value:.1f} %", f"{100 * figure.goal:.1f} %"
        table.add_row(figure.part, figure.name, str(figure.cases), value, goal, style=style)
    console.print(table)
    for figure in figures:
        if figure.is_met:
            continue
        console.print(f"{figure.part}: {figure.name}", style="bold", highlight=False)
        for miss in figure.misses[:MISSES]:
            console.print(f"  {miss}", highlight=False, markup=False)
