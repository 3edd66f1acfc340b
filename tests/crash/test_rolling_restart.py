"""Every process is replaced by another while learners go on: nobody notices."""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from jobs.queue import Queue
from knowledge_base import phrasebook
from settings import Settings
from simulator.line.client import Crossing, Learner
from tests.crash.balancer import web_behind_balancer
from tests.crash.test_crash_sweep import cook, is_settled
from tests.crash.town import PATIENCE, Town, start_town

NAMES = ("ゆうこ", "けん", "はな")
BETWEEN_STICKERS = 0.2  # seconds
# Outlasts the test: whoever takes over has got the work back, and has not waited for it.
LEASE = timedelta(seconds=PATIENCE)


@contextmanager
def stickers_from(learners: Sequence[Learner]) -> Iterator[None]:
    """Each sends one after the other for as long as the block lasts."""
    stop = threading.Event()

    def send() -> None:
        while not stop.wait(BETWEEN_STICKERS):
            for learner in learners:
                learner.sticker()

    thread = threading.Thread(target=send, name="stickers")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_processes_replaced_under_load_refuse_lose_and_double_nothing(
    settings: Settings, tmp_path: Path, clip: Path, memo: Path
) -> None:
    with (
        start_town(tmp_path, settings, web=False, lease=LEASE) as town,
        web_behind_balancer(town) as front,
    ):
        learners = [town.desk.learner(name) for name in NAMES]
        for learner in learners:
            cook(town, learner, clip, memo)
        with stickers_from(learners):
            front.replace(town.settings)
            town.launcher.replace(town.settings)
        town.wait_until(lambda: all(is_settled(town, learner) for learner in learners), "every session's end")
        _assert_none_refused(town)
        for learner in learners:
            _assert_everything_once(town, learner)
        _assert_shown_once(town, learners)
        ends = dict(town.launcher.retired)
        assert ends.pop("web") == -signal.SIGTERM  # Uvicorn has drained, and says why it ends
        assert len(ends) == len(Queue) + 1
        assert set(ends.values()) == {0}
        assert town.deaths == []


def _assert_none_refused(town: Town) -> None:
    """Each event was taken when LINE first brought it."""
    brought: list[Crossing] = town.desk.log(direction="LINE→bot")
    assert {crossing.status for crossing in brought} == {200}
    assert len(brought) == len(town.events())
    assert {event.outcome for event in town.events()} & {"failed", "unhandled", ""} == set()


def _assert_everything_once(town: Town, learner: Learner) -> None:
    thread = learner.thread()
    assert len([b for b in thread.of_type("flex") if phrasebook.CARD_PROBLEM in b.text]) == 1, thread
    assert len(thread.of_type("video")) == 1, thread
    assert {run.attempts for run in town.runs(learner).values()} == {1}


def _assert_shown_once(town: Town, learners: Sequence[Learner]) -> None:
    """Just what was delivered. An answer that died while its learner went on may have been taken all the same."""
    assert not [message for message in town.owed() if message.parked_at]
    shown = sum(len(learner.thread().from_bot) for learner in learners)
    delivered = sum(len(message.line_body or []) for message in town.owed() if message.delivered_at)
    overtaken = sum(len(message.line_body or []) for message in town.overtaken())
    assert delivered <= shown <= delivered + overtaken
