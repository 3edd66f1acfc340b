"""`moment drill`: every fault of the list, done to a few learners' conversations; what was lost and doubled."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.footage import clip as make_clip
from benchmarks.measurement import percentile
from drills.conversation import Count, begin, count, go_on, has_all
from drills.faults import FAULTS, Fault
from drills.ground import Ground, Moment, open_ground

LEARNERS = 4
PATIENCE_SECONDS = 240.0
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Result:
    """Of one fault. `seconds` from the first tap until every learner has everything; None if that never came."""

    fault: str
    lost: int
    doubled: int
    seconds: float | None
    recoveries: Sequence[float] = ()  # of each of several blows

    @property
    def is_clean(self) -> bool:
        return self.lost == 0 and self.doubled == 0


def run_drills(
    moment: Moment, folder: Path, faults: Sequence[Fault] = FAULTS, learners: int = LEARNERS
) -> Sequence[Result]:
    progress = Console(stderr=True)
    clip = make_clip(folder / "clip.mp4", seconds=6, size="320x180")
    results = []
    with progress.status("starting") as status, open_ground(folder / "ground", moment) as ground:
        for fault in faults:
            if fault.may_be_tried(ground):
                status.update(fault.name)
                results.append(drill(ground, fault, clip, fault.learners or learners))
    return results


def drill(ground: Ground, fault: Fault, clip: Path, learners: int) -> Result:
    if fault.is_first:
        fault.strike(ground)
    cooks = [begin(ground.stack, clip) for _ in range(learners)]
    start = time.monotonic()
    for cook in cooks:
        go_on(cook)
    recoveries = (None if fault.is_first else fault.strike(ground)) or ()
    seconds = None
    while seconds is None and time.monotonic() - start < PATIENCE_SECONDS:
        if all(has_all(cook.thread()) for cook in cooks):
            seconds = time.monotonic() - start
        else:
            time.sleep(LOOK_SECONDS)
    _wait_for_rest(ground)  # what is doubled comes late
    ground.stack.desk.clear_faults()
    if fault.mend is not None:
        fault.mend(ground)
    total = sum((count(cook.thread()) for cook in cooks), Count())
    return Result(fault.name, total.lost, total.doubled, seconds, recoveries)


def _wait_for_rest(ground: Ground) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ground.is_at_rest() and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


def table(results: Sequence[Result], learners: int = LEARNERS) -> Table:
    rows = Table(
        title="moment drill",
        caption=f"{learners} learners each, or more; of what each must see once: lost, doubled; seconds until all had all",
        title_justify="left",
        caption_justify="left",
    )
    rows.add_column("fault")
    for heading in ("lost", "doubled", "seconds"):
        rows.add_column(heading, justify="right")
    for result in results:
        seconds = "never" if result.seconds is None else f"{result.seconds:.1f}"
        rows.add_row(_name(result), str(result.lost), str(result.doubled), seconds)
    return rows


def _name(result: Result) -> str:
    if not result.recoveries:
        return result.fault
    p95, most = percentile(result.recoveries, 0.95), max(result.recoveries)
    return f"{result.fault}: got over in {p95:.1f} s (p95), {most:.1f} s at most"
