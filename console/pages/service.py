"""How the service does: for coaches who may see all learners, since its figures are of all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from console.identity import UnlimitedCoach
from console.pages.chart import LineChart, width_of
from console.pages.wording import Words
from console.parts import Reading
from console.shell import render
from knowledge_base import service_words
from models.base import JAPAN, utc_now
from services.invariants import INVARIANTS, MOST, Violation
from services.service_figures import (
    MOST_PARKED,
    PROMISE,
    Part,
    Pushes,
    ServiceFigures,
    Share,
    Wait,
    Window,
    service_figures,
)

router = APIRouter()


class ServiceWords(Words):
    nothing_yet = service_words.NOTHING_YET
    windows = service_words.WINDOWS
    parts = service_words.PARTS
    stages = service_words.STAGES
    queues = service_words.QUEUES
    invariants = service_words.INVARIANTS

    def duration(self, seconds: float) -> str:
        return service_words.duration(seconds)

    def share(self, share: Share) -> str:
        """Of nothing there is no share."""
        if not share.total:
            return self.nothing_yet
        return f"{round(100 * share.count / share.total)}%（{share.total:,}のうち{share.count:,}）"

    def of_quota(self, pushes: Pushes) -> str:
        if pushes.used is None:
            return service_words.NOT_KNOWN
        most = service_words.NO_LIMIT if pushes.most is None else f"{pushes.most:,}通"
        return f"{pushes.used:,}通 / {most}"

    def step(self, at: datetime, window: Window) -> str:
        local = at.astimezone(JAPAN)
        day = f"{local.month}/{local.day}"
        return f"{day} {local:%H}時" if window is Window.DAY else day


WORDS = ServiceWords()


@dataclass(frozen=True)
class Waits:
    """Of the text, or of the video: over the window, and step by step for the drawing and its table."""

    name: str
    whole: Wait
    steps: Sequence[tuple[str, Wait]]
    chart: LineChart
    begin: str
    end: str


@router.get("/service")
async def service(
    request: Request,
    asker: UnlimitedCoach,
    db: Reading,
    window: Annotated[Window, Query()] = Window.WEEK,
) -> HTMLResponse:
    figures = await db.run(service_figures, window)
    return render(
        request,
        "service.html",
        asker=asker,
        words=WORDS,
        figures=figures,
        windows=list(Window),
        broken=broken(figures.violations),
        invariants=len(INVARIANTS),
        most_broken=MOST,
        waits={part: waits_of(figures, part) for part in Part},
        promise=PROMISE.total_seconds(),
        longest=max((each.spread.p95 for each in figures.stages), default=0.0),
        width_of=width_of,
        parked=sum(queue.parked for queue in figures.queues),
        most_parked=MOST_PARKED,
    )


def broken(found: Sequence[Violation]) -> Mapping[str, Sequence[Violation]]:
    """By what does not hold."""
    by_name: defaultdict[str, list[Violation]] = defaultdict(list)
    for each in found:
        by_name[each.name].append(each)
    return by_name


def waits_of(figures: ServiceFigures, part: Part) -> Waits | None:
    """None where nothing was delivered."""
    if not figures.waits[part]:
        return None
    whole, *found = figures.waits[part]
    window, by_step = figures.window, {wait.at: wait for wait in found}
    steps = steps_of(window, utc_now())
    spreads = [by_step[at].spread if at in by_step else None for at in steps]
    lines = {
        "中央値": [spread.p50 if spread else None for spread in spreads],
        "95%": [spread.p95 if spread else None for spread in spreads],
    }
    return Waits(
        service_words.PARTS[part],
        whole,
        [(WORDS.step(wait.at, window), wait) for wait in found if wait.at is not None],
        LineChart.of(lines, PROMISE.total_seconds()),
        WORDS.step(steps[0], window),
        WORDS.step(steps[-1], window),
    )


def steps_of(window: Window, now: datetime) -> Sequence[datetime]:
    """Each hour or day in Japan that the window touches, as the rows are counted by them."""
    local = now.astimezone(JAPAN).replace(minute=0, second=0, microsecond=0)
    step = timedelta(hours=1)
    if window is not Window.DAY:
        local, step = local.replace(hour=0), timedelta(days=1)
    count = window.length // step
    return [local - step * back for back in range(count, -1, -1)]
