"""What each learner of a drill does, and what they must see of it: everything once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import STEP_SECONDS, learner_before_video
from desk.stack import Stack
from knowledge_base import phrasebook
from simulator.line.client import Learner, Thread

QUESTION = "卵はいつ入れますか"


@dataclass(frozen=True)
class Count:
    """How many of the things that a learner must see once are missing, and how many are there too often."""

    lost: int = 0
    doubled: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.lost + other.lost, self.doubled + other.doubled)


def begin(stack: Stack, clip: Path) -> Learner:
    """Until the video is sent; what follows is done under the fault."""
    learner = learner_before_video(stack)
    learner.video(clip)
    learner.wait_for(lambda t: phrasebook.MEMO_SKIP_LABEL in t.labels(), STEP_SECONDS, what="the memo's turn")
    return learner


def go_on(learner: Learner) -> None:
    """Without waiting for anything: a learner taps and asks whatever the machines do."""
    learner.tap(phrasebook.MEMO_SKIP_LABEL)
    learner.text(QUESTION)
    learner.sticker()


def count(thread: Thread) -> Count:
    total = Count()
    for seen in _sightings(thread).values():
        total += Count(lost=max(0, 1 - seen), doubled=max(0, seen - 1))
    return total


def has_all(thread: Thread) -> bool:
    return count(thread).lost == 0


def _sightings(thread: Thread) -> Mapping[str, int]:
    """How often each was seen."""
    bubbles = thread.from_bot
    question = next(b.id for b in thread.bubbles if b.author == "learner" and b.text == QUESTION)
    return {
        "acknowledgement": sum("動画を受け取りました" in (b.text or "") for b in bubbles),
        "sticker's answer": sum(phrasebook.STICKER_RECEIVED in (b.text or "") for b in bubbles),
        "answer": sum(b.quoted_id == question for b in bubbles),
        "coaching text": sum(b.type == "flex" and phrasebook.CARD_PROBLEM in (b.text or "") for b in bubbles),
        "coaching video": sum(b.type == "video" for b in bubbles),
    }
