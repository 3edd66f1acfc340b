"""From a learner's tap to the bot's answer, both as the simulator's clock saw them, on a system at rest.

The pauses between the taps are part of it: a worker that polls ever more rarely when idle would show here.
The reference is what no bot can beat: one bare HTTP round trip to the simulator.
"""

import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import httpx

from benchmarks.bench import DISH, STEP_SECONDS, Bench, learner_before_video
from benchmarks.measurement import Measurement, at_most, percentile
from benchmarks.runner import Report
from desk.stack import Stack
from jobs.queue import Queue
from simulator.line.client import Learner, Thread

TAPS = 100
WARM_UP = 5
PAUSE_SECONDS = (0.1, 0.5)
MEDIAN_MS = 100.0
P99_MS = 500.0

# What a learner taps between cooks; each is answered by one reply.
BUTTONS = ("action=menu", f"action=dish&slug={DISH}")


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    with bench.stack(folder, [Queue.CONVERSATION]) as (stack, _):
        answers, trips = _taps(stack, report)
    return [
        Measurement("tap to answer, p50", median(answers), median(trips), "ms", at_most(MEDIAN_MS)),
        Measurement("tap to answer, p99", percentile(answers, 0.99), percentile(trips, 0.99), "ms", at_most(P99_MS)),
    ]  # fmt: skip


def _taps(stack: Stack, report: Report) -> tuple[list[float], list[float]]:
    """Milliseconds of each tap's answer, and of the bare round trip before it."""
    pauses = random.Random(20261122)  # noqa: S311 - the same pauses at every run
    learner = learner_before_video(stack)
    answers, trips = [], []
    with httpx.Client(base_url=stack.line_url, trust_env=False) as bare:
        for number in range(WARM_UP + TAPS):
            report(f"tap {number + 1} of {WARM_UP + TAPS}")
            time.sleep(pauses.uniform(*PAUSE_SECONDS))
            trip = _round_trip_ms(bare)
            answer = _answer_ms(learner, BUTTONS[number % len(BUTTONS)])
            if number >= WARM_UP:
                trips.append(trip)
                answers.append(answer)
    return answers, trips


def _round_trip_ms(bare: httpx.Client) -> float:
    started_at = time.perf_counter()
    bare.get("/desk/health").raise_for_status()
    return (time.perf_counter() - started_at) * 1000


def _answer_ms(learner: Learner, data: str) -> float:
    """Taps, leaves the system alone until the goal has passed, then reads both bubbles' times."""
    before = len(learner.thread().bubbles)
    learner.postback(data, display_text="選ぶ")
    time.sleep(MEDIAN_MS / 1000)

    def wait_of(thread: Thread) -> float | None:
        new = thread.bubbles[before:]
        answer = next((bubble for bubble in new if bubble.author == "bot"), None)
        # At least a tenth of a millisecond, so that an answer within the clock's own step is still truthy.
        return max(0.1, float(answer.at_ms - new[0].at_ms)) if answer else None

    milliseconds = learner.wait_for(wait_of, STEP_SECONDS, what="the answer to a tap")
    assert milliseconds is not None
    return milliseconds
