"""The quality of the coach over a golden set: every clip several times, then the probes."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from models.base import utc_now
from moment.eval.clips import ClipFolder
from moment.eval.golden import WrongSet, read_set
from moment.eval.library import Library
from moment.eval.probes import probed
from moment.eval.results import Evaluation, ItemResult, Run
from moment.eval.run import Case, Coach
from moment.eval.summary import summarize
from pipeline.media.ffmpeg import workspace
from pipeline.media.probe import UnusableClip, check_usable
from pipeline.providers.ports import Providers

Advance = Callable[[int, int], None]  # runs done, runs in all


@dataclass(frozen=True)
class Asked:
    golden_set: Path
    provider: str  # its name, for the report
    runs: int  # of each clip
    probes: int = 3  # clips for each probe
    jobs: int = 2  # runs at once
    drawn: Path | None = None  # where drawn clips are kept; None: in the set


def cases_of(asked: Asked) -> list[Case]:
    """Every clip at hand and usable, before anything is paid for. Raises WrongSet."""
    items = read_set(asked.golden_set)
    folder = ClipFolder(asked.golden_set, asked.drawn)
    with ThreadPoolExecutor(asked.jobs) as pool:
        clips = list(pool.map(folder.clip_of, items))
    cases = []
    for item, clip in zip(items, clips, strict=True):
        try:
            cases.append(Case(item, clip, check_usable(clip).duration_seconds))
        except UnusableClip as unusable:
            raise WrongSet(f"{asked.golden_set}: {item.id}: video: unusable: {unusable.reason}") from unusable
    return cases


def evaluate(
    asked: Asked, cases: Sequence[Case], providers: Providers, advance: Advance | None = None
) -> Evaluation:
    """Runs take turns over the clips, so that a slow hour of a service falls on all of them."""
    coach = Coach(providers, Library(providers.embedder))
    runs: dict[str, list[Run]] = {case.item.id: [] for case in cases}
    turns = [case for _ in range(asked.runs) for case in cases]
    with ThreadPoolExecutor(asked.jobs) as pool:
        for done, (case, run) in enumerate(zip(turns, pool.map(coach.coach, turns), strict=True), 1):
            runs[case.item.id].append(run)
            if advance:
                advance(done, len(turns))
    with workspace() as folder:
        probes = probed(coach, cases, asked.probes, folder)
    items = [ItemResult(item=case.item, seconds=case.seconds, runs=runs[case.item.id]) for case in cases]
    results = [result for result, _ in probes]
    return Evaluation(
        provider=asked.provider,
        golden_set=asked.golden_set.name,
        made_at=utc_now(),
        retrieval=coach.library.searchable,
        summary=summarize(items, results, sum(cost for _, cost in probes)),
        items=items,
        probes=results,
    )
