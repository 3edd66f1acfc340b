"""Two evaluations side by side: what got better, what got worse, which clips are answered otherwise."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from moment.errors import UsageError
from moment.eval.figures import FIGURES, Figure
from moment.eval.results import Evaluation, ItemResult

NO_FAULT = "no fault"


class WrongComparison(UsageError):
    """The other evaluation can't be read; the message names the file and what is wrong."""


@dataclass(frozen=True)
class Row:
    name: str
    before: str
    now: str
    change: str
    better: int  # 1 better, -1 worse, 0 as it was


@dataclass(frozen=True)
class Change:
    item: str
    before: str  # the fault that most runs name
    now: str


@dataclass(frozen=True)
class Comparison:
    other: str
    this: str
    rows: tuple[Row, ...]
    changes: tuple[Change, ...]
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


def compare(other: Evaluation, this: Evaluation) -> Comparison:
    before = {each.item.id: each for each in other.items}
    now = {each.item.id: each for each in this.items}
    both = [name for name in now if name in before]
    answers = [Change(name, _usual_fault(before[name]), _usual_fault(now[name])) for name in both]
    return Comparison(
        other=_title(other),
        this=_title(this),
        rows=tuple(_row(figure, other, this) for figure in FIGURES),
        changes=tuple(each for each in answers if each.before != each.now),
        only_one=tuple(sorted(set(before) ^ set(now))),
    )


def _title(evaluation: Evaluation) -> str:
    return f"{evaluation.provider} {evaluation.made_at:%Y-%m-%d %H:%M}"


def _row(figure: Figure, other: Evaluation, this: Evaluation) -> Row:
    before, now = figure.of(other.summary), figure.of(this.summary)
    is_known = before is not None and now is not None
    change = now - before if before is not None and now is not None else 0.0
    amount = figure.text(abs(change)) if is_known else "–"
    sign = "+" if change > 0 else "-" if change < 0 else ""
    better = 0 if not change else figure.better if change > 0 else -figure.better
    return Row(figure.name, figure.text(before), figure.text(now), sign + amount, better)


def _usual_fault(result: ItemResult) -> str:
    """By most of its runs."""
    if not result.runs:
        return NO_FAULT
    return Counter(run.fault or NO_FAULT for run in result.runs).most_common(1)[0][0]
