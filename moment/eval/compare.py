"""Two evaluations side by side: what got better, what got worse, which clips are answered otherwise."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from moment.eval.figures import FIGURES, Figure
from moment.eval.results import Evaluation, ItemResult

NO_FAULT = "no fault"


class WrongComparison(Exception):
    """The other evaluation can't be read; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Row:
    name: str
    before: str
    now: str
    change: str
    better: int  # 1 better, -1 worse, 0 as it was


@dataclass(frozen=True)
class Changed:
    item: str
    before: str  # the fault that most runs name
    now: str


@dataclass(frozen=True)
class Comparison:
    other: str
    this: str
    rows: tuple[Row, ...]
    changed: tuple[Changed, ...]
    only_one: tuple[str, ...]  # items that only one of the two holds


def read_evaluation(path: Path) -> Evaluation:
    """Raises WrongComparison."""
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WrongComparison(f"{path}: cannot be read: {type(error).__name__}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "file"
        raise WrongComparison(f"{path}: {field}: {first['msg']}") from error


def compared(other: Evaluation, this: Evaluation) -> Comparison:
    before = {each.item.id: each for each in other.items}
    now = {each.item.id: each for each in this.items}
    both = [name for name in now if name in before]
    named = [Changed(name, _named(before[name]), _named(now[name])) for name in both]
    return Comparison(
        other=_called(other),
        this=_called(this),
        rows=tuple(_row(figure, other, this) for figure in FIGURES),
        changed=tuple(each for each in named if each.before != each.now),
        only_one=tuple(sorted(set(before) ^ set(now))),
    )


def _called(evaluation: Evaluation) -> str:
    return f"{evaluation.provider} {evaluation.made_at:%Y-%m-%d %H:%M}"


def _row(figure: Figure, other: Evaluation, this: Evaluation) -> Row:
    before, now = figure.of(other.summary), figure.of(this.summary)
    known = before is not None and now is not None
    change = now - before if before is not None and now is not None else 0.0
    written = figure.written(abs(change)) if known else "–"
    sign = "+" if change > 0 else "-" if change < 0 else ""
    better = 0 if not change else figure.better if change > 0 else -figure.better
    return Row(figure.name, figure.written(before), figure.written(now), sign + written, better)


def _named(result: ItemResult) -> str:
    """By most of its runs."""
    if not result.runs:
        return NO_FAULT
    return Counter(run.fault or NO_FAULT for run in result.runs).most_common(1)[0][0]
