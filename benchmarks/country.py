"""`uv run python -m benchmarks.country [FILE]`: a hundred thousand learners on paper. How many of each process a Sunday's
dinner needs, and what it asks of the database, prints it, and writes it to the file.

Cooks come as people eat; each is a small graph of work that waits in the queues of README's "Work that is owed". What is
assumed stands in `Habits`, what was measured in `Costs`; the day is drawn by a seed, so that it is the same for everybody.
"""

import heapq
import math
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from benchmarks import month
from benchmarks.measurement import percentile
from jobs.queue import Queue

LEARNERS = 100_000
SEED = 16
DAY = 24 * 3600.0
TEXT_P95, VIDEO_P95, ANSWER_P95, TAP_P95 = 300.0, 900.0, 30.0, 2.0  # seconds: promised, or to be borne


@dataclass(frozen=True)
class Habits:
    """Assumed: nobody has had so many learners yet.

    Dinner begins at 18:49 (women) and 19:08 (men) on weekdays, ten to twenty minutes earlier on days off, in the Statistics
    Bureau's Survey on Time Use and Leisure Activities of 2021. A cook's video is taken to come half an hour after that,
    spread by an hour; lunches and breakfasts, their shares, and how much more is cooked on days off are guesses.
    """

    cooks_a_week: float = month.HABITS.sessions_of(1) / month.DAYS * 7  # of a learner: one attempt
    day_off: float = 1.8  # as many as on a weekday
    meals: Sequence[tuple[float, float, float]] = (
        (0.75, 19.4, 1.0),
        (0.20, 12.8, 0.8),
        (0.05, 8.0, 0.8),
    )  # share, hour, spread
    uploads: float = 0.05  # of the cooks: by the page, of some 300 MB; else by LINE
    views: float = 0.3  # of the cooks, whose clip is no view of its own


@dataclass(frozen=True)
class Costs:
    """Of a cook. Statements, rows and pushes were counted (2026-11-28); sizes, and the milliseconds of a statement, are
    guesses from small databases on a busy machine."""

    statements: float = 123.0
    database_ms: float = 0.8  # of Postgres's processor, a statement
    pushes: float = 1.94
    rows: Mapping[str, float] = field(
        default_factory=lambda: {
            "inbox_event": 9, "message": 15, "sent_bubble": 19, "media": 2, "stage_run": 8, "session": 1,
        }
    )  # fmt: skip
    row_bytes: Mapping[str, int] = field(
        default_factory=lambda: {
            "inbox_event": 1_100, "message": 2_300, "sent_bubble": 150, "media": 1_000, "stage_run": 450, "session": 9_000,
        }
    )  # with their indexes  # fmt: skip
    clip_mb: float = 20.0
    upload_mb: float = 300.0
    film_mb: float = 8.0
    kept_days: float = 90.0  # MOMENT_FOOTAGE_KEPT


@dataclass(frozen=True)
class Work:
    """One piece of a cook: in which queue, for how many seconds, after which others are done, and how long after."""

    name: str
    queue: Queue
    seconds: float
    after: Sequence[str] = ()
    later: float = 0.0
    spread: float = 0.0  # of its seconds, as a log-normal's sigma
    share: float = 1.0  # of the cooks that need it


MODEL = 0.5
TAPS = tuple(Work(f"tap {n}", Queue.CONVERSATION, 0.05, later=20.0 * n) for n in range(1, 7))
QUESTION = "question"
COOK = (
    Work("video", Queue.CONVERSATION, 0.05),
    Work("fetch video", Queue.MEDIA, 3.0, ("video",), spread=MODEL),
    Work("view", Queue.PREPARATION, 8.0, ("fetch video",), spread=MODEL, share=Habits.views),
    Work("analysis", Queue.MODELS, 25.0, ("view",), spread=MODEL),
    Work("memo", Queue.CONVERSATION, 0.05, later=40.0),
    Work("fetch memo", Queue.MEDIA, 1.0, ("memo",), spread=MODEL),
    Work("transcript", Queue.MODELS, 5.0, ("fetch memo",), spread=MODEL),
    Work("entities", Queue.MODELS, 3.0, ("transcript",), spread=MODEL),
    Work("retrieval", Queue.MODELS, 4.0, ("analysis", "entities"), spread=MODEL),
    Work("coaching", Queue.MODELS, 10.0, ("retrieval",), spread=MODEL),
    Work("text", Queue.CONVERSATION, 0.3, ("coaching",)),
    Work("narration", Queue.MODELS, 8.0, ("coaching",), spread=MODEL),
    Work("render", Queue.VIDEO, 20.0, ("narration",), spread=0.3),
    Work("film", Queue.CONVERSATION, 0.3, ("render",)),
    Work(QUESTION, Queue.CONVERSATION, 0.05, ("text",), later=60.0),
    Work("thought", Queue.ANSWERS, 5.0, (QUESTION,), later=4.0, spread=MODEL),
    Work("answer", Queue.CONVERSATION, 0.3, ("thought",)),
    *TAPS,
)
# Threads of a process that do their work at once. Those that only wait for models may be many (MOMENT_MODEL_THREADS,
# MOMENT_ANSWER_THREADS); an event is all Python, of which one thread runs at a time.
THREADS = {
    Queue.CONVERSATION: 1, Queue.ANSWERS: 8, Queue.MEDIA: 8, Queue.PREPARATION: 1, Queue.MODELS: 8, Queue.VIDEO: 1,
}  # fmt: skip


@dataclass
class Station:
    """A queue's threads, and who waits for one, in order."""

    threads: int
    busy: int = 0
    waiting: deque[tuple[int, int, float]] = field(default_factory=deque)  # cook, work, since
    waits: list[float] = field(default_factory=list)
    stays: float = 0.0  # seconds of all, waiting and at work
    inside: int = 0
    inside_seconds: float = 0.0  # how many were inside, summed over time
    _looked_at: float = 0.0

    def change(self, now: float, by: int) -> None:
        self.inside_seconds += self.inside * (now - self._looked_at)
        self.inside += by
        self._looked_at = now


@dataclass(frozen=True)
class Day:
    """Seconds of every cook from its video to the end of each work, and the queues as they were."""

    ends: Mapping[str, Sequence[float]]
    stations: Mapping[Queue, Station]

    def p95(self, work: str, since: str | None = None) -> float:
        begins = self.ends[since] if since else [0.0] * len(self.ends[work])
        return percentile([end - begin for end, begin in zip(self.ends[work], begins, strict=True)], 0.95)

    @property
    def keeps_promises(self) -> bool:
        return (
            self.p95("text") < TEXT_P95
            and self.p95("film") < VIDEO_P95
            and self.p95("answer", QUESTION) < ANSWER_P95
            and percentile(self.stations[Queue.CONVERSATION].waits, 0.95) < TAP_P95
        )


def sunday(learners: int, habits: Habits, rng: np.random.Generator) -> Sequence[float]:
    """When the cooks of a day off come: seconds of the day, in order."""
    mean = learners * habits.cooks_a_week * habits.day_off / (5 + 2 * habits.day_off)
    shares, hours, spreads = np.array(habits.meals).T
    meals = rng.choice(len(shares), size=rng.poisson(mean), p=shares)
    return sorted((rng.normal(hours[meals], spreads[meals]) * 3600 % DAY).tolist())


def play(arrivals: Sequence[float], processes: Mapping[Queue, int], rng: np.random.Generator) -> Day:
    """The day, until the last cook has everything."""
    return _Play(arrivals, processes, rng).run()


class _Play:
    def __init__(
        self, arrivals: Sequence[float], processes: Mapping[Queue, int], rng: np.random.Generator
    ) -> None:
        self._arrivals = arrivals
        self._seconds = [_seconds(work, len(arrivals), rng) for work in COOK]
        self._stations = {queue: Station(processes[queue] * THREADS[queue]) for queue in Queue}
        number = {work.name: index for index, work in enumerate(COOK)}
        self._next = [[number[other.name] for other in COOK if work.name in other.after] for work in COOK]
        self._open = [[len(work.after) for work in COOK] for _ in arrivals]  # what each still waits for
        self._ends = [[0.0] * len(arrivals) for _ in COOK]
        self._order = count()
        self._events: list[
            tuple[float, int, bool, int, int]
        ] = []  # when, in turn, whether it ends, cook, work

    def run(self) -> Day:
        for cook, arrival in enumerate(self._arrivals):
            for index, work in enumerate(COOK):
                if not work.after:
                    self._push(arrival + work.later, False, cook, index)
        while self._events:
            now, _, ends, cook, index = heapq.heappop(self._events)
            if ends:
                self._leave(now, cook, index)
            else:
                self._come(now, cook, index)
        return Day({work.name: self._ends[index] for index, work in enumerate(COOK)}, self._stations)

    def _push(self, when: float, ends: bool, cook: int, index: int) -> None:
        heapq.heappush(self._events, (when, next(self._order), ends, cook, index))

    def _come(self, now: float, cook: int, index: int) -> None:
        if not self._seconds[index][cook]:
            self._settle(now, cook, index)
            return
        station = self._stations[COOK[index].queue]
        station.change(now, +1)
        station.waiting.append((cook, index, now))
        self._take(now, station)

    def _leave(self, now: float, cook: int, index: int) -> None:
        station = self._stations[COOK[index].queue]
        station.change(now, -1)
        station.busy -= 1
        self._take(now, station)
        self._settle(now, cook, index)

    def _take(self, now: float, station: Station) -> None:
        while station.waiting and station.busy < station.threads:
            cook, index, since = station.waiting.popleft()
            seconds = self._seconds[index][cook]
            station.busy += 1
            station.waits.append(now - since)
            station.stays += now - since + seconds
            self._push(now + seconds, True, cook, index)

    def _settle(self, now: float, cook: int, index: int) -> None:
        self._ends[index][cook] = now - self._arrivals[cook]
        for following in self._next[index]:
            self._open[cook][following] -= 1
            if not self._open[cook][following]:
                self._push(now + COOK[following].later, False, cook, following)


def _seconds(work: Work, cooks: int, rng: np.random.Generator) -> list[float]:
    """Of each cook; 0 where it does without."""
    mean = math.log(work.seconds) - work.spread**2 / 2
    drawn: list[float] = np.where(
        rng.random(cooks) < work.share, rng.lognormal(mean, work.spread, cooks), 0.0
    ).tolist()
    return drawn


def processes_for(arrivals: Sequence[float], seed: int) -> tuple[Mapping[Queue, int], Day]:
    """With which the day keeps its promises, found by adding one where most wait; and that day. Fewer of another mixture
    may do."""
    busiest = busiest_minutes(arrivals, 15) / (15 * 60)  # cooks a second
    needed = {
        queue: max(1, math.ceil(busiest * _work_of(queue) * LOAD_AT_LEAST / THREADS[queue]))
        for queue in Queue
    }
    while not (day := play(arrivals, needed, np.random.default_rng(seed))).keeps_promises:
        worst = max(Queue, key=lambda queue: percentile(day.stations[queue].waits, 0.95))
        needed[worst] += max(1, needed[worst] // 20)
    return needed, day


def _work_of(queue: Queue) -> float:
    return sum(work.seconds * work.share for work in COOK if work.queue is queue)


def busiest_minutes(arrivals: Sequence[float], minutes: int) -> int:
    """How many come in the busiest span of so long."""
    times = np.array(arrivals)
    return int(np.max(np.searchsorted(times, times + minutes * 60) - np.arange(len(times))))


@dataclass(frozen=True)
class Limit:
    """Something that ends, and how much of it the day takes at its peak."""

    name: str
    peak: float
    most: float
    unit: str
    what_then: str

    def learners(self, now: int) -> float:
        """With how many it is reached."""
        return now * self.most / self.peak


@dataclass(frozen=True)
class Country:
    learners: int
    cooks: int  # of the day
    busiest_hour: int
    busiest_minute: int
    processes: Mapping[Queue, int]
    day: Day
    habits: Habits
    costs: Costs

    @property
    def connections(self) -> int:
        return (sum(self.processes.values()) + WEBS + RECONCILERS) * POOL

    @property
    def statements_a_second(self) -> float:
        return self.busiest_minute / 60 * self.costs.statements

    @property
    def cooks_a_year(self) -> float:
        return self.learners * self.habits.cooks_a_week * 365 / 7

    @property
    def rows_a_year(self) -> float:
        return self.cooks_a_year * sum(self.costs.rows.values())

    @property
    def gigabytes_a_year(self) -> float:
        return (
            self.cooks_a_year
            * sum(self.costs.rows[t] * self.costs.row_bytes[t] for t in self.costs.rows)
            / 1e9
        )

    @property
    def pushes_a_month(self) -> float:
        return self.cooks_a_year / 12 * self.costs.pushes

    @property
    def terabytes_kept(self) -> float:
        """Raw footage for as long as it is kept; films stay, here for a year."""
        costs, habits = self.costs, self.habits
        clip = habits.uploads * costs.upload_mb + (1 - habits.uploads) * costs.clip_mb
        return self.cooks_a_year * (clip * costs.kept_days / 365 + costs.film_mb) / 1e6

    @property
    def limits(self) -> Sequence[Limit]:
        """The first to be reached first."""
        cores = self.statements_a_second * self.costs.database_ms / 1000
        calls = self.busiest_minute * sum(work.queue is Queue.MODELS for work in COOK)
        sends = self.busiest_minute / 60 * self.costs.pushes
        limits = [
            Limit("connections to Postgres", self.connections, CONNECTIONS, "",
                  "a pooler in transaction mode (which nothing here minds), or a smaller pool for workers of few threads"),
            Limit("Postgres's processors", cores, CORES, "cores", "a larger machine; then learners parted among databases"),
            Limit("calls of models", calls, MODEL_CALLS, "a minute", "a higher quota, or provisioned throughput"),
            Limit("LINE's messages", sends, LINE_SENDS, "a second", "they are tried again by themselves; nothing is lost"),
            Limit("webhooks", self.busiest_minute / 60 * EVENTS, WEBHOOKS * WEBS, "a second", "another web process"),
        ]  # fmt: skip
        return sorted(limits, key=lambda limit: limit.learners(self.learners))


WEBS, RECONCILERS, POOL = 2, 1, 10
# Asked of Postgres and of the vendors; what an account gets is its own.
CONNECTIONS, CORES, MODEL_CALLS, LINE_SENDS = 1_000.0, 8.0, 4_000.0, 2_000.0
WEBHOOKS = 3_700.0  # a second that one web process took (README, "Measured")
EVENTS = len([work for work in COOK if not work.after]) + 1  # of a cook: video, memo, taps and a question
LOAD_AT_LEAST = 0.8  # of the busiest quarter of an hour: with less a queue only grows


HABITS, COSTS = Habits(), Costs()


def country(learners: int) -> Country:
    arrivals = sunday(learners, HABITS, np.random.default_rng(SEED))
    processes, day = processes_for(arrivals, SEED)
    return Country(
        learners=learners,
        cooks=len(arrivals),
        busiest_hour=busiest_minutes(arrivals, 60),
        busiest_minute=busiest_minutes(arrivals, 1),
        processes=processes,
        day=day,
        habits=HABITS,
        costs=COSTS,
    )


def page(now: Country, doubled: Country) -> str:
    """In Markdown."""
    both = (now, doubled)
    rows: list[tuple[str, ...]] = [("", *(f"{each.learners:,} learners" for each in both))]

    def row(name: str, *values: object) -> None:
        rows.append((name, *map(str, values)))

    row(
        "cooks: of the Sunday / its busiest hour / minute",
        *(f"{each.cooks:,} / {each.busiest_hour:,} / {each.busiest_minute:,}" for each in both),
    )
    row("web, reconciler", *[f"{WEBS}, {RECONCILERS}"] * 2)
    for queue in Queue:
        row(f"worker `{queue}`, {THREADS[queue]} at once", *(each.processes[queue] for each in both))
    row("text, p95 (goal 300 s)", *(f"{each.day.p95('text'):.0f} s" for each in both))
    row("coaching video, p95", *(f"{each.day.p95('film'):.0f} s" for each in both))
    row("answer to a question, p95", *(f"{each.day.p95('answer', QUESTION):.0f} s" for each in both))
    row("connections to Postgres, most", *(f"{each.connections:,}" for each in both))
    row("statements a second", *(f"{each.statements_a_second:,.0f}" for each in both))
    row(
        "Postgres's processors busy",
        *(f"{each.statements_a_second * each.costs.database_ms / 1000:.1f} cores" for each in both),
    )
    row("rows a year", *(f"{each.rows_a_year / 1e6:,.0f} million" for each in both))
    row("GB a year in Postgres", *(f"{each.gigabytes_a_year:,.0f}" for each in both))
    row("TB of footage and films after a year", *(f"{each.terabytes_kept:,.1f}" for each in both))
    row("pushes a month", *(f"{each.pushes_a_month:,.0f}" for each in both))
    limits = [("what ends", "at the peak", "most", "reached with", "then")]
    limits += [
        (
            limit.name,
            f"{limit.peak:,.0f} {limit.unit}",
            f"{limit.most:,.0f}",
            f"{limit.learners(now.learners):,.0f} learners",
            limit.what_then,
        )
        for limit in now.limits
    ]
    return "\n".join(["# A country on paper", "", *INTRODUCTION, "", *_table(rows), "", *BREAKS, "", *_table(limits), ""])  # fmt: skip


INTRODUCTION = (
    "Written by `uv run python -m benchmarks.country docs/a-country.md`; what it assumes and what was measured stands in",
    "`benchmarks/country.py`. Nobody has had so many learners yet: the hours are those at which people in Japan begin to eat",
    "(Statistics Bureau, Survey on Time Use and Leisure Activities 2021), the rest is guessed, and said there. A Sunday, drawn",
    "by a seed; so many processes that 95 of 100 have their text within five minutes, their video within fifteen, an answer",
    "within half a minute, and a tap waits two seconds at most. Other hours need less. What a month of it costs: costs.md.",
)
BREAKS = (
    "## Where it breaks first",
    "",
    "The next thing to end is the first row. What an account allows is its own; the third column is what was assumed.",
)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return [f"| {' | '.join(line)} |" for line in lines]


def main() -> None:
    text = page(country(LEARNERS), country(2 * LEARNERS))
    print(text)
    for name in sys.argv[1:2]:
        Path(name).write_text(text)


if __name__ == "__main__":
    main()
