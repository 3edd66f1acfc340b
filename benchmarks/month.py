"""What a month costs for so many learners, on paper: `python -m benchmarks.month` prints the tables of docs/costs.md.

What learners do is assumed: nobody has been seen yet.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.cloud_prices import (
    ALERT,
    EGRESS,
    NANO,
    OBJECTS,
    PLAN_200,
    PLAN_5000,
    PLAN_30000,
    POOL_CPU,
    POOL_MEMORY,
    PRICES,
    PUSH,
    SAMPLES,
    SCAN,
    SMALL,
    SQL_CPU,
    SQL_DISK,
    SQL_MEMORY,
    STRIPE,
    TOKYO,
    WEB_CPU,
    WEB_MEMORY,
    YEN,
)
from jobs.queue import Queue
from pipeline.providers.google import prices

Table = Callable[[], Iterator[str]]

LEARNERS = 100, 1_000, 10_000
PRICES_OF = date(2027, 1, 1)  # from then on Flash costs twice what it did
HOURS, SECONDS = 730, 730 * 3600  # of a month
DAYS = 30
GIB = 1024**3


@dataclass(frozen=True)
class Habits:
    """What an average learner does. Nobody has been seen yet: each is a guess that is easy to put right."""

    paying: float = 0.8  # of all who cook in a month; the others cook the one that is free
    sessions: float = 4.0  # a month, of who pays: one a week
    answers: float = 8.0  # questions in the chat
    callers: float = 0.2  # who cooks with a call
    call_minutes: float = 20.0  # a month
    clip_mib: float = 60.0  # LINE's film of some minutes
    kept_mib: float = 12.0  # coaching video, preview, memo: for good
    watched_mib: float = 50.0  # of a session's video and pages
    peak: float = 0.25  # of a day's sessions, in the hour in which dinner has been cooked

    def sessions_of(self, learners: int) -> float:
        return learners * (self.paying * self.sessions + (1 - self.paying))

    def peak_of(self, learners: int) -> float:
        """Sessions of that hour."""
        return self.sessions_of(learners) / DAYS * self.peak


HABITS = Habits()


@dataclass(frozen=True)
class Pool:
    """An instance as Terraform makes it by default (tests compare), and what a session takes of it."""

    cpus: int
    memory_gib: float
    threads: int
    seconds: float  # of one thread, for a session


# Seconds of the models are guesses: no real model has answered yet. ffmpeg's were measured on two cores (README).
POOLS: Mapping[Queue, Pool] = {
    Queue.CONVERSATION: Pool(1, 1, 8, 11),  # all Python: its eight threads do the work of one
    Queue.ANSWERS: Pool(1, 1, 2, 12),
    Queue.MEDIA: Pool(1, 2, 8, 20),
    Queue.PREPARATION: Pool(2, 4, 1, 30),
    Queue.MODELS: Pool(1, 2, 2, 90),
    Queue.VIDEO: Pool(2, 4, 1, 25),
}
RECONCILER = Pool(1, 0.5, 1, 0)
COLLECTOR = Pool(1, 0.5, 1, 0)
COLLECTED = (
    Queue.CONVERSATION,
    Queue.MODELS,
)  # with a collector beside each instance, as beside the reconciler
WEB_MOST, DATABASE_POOL = 4, 10  # as Terraform has them by default
WEB_CALLS = 20  # that one process holds, as measured
WEB_GIB = 2
BUSY = 0.6  # of a pool's threads at the peak: the rest is for two that come at once

SAMPLES_A_SCRAPE = 400
ALERTS = 12
RELEASES = 20


@dataclass(frozen=True)
class Calls:
    """A call of a session, as recorded against the doubles (README, "What it costs")."""

    stage: str
    tokens_in: int
    tokens_out: int


GEMINI = (
    Calls("extract_entities", 929, 138),
    Calls("analyze_video", 11_880 + 4_500 + 1_971, 383),
    Calls("retrieve", 1_712, 159),
    Calls("coach_text", 2_196, 486),
    Calls("narrate", 1_293, 349),
)
ANSWER = Calls("answer", 1_735, 171)
MEMO_SECONDS, SPOKEN, EMBEDDED = 58, 374, 42  # a memo's length; characters
THOUGHTS = 2.0  # a real model's thoughts may double what the doubles count
CALL_MINUTE = (
    0.45 / 20
)  # the live model, between the 0.3 and 0.6 dollars that twenty minutes are said to cost


def gemini(calls: Calls, on: date) -> float:
    return prices.tokens("gemini-3.8-flash", calls.tokens_in, 0, calls.tokens_out, on)


def session(on: date, thoughts: float = 1.0) -> float:
    """What the models of one session cost, in dollars."""
    spoken = prices.voice("ja-JP-Chirp3-HD-Leda", SPOKEN) + prices.speech(MEMO_SECONDS)
    embedded = prices.embedding("gemini-embedding-001", EMBEDDED)
    return sum(gemini(calls, on) for calls in GEMINI) * thoughts + spoken + embedded


def instances(queue: Queue, learners: int) -> int:
    pool = POOLS[queue]
    threads = HABITS.peak_of(learners) * pool.seconds / 3600 / BUSY
    return max(1, math.ceil(threads / pool.threads))


def web_instances(learners: int) -> int:
    minutes = learners * HABITS.callers * HABITS.call_minutes / DAYS * HABITS.peak
    return max(1, math.ceil(minutes / 60 / WEB_CALLS))


def suffices_for(queue: Queue) -> int:
    """How many learners one instance carries through the peak."""
    pool = POOLS[queue]
    return int(pool.threads * BUSY * 3600 / pool.seconds / HABITS.peak_of(1))


def connections(learners: int) -> int:
    """Of the database, while a release replaces every process; as deploy/terraform/database.tf counts them."""
    processes = WEB_MOST + 1 + sum(instances(queue, learners) for queue in Queue)
    return 2 * (processes * DATABASE_POOL + WEB_MOST)


def line_plan(pushes: float) -> tuple[float, str]:
    """The cheapest plan, in yen."""
    if pushes <= 200:
        return PLAN_200.amount, "200"
    if pushes <= 5_000:
        return PLAN_5000.amount, "5,000"
    return PLAN_30000.amount + max(0.0, pushes - 30_000) * PUSH.amount, "30,000"


PUSHES = 1.94  # billed, of a session (`moment bench pushes`)
PLAN_YEN = 9_800


@dataclass(frozen=True)
class Line:
    """In dollars a month."""

    what: str
    dollars: float


def month(learners: int) -> Sequence[Line]:
    sessions = HABITS.sessions_of(learners)
    pushes = sessions * PUSHES
    return [
        Line("Cloud Run, web", _web(learners)),
        Line("Cloud Run, workers, reconciler and collectors", _pools(learners)),
        Line("Cloud SQL", _database(learners)),
        Line("Memorystore for Valkey", _broker(learners)),
        Line("Cloud Storage after a year", _stored_gib(sessions) * OBJECTS.amount),
        Line("To learners' phones", sessions * HABITS.watched_mib / 1024 * EGRESS.amount),
        Line("Metrics, alerts, scans", _watching(learners)),
        Line("Models of sessions", sessions * session(PRICES_OF, THOUGHTS)),
        Line("Answers in the chat", learners * HABITS.answers * gemini(ANSWER, PRICES_OF) * THOUGHTS),
        Line("Calls while cooking", learners * HABITS.callers * HABITS.call_minutes * CALL_MINUTE),
        Line("LINE", line_plan(pushes)[0] / YEN.amount),
        Line("Stripe", learners * HABITS.paying * PLAN_YEN * STRIPE.amount / YEN.amount),
    ]


def _web(learners: int) -> float:
    return web_instances(learners) * SECONDS * (WEB_CPU.amount + WEB_GIB * WEB_MEMORY.amount)


def _pools(learners: int) -> float:
    each = [(POOLS[queue], instances(queue, learners)) for queue in Queue]
    each += [(RECONCILER, 1), (COLLECTOR, _collectors(learners))]
    cpus = sum(pool.cpus * count for pool, count in each)
    memory = sum(pool.memory_gib * count for pool, count in each)
    return SECONDS * (cpus * POOL_CPU.amount + memory * POOL_MEMORY.amount)


def _collectors(learners: int) -> int:
    return 1 + sum(instances(queue, learners) for queue in COLLECTED)


@dataclass(frozen=True)
class Machine:
    tier: str
    cpus: int
    memory_gib: float
    zones: int
    disk_gib: int


def database(learners: int) -> Machine:
    if learners <= 100:
        return Machine("db-custom-2-7680", 2, 7.5, 1, 10)
    if learners <= 1_000:
        return Machine("db-custom-2-7680", 2, 7.5, 2, 20)
    return Machine("db-custom-4-15360", 4, 15, 2, 100)


def _database(learners: int) -> float:
    machine = database(learners)
    hourly = machine.cpus * SQL_CPU.amount + machine.memory_gib * SQL_MEMORY.amount
    return machine.zones * (hourly * HOURS + machine.disk_gib * SQL_DISK.amount) * TOKYO.amount


def _broker(learners: int) -> float:
    return (NANO if learners <= 1_000 else SMALL).amount * HOURS * TOKYO.amount


def _stored_gib(sessions: float) -> float:
    """Films are kept for three months, the rest for good: here, a year's."""
    return sessions * (3 * HABITS.clip_mib + 12 * HABITS.kept_mib) / 1024


def _watching(learners: int) -> float:
    samples = _collectors(learners) * SAMPLES_A_SCRAPE * SECONDS / 30 / 1_000_000
    return samples * SAMPLES.amount + ALERTS * ALERT.amount + RELEASES * SCAN.amount


def table_of_costs() -> Iterator[str]:
    yield "| US$ a month | " + " | ".join(f"{learners:,} learners" for learners in LEARNERS) + " |"
    yield "|---|" + "---:|" * len(LEARNERS)
    columns = [month(learners) for learners in LEARNERS]
    for rows in zip(*columns, strict=True):
        yield f"| {rows[0].what} | " + " | ".join(f"{row.dollars:,.0f}" for row in rows) + " |"
    totals = [sum(line.dollars for line in column) for column in columns]
    yield "| **in all** | " + " | ".join(f"**{total:,.0f}**" for total in totals) + " |"
    yen = [total * YEN.amount for total in totals]
    yield "| in yen | " + " | ".join(f"{total:,.0f}" for total in yen) + " |"
    each = [total / learners for total, learners in zip(yen, LEARNERS, strict=True)]
    yield "| yen a learner | " + " | ".join(f"{total:,.0f}" for total in each) + " |"
    income = [learners * HABITS.paying * PLAN_YEN for learners in LEARNERS]
    yield "| what they pay, in yen | " + " | ".join(f"{paid:,.0f}" for paid in income) + " |"


def table_of_load() -> Iterator[str]:
    yield "| | " + " | ".join(f"{learners:,} learners" for learners in LEARNERS) + " |"
    yield "|---|" + "---:|" * len(LEARNERS)
    sessions = [HABITS.sessions_of(learners) for learners in LEARNERS]
    yield "| sessions a month | " + " | ".join(f"{count:,.0f}" for count in sessions) + " |"
    peaks = [HABITS.peak_of(learners) for learners in LEARNERS]
    yield "| sessions in the hour of dinner | " + " | ".join(f"{count:,.0f}" for count in peaks) + " |"
    yield "| LINE's pushes a month | " + " | ".join(f"{count * PUSHES:,.0f}" for count in sessions) + " |"
    plans = [line_plan(count * PUSHES)[1] for count in sessions]
    yield "| … and the plan for them | " + " | ".join(plans) + " |"
    yield "| web processes | " + " | ".join(str(web_instances(learners)) for learners in LEARNERS) + " |"
    for queue in Queue:
        yield (
            f"| instances of `{queue}` | "
            + " | ".join(str(instances(queue, each)) for each in LEARNERS)
            + " |"
        )
    yield (
        "| connections during a release, at most | "
        + " | ".join(str(connections(each)) for each in LEARNERS)
        + " |"
    )
    tiers = [
        f"{one.tier}, {'two zones' if one.zones == 2 else 'one zone'}" for one in map(database, LEARNERS)
    ]
    yield "| Cloud SQL | " + " | ".join(tiers) + " |"
    stored = [_stored_gib(count) / 1024 for count in sessions]
    yield "| films and videos after a year, TiB | " + " | ".join(f"{count:,.1f}" for count in stored) + " |"


def table_of_limits() -> Iterator[str]:
    """What is used up first, in the order of learners."""
    a_learner = HABITS.sessions_of(1) * PUSHES
    limits = [(int(most / a_learner), f"LINE's plan of {most:,} pushes", then) for most, then in LINE_LIMITS]
    limits += [(suffices_for(queue), f"one instance of `{queue}`", MORE[queue]) for queue in Queue]
    yield "| learners | what is used up | what then |"
    yield "|---:|---|---|"
    for learners, what, then in sorted(limits):
        yield f"| {learners:,} | {what} | {then} |"


LINE_LIMITS = (
    (200, "the plan of 5,000: messages wait, or go as replies, until it is changed"),
    (5_000, "the plan of 30,000"),
    (30_000, "up to three yen for each"),
)
MORE = {
    Queue.CONVERSATION: "another instance",
    Queue.ANSWERS: "another instance, or `MOMENT_ANSWER_THREADS`",
    Queue.MEDIA: "another instance",
    Queue.PREPARATION: "another instance",
    Queue.MODELS: "`MOMENT_MODEL_THREADS`, which costs nothing: its threads wait for models",
    Queue.VIDEO: "another instance",
}


def table_of_prices() -> Iterator[str]:
    yield "| price | | for a | its page | read in |"
    yield "|---|---:|---|---|---|"
    for price in PRICES:
        amount = f"{price.amount:,.9f}".rstrip("0").rstrip(".")
        yield f"| {price.what} | {price.unit}{amount} | {price.per} | {price.page} | {price.origin} |"


TABLES: Sequence[Table] = table_of_costs, table_of_load, table_of_limits, table_of_prices

if __name__ == "__main__":
    sys.stdout.write("\n\n".join("\n".join(table()) for table in TABLES) + "\n")
