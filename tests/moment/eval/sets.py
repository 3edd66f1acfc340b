"""Golden sets and answers by hand, for the tests beside this file."""

from collections.abc import Sequence
from pathlib import Path

from models.coaching import CoachingText, CookingEvent, StructuredInput, VideoAnalysis
from moment.eval.golden import LABELS, GoldenEvent, GoldenFault, GoldenItem, Recipe, Window
from moment.eval.results import ItemResult, Run
from moment.eval.synthetic import as_lines, golden_item


def clip_item(dish: str, variant: str, *, take: int = 1, seed: int = 51, seconds: float = 14.0) -> GoldenItem:
    recipe = Recipe(
        dish=dish, variant=variant, seconds=seconds, size=(120, 214), seed=seed, frames_per_second=6
    )
    return golden_item(f"{dish}-{variant}-{take}", recipe)


def write_set(folder: Path, items: Sequence[GoldenItem]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LABELS).write_text(as_lines(list(items)), encoding="utf-8")
    return folder


def item(
    *faults: tuple[str, int],
    window: Window = (10.0, 14.0),
    acceptable: tuple[str, ...] = (),
    events: tuple[float, ...] = (),
    questions: tuple[str, ...] = (),
) -> GoldenItem:
    """A fried-rice clip with faults of (code, severity); without any it is clean."""
    return GoldenItem(
        id="clip",
        video="clip.mp4",
        dish="fried-rice",
        clean=not faults,
        faults=tuple(GoldenFault(code=code, severity=severity, window=window) for code, severity in faults),
        acceptable=acceptable,
        key_moment=window if faults else None,
        events=tuple(GoldenEvent(t=second, kind="event") for second in events),
        memo="メモ" if questions else None,
        expected_questions=questions,
    )


def analysis(
    fault: str | None = None,
    moment: int = 12,
    *,
    events: tuple[int, ...] = (12,),
    confidence: str = "medium",
) -> VideoAnalysis:
    return VideoAnalysis.model_validate(
        {
            "cooking_events": [
                CookingEvent(t=f"0:{t:02d}", t_seconds=t, event="音がしました") for t in events
            ],
            "key_moment_timestamp": f"0:{moment:02d}",
            "key_moment_seconds": moment,
            "diagnosis": "火が強いままでした。",
            "fault": fault,
            "confidence": confidence,
        }
    )


def run(
    fault: str | None = None,
    moment: int = 12,
    *,
    events: tuple[int, ...] = (12,),
    questions: tuple[str, ...] = (),
    teaches: tuple[str, ...] = (),
    principles: tuple[str, ...] = (),
) -> Run:
    text = CoachingText(
        mondaiten="一", skill="二", next_action="三", success_sign="四", principle_ids=list(teaches)
    )
    return Run(
        memo_content=StructuredInput(questions=list(questions)),
        analysis=analysis(fault, moment, events=events),
        coaching=text if teaches else None,
        principles=list(principles),
    )


def result(label: GoldenItem, *runs: Run) -> ItemResult:
    return ItemResult(item=label, seconds=30.0, runs=list(runs))
