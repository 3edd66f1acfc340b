"""`moment eval footage`: from the folder to the figures."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from moment.eval.command import coach_of, show_progress
from moment.eval.footage import (
    ClipResult,
    FootageEvaluation,
    FootageFigures,
    FootageRequest,
    evaluate_footage,
)
from moment.eval.footage_labels import read_labels
from moment.resources import Resources


def run_footage(resources: Resources, request: FootageRequest, folder: Path, *, as_json: bool) -> None:
    """Raises WrongSet, ConfigurationError, FfmpegError."""
    labels = read_labels(folder)
    with show_progress("footage") as advance:
        evaluation = evaluate_footage(request, labels, coach_of(resources), advance)
    if as_json:
        sys.stdout.write(evaluation.model_dump_json() + "\n")
    else:
        show(evaluation, Console())


def show(evaluation: FootageEvaluation, console: Console) -> None:
    console.print(f"analyst '{evaluation.provider}' on {evaluation.figures.clips} clips", highlight=False)
    table = Table()
    for name in ("clip", "shows", "answer", "versions that differ"):
        table.add_column(name)
    for clip in evaluation.clips:
        table.add_row(
            clip.file, clip.shown, _words(clip, 0), _differing(clip), style="bold" if clip.wrong else None
        )
    console.print(table)
    figures = Table()
    figures.add_column("measure")
    figures.add_column("value", justify="right")
    for name, value in _rows(evaluation.figures):
        figures.add_row(name, value)
    console.print(figures)


def _words(clip: ClipResult, number: int) -> str:
    answer = clip.answers[number]
    if not answer.is_given:
        return "no answer"
    return (
        f"refused: {answer.refused}"
        if answer.refused
        else f"{answer.fault or 'no fault'} ({answer.confidence})"
    )


def _differing(clip: ClipResult) -> str:
    first = clip.answers[0]
    return ", ".join(
        f"{answer.version}: {_words(clip, number)}"
        for number, answer in enumerate(clip.answers)
        if (answer.refused, answer.fault) != (first.refused, first.fault)
    )


def _rows(figures: FootageFigures) -> list[tuple[str, str]]:
    return [
        ("wrong faults with high confidence", f"{figures.false_high}"),
        ("clips with a wrong fault", _percent(figures.false_alarms)),
        ("clips without cooking that are refused", _percent(figures.others_refused)),
        ("cooks and dishes that are refused", f"{figures.cooks_refused}"),
        ("plain smoke and flames that are named", _percent(figures.fire_named)),
        ("clips answered otherwise when encoded anew", f"{figures.unsettled}"),
        ("versions without an answer", f"{figures.unanswered}"),
        ("one answer, mean", "–" if figures.seconds_mean is None else f"{figures.seconds_mean:.2f} s"),
        ("all, cost", f"${figures.cost_usd:.4f}"),
    ]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"
