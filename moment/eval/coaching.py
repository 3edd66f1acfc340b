"""The quality of the coach over a golden set: every clip several times, then the probes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from models.base import utc_now
from moment.eval.clips import ClipFolder
from moment.eval.golden import WrongSet, read_set
from moment.eval.probes import run_probes
from moment.eval.results import Evaluation, ItemResult, Run
from moment.eval.run import Case, Coach
from moment.eval.summary import summarize
from pipeline.media.probe import UnusableClip, check_usable
from storage.workspace import workspace

Advance = Callable[[int, int], None]  # runs done, runs in all


@dataclass(frozen=True)
class Request:
    """What is to be measured, and how often."""

    golden_set: Path
    provider: str  # its name, for the report
    runs: int  # of each clip
    probes: int = 3  # clips for each probe
    jobs: int = 2  # runs at once
    clips: Path | None = None  # where those that are drawn lie; None: in the set


def cases_of(request: Request) -> list[Case]:
    """Every clip at hand and usable, before anything is paid for. Raises WrongSet, DrawingFailure, OSError."""
    items = read_set(request.golden_set)
    folder = ClipFolder(request.golden_set, request.clips)
    with ThreadPoolExecutor(request.jobs) as pool:
        clips = list(pool.map(folder.clip_of, items))
    cases = []
    for item, clip in zip(items, clips, strict=True):
        try:
            cases.append(Case(item, clip, check_usable(clip).duration_seconds))
        except UnusableClip as unusable:
            problem = f"{item.id}: video: unusable: {unusable.reason}"
            raise WrongSet(f"{request.golden_set}: {problem}") from unusable
    return cases


def evaluate(
    request: Request, cases: Sequence[Case], coach: Coach, advance: Advance | None = None
) -> Evaluation:
    """Runs take turns over the clips, so that a slow hour of a service falls on all of them."""
    runs: dict[str, list[Run]] = {case.item.id: [] for case in cases}
    turns = [case for _ in range(request.runs) for case in cases]
    with ThreadPoolExecutor(request.jobs) as pool:
        for count, (case, run) in enumerate(zip(turns, pool.map(coach.coach, turns), strict=True), 1):
            runs[case.item.id].append(run)
            if advance:
                advance(count, len(turns))
    with workspace() as folder:
        probes = run_probes(coach, cases, request.probes, folder)
    items = [ItemResult(item=case.item, seconds=case.seconds, runs=runs[case.item.id]) for case in cases]
    results = [result for result, _ in probes]
    return Evaluation(
        provider=request.provider,
        golden_set=request.golden_set.name,
        made_at=utc_now(),
        retrieval=coach.library.searchable,
        summary=summarize(items, results, sum(cost for _, cost in probes)),
        items=items,
        probes=results,
    )
