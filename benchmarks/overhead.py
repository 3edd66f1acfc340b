"""What we add to the models' own time: from the learner's video to the text, and to the coaching video.

The providers take fixed seconds, so the critical path is known. The render is no provider but has to be
waited for too: its measured stage (without the speech in it, which is counted already) is part of the path.
The clip and the memo reach the simulator at once; LINE's own preparing is nobody's overhead.
"""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlmodel import select

from benchmarks import fixed_latency as latency
from benchmarks.bench import Bench, learner_before_video
from benchmarks.footage import clip, memo
from benchmarks.measurement import Measurement, ratio_at_most
from benchmarks.runner import Report
from desk.stack import Stack
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.database import Database
from models.session import CookingSession, StageName, StageRun
from models.user import User
from simulator.line.client import Learner, Thread

ROUNDS = 3
WAIT_SECONDS = 120.0
GOAL = 1.03

# The memo is heard while the video is looked at; calls that need nothing of each other count once.
MODELS_TO_TEXT = (
    max(latency.ANALYZE, latency.TRANSCRIBE + latency.ENTITIES) + latency.EMBED + latency.COACHING
)
MODELS_TO_VIDEO = MODELS_TO_TEXT + latency.NARRATION + latency.SPEAK


@dataclass(frozen=True)
class Times:
    """Seconds since the learner's video stood in the chat; `render` is the last stage without its speech."""

    text: float
    video: float
    render: float


def measure(bench: Bench, folder: Path, report: Report) -> Sequence[Measurement]:
    footage, words = clip(folder / "clip.mp4", seconds=8, size="360x640"), memo(folder / "memo.m4a")
    rounds = []
    database = Database(bench.settings.database_url or "")
    with closing(database), bench.stack(folder, tuple(Queue)) as (stack, _):
        for number in range(ROUNDS):
            report(f"session {number + 1} of {ROUNDS}")
            rounds.append(_session(stack, database, footage, words))
    text = median(times.text for times in rounds)
    by_video = sorted(rounds, key=lambda times: times.video / (MODELS_TO_VIDEO + times.render))
    video = by_video[len(rounds) // 2]  # the median round, with the render it really had
    to_video = MODELS_TO_VIDEO + video.render
    return [
        Measurement("time to text ÷ critical path", text, MODELS_TO_TEXT, "s", ratio_at_most(GOAL)),
        Measurement("time to video ÷ critical path", video.video, to_video, "s", ratio_at_most(GOAL)),
    ]


def _session(stack: Stack, database: Database, footage: Path, words: Path) -> Times:
    learner = learner_before_video(stack)
    video_id = learner.video(footage).message_id
    learner.audio(words)
    # Left alone until something can be there: looking costs the simulator time too.
    time.sleep(MODELS_TO_TEXT)
    text_at = learner.wait_for(_card_at, WAIT_SECONDS, what="the coaching text")
    time.sleep(latency.NARRATION + latency.SPEAK)
    video_at = learner.wait_for(_video_at, WAIT_SECONDS, what="the coaching video")
    sent_at = next(bubble.at_ms for bubble in learner.thread().bubbles if bubble.id == video_id)
    assert text_at is not None
    assert video_at is not None
    return Times((text_at - sent_at) / 1000, (video_at - sent_at) / 1000, _render_seconds(learner, database))


def _card_at(thread: Thread) -> int | None:
    card = thread.find(phrasebook.CARD_PROBLEM)
    return card.at_ms if card else None


def _video_at(thread: Thread) -> int | None:
    return next((bubble.at_ms for bubble in thread.of_type("video")), None)


def _render_seconds(learner: Learner, database: Database) -> float:
    statement = (
        select(StageRun)
        .join(CookingSession)
        .join(User)
        .where(User.line_user_id == learner.user_id, StageRun.stage == StageName.PRODUCE_VIDEO)
    )
    with database.transaction() as db:
        run = db.exec(statement).one()
    assert run.started_at is not None
    assert run.finished_at is not None
    return (run.finished_at - run.started_at).total_seconds() - latency.SPEAK
