"""A drill sees what is missing and what is there twice, and a whole one ends with neither."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from benchmarks import fixed_latency
from desk.embedded import scratch_folder
from drills.conversation import QUESTION, Count, count
from drills.faults import FAULTS
from drills.ground import Moment
from drills.run import run_drills
from knowledge_base import phrasebook
from moment.knowledge import prepare_database
from moment.parts import run_part
from simulator.line.bubbles import Bubble, Thread

ONCE = (
    {"type": "text", "text": "動画を受け取りました。"},
    {"type": "text", "text": phrasebook.STICKER_RECEIVED},
    {"type": "text", "text": "答えです。", "quoted": "q"},
    {"type": "flex", "text": phrasebook.CARD_PROBLEM},
    {"type": "video"},
)


def thread(messages: Sequence[dict[str, str]]) -> Thread:
    said = [bubble(str(number), message) for number, message in enumerate(messages)]
    asked = replace(bubble("q", {"type": "text", "text": QUESTION}), author="learner")
    return Thread([asked, *said], None, None)


def bubble(bubble_id: str, message: dict[str, str]) -> Bubble:
    return Bubble(
        id=bubble_id,
        seq=0,
        author="bot",
        at_ms=0,
        message=message,
        sender_name=None,
        via=None,
        quick_reply=None,
        quoted_id=message.get("quoted"),
        read=True,
    )


def test_everything_once_is_clean() -> None:
    assert count(thread(ONCE)) == Count(lost=0, doubled=0)


@pytest.mark.parametrize("missing", range(len(ONCE)))
def test_what_is_missing_is_lost(missing: int) -> None:
    assert count(thread([*ONCE[:missing], *ONCE[missing + 1 :]])) == Count(lost=1, doubled=0)


@pytest.mark.parametrize("again", range(len(ONCE)))
def test_what_is_there_twice_is_doubled(again: int) -> None:
    assert count(thread([*ONCE, ONCE[again]])) == Count(lost=0, doubled=1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """The embedded Postgres, which runs unprivileged, can enter it too."""
    path = scratch_folder()
    yield path
    shutil.rmtree(path)


def test_killed_servers_lose_and_double_nothing(folder: Path) -> None:
    build = fixed_latency.build
    moment = Moment(partial(prepare_database, build=build), partial(run_part, build=build))
    faults = [f for f in FAULTS if f.name in ("Postgres killed", "Valkey killed")]
    results = run_drills(moment, folder, faults, learners=1)
    assert [result.fault for result in results] == [fault.name for fault in faults]
    assert all(result.is_clean and result.seconds is not None for result in results), results
