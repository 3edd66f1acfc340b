"""Many sessions whose providers fail one call in twenty: each comes to its end, and none to two.

Fifty take some seconds; MANY_SESSIONS=1000 makes it a thousand (README, "Measured").
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from footage.script import ClipRecipe
from models.chat import Message, MessageType
from models.coaching import CoachingCut, ModelCall
from models.dish import Dish
from models.learner import LearnerState
from models.media import Media, MediaKind, MediaSource, MediaState
from models.session import CookingSession, SessionStatus, StageRun
from moment.resources import Resources, open_resources
from pipeline.graph import ready
from pipeline.media.composition import CoachingVideo
from pipeline.media.probe import check_usable
from pipeline.providers import ledger
from pipeline.providers.ports import ProviderError, ProviderRefused
from pipeline.stages import video_production
from services.profile import take_in
from settings import Settings
from storage.keys import new_media_key
from storage.store import chunks_of
from tests import quick_providers
from tests.clips import drawn
from tests.consents import consent_of
from tests.quick_providers import new_script

SESSIONS = int(os.environ.get("MANY_SESSIONS", "50"))
FAULTY = 0.05
COST = 0.001  # US dollars a call
RUNNERS = 4
FAULTS = (
    ProviderError("overloaded"),
    ProviderRefused(["measurement: '3分'"], "強火で3分です。"),
    ProviderRefused(["blocked: SAFETY"]),
    TimeoutError("no answer"),
    RuntimeError("Event loop is closed"),
)


@pytest.fixture
def many(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    """Every session has its video; the render, which has tests of its own, is a file that is there at once."""

    def compose(*_: object, **__: object) -> CoachingVideo:
        cut = CoachingCut(seconds=30, intro_seconds=15, intro_stretch=0.5)
        return CoachingVideo(tmp_path / "video.mp4", tmp_path / "preview.jpg", 30.0, 1, 720, 1280, cut)

    (tmp_path / "video.mp4").write_bytes(b"v")
    (tmp_path / "preview.jpg").write_bytes(b"p")
    monkeypatch.setattr(video_production, "compose", compose)
    at_once = settings.change(retry_backoff=timedelta())
    with open_resources(at_once, quick_providers.build) as resources:
        clip = tmp_path / "clip.mp4"
        drawn(ClipRecipe("fried-rice", "clean", seconds=3.0, size=(90, 160)), clip)
        _fill(resources, clip)
        yield resources


def _fill(resources: Resources, clip: Path) -> None:
    facts = check_usable(clip).model_dump(mode="json")
    with resources.database.transaction() as db:
        dish = db.exec(select(Dish.id).where(Dish.slug == "fried-rice")).one()
        users = [take_in(db, f"U{number:032x}", "ゆうこ") for number in range(SESSIONS)]
        for user in users:
            key = new_media_key(MediaKind.VIDEO)
            resources.store.put(key, chunks_of(clip), "video/mp4")
            video = Media(
                user_id=user.id, kind=MediaKind.VIDEO, source=MediaSource.LINE, object_key=key, facts=facts,
                state=MediaState.STORED, consent_id=consent_of(db, user.id),
            )  # fmt: skip
            session = CookingSession(user_id=user.id, dish_id=dish, session_number=1, memo_skipped=True)
            session.media = [video]
            db.add(session)


def _break_now_and_then() -> None:
    chance, lock = random.Random(7), threading.Lock()

    def before(call: str) -> None:
        with lock:
            breaks = chance.random() < FAULTY
            fault = chance.choice(FAULTS)
        outcome = "broken" if breaks else "ok"
        ledger.add(ModelCall(purpose=call, model="quick", outcome=outcome, cost_usd=COST), "quick")
        if breaks:
            raise fault

    quick_providers.script.before = before


def _bring_to_its_end(resources: Resources, session_id: int) -> None:
    """As workers and the reconciler would, one nudge after another."""
    while True:
        resources.scheduler.run(session_id)
        with resources.database.transaction() as db:
            session = db.get_one(CookingSession, session_id)
            stages = ready(resources.scheduler.facts_of(db, session))
        if not stages or session.status == SessionStatus.FAILED:
            return
        resources.runner.run(session_id, stages[0].name)


def test_many_sessions_with_faults_all_end_and_none_twice(many: Resources) -> None:
    new_script()
    _break_now_and_then()
    _ = many.runner  # made here, so that no two threads make the same one
    with many.database.transaction() as db:
        ids = list(db.exec(select(CookingSession.id).order_by(col(CookingSession.id))))
    with ThreadPoolExecutor(RUNNERS) as pool:
        list(pool.map(lambda session_id: _bring_to_its_end(many, session_id), ids))

    with many.database.transaction() as db:
        ends = Counter(db.exec(select(CookingSession.status)))
        messages = Counter(
            (message.session_id, message.kind)
            for message in db.exec(select(Message))
            if message.kind != MessageType.STILL_WORKING
        )
        attempts = Counter(db.exec(select(StageRun.attempts)))
        summaries = list(db.exec(select(LearnerState.session_summaries)))
        cost = db.exec(select(func.sum(col(StageRun.usage)["cost_usd"].as_float()))).one()
    assert sum(ends.values()) == SESSIONS
    assert set(ends) <= {SessionStatus.COMPLETED, SessionStatus.FAILED}
    # Five failures in a row: one call in three million.
    assert ends[SessionStatus.COMPLETED] >= SESSIONS * 0.999
    assert sum(count for number, count in attempts.items() if number > 1) > SESSIONS * FAULTY
    assert set(messages.values()) == {1}
    kinds = Counter(kind for _, kind in messages)
    assert (
        kinds[MessageType.COACHING_READY]
        == kinds[MessageType.COACHING_VIDEO]
        == ends[SessionStatus.COMPLETED]
    )
    assert {len(each) for each in summaries} == {1}
    # What failed has cost too, and is on the rows.
    assert cost == pytest.approx(len(quick_providers.script.calls) * COST, rel=0.01)
