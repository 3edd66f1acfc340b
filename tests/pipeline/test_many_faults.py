"""Many sessions whose providers fail one call in twenty: each comes to its end, and none to two.

Fifty take some seconds; MANY_SESSIONS=1000 makes it a thousand (README, "Measured").
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from footage.draw import draw
from footage.script import ClipRecipe
from models.base import utc_now
from models.chat import Message, MessageType
from models.coaching import ModelCall
from models.database import transaction
from models.dish import Dish
from models.learner import LearnerState
from models.session import CookingSession, SessionStatus, StageRun
from models.user import User
from moment.environment import desk_channels
from pipeline.advance import facts_of
from pipeline.graph import StageName, ready
from pipeline.media.composition import CoachingVideo
from pipeline.media.probe import check_usable
from pipeline.providers import ledger
from pipeline.providers.loading import store
from pipeline.providers.ports import ProviderError, ProviderRefused
from pipeline.running import run_stages
from pipeline.stages import video_production
from tests import quick_providers
from tests.process import name_in_environment
from tests.quick_providers import new_script

SESSIONS = int(os.environ.get("MANY_SESSIONS", "50"))
FAULTY = 0.05
RUNNERS = 4
RAW = "videos/shared.mp4"
FAULTS = (
    ProviderError("overloaded"),
    ProviderRefused(["measurement: '3分'"], "強火で3分です。"),
    ProviderRefused(["blocked: SAFETY"]),
    TimeoutError("no answer"),
    RuntimeError("Event loop is closed"),
)


@pytest.fixture
def many(
    database_url: str, broker_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Every session has its video; the render, which has tests of its own, is a file that is there at once."""

    def composed(*_: object, **__: object) -> CoachingVideo:
        return CoachingVideo(tmp_path / "made.mp4", tmp_path / "made.jpg", 30.0, 1, 720, 1280)

    (tmp_path / "made.mp4").write_bytes(b"m")
    (tmp_path / "made.jpg").write_bytes(b"j")
    monkeypatch.setattr(video_production, "compose", composed)
    named = {
        "LINE_CHANNELS": desk_channels(),
        "STORE_DIR": str(tmp_path / "objects"),
        "PROVIDERS": "tests.quick_providers",
        "RETRY_BACKOFF": "PT0S",
    }
    with name_in_environment(**named):
        clip = tmp_path / "clip.mp4"
        draw(ClipRecipe("fried-rice", "clean", seconds=3.0, size=(90, 160)), clip)
        store().put(RAW, iter([clip.read_bytes()]), "video/mp4")
        _fill(clip)
        yield


def _fill(clip: Path) -> None:
    facts = check_usable(clip).model_dump(mode="json")
    with transaction() as db:
        dish = db.exec(select(Dish.id).where(Dish.slug == "fried-rice")).one()
        users = [User(line_user_id=f"U{number:032x}", first_name="ゆうこ") for number in range(SESSIONS)]
        db.add_all(users)
        db.flush()
        sessions = [
            CookingSession(
                user_id=user.id or 0,
                dish_id=dish or 0,
                session_number=1,
                video_message_id=f"{user.id}",
                video_received_at=utc_now(),
                raw_video_url=RAW,
                video_facts=facts,
                memo_skipped=True,
                status=SessionStatus.UPLOADED,
            )
            for user in users
        ]
        db.add_all(sessions)
        db.flush()
        for session in sessions:
            db.add(
                StageRun(
                    session_id=session.id or 0, stage=StageName.STORE_VIDEO, attempt=1, finished_at=utc_now()
                )
            )


def _break_now_and_then() -> None:
    chance, lock = random.Random(7), threading.Lock()

    def before(call: str) -> None:
        with lock:
            broken = chance.random() < FAULTY
            fault = chance.choice(FAULTS)
        ledger.note(
            ModelCall(purpose=call, model="quick", outcome="broken" if broken else "ok", cost_usd=0.001)
        )
        if broken:
            raise fault

    quick_providers.script.before = before


def _bring_to_its_end(session_id: int) -> None:
    """As workers and the reconciler would, one nudge after another."""
    while True:
        with transaction() as db:
            session = db.get_one(CookingSession, session_id)
            stages = ready(facts_of(db, session))
        if not stages or session.status == SessionStatus.FAILED:
            return
        run_stages(session_id, stages[0].name)


@pytest.mark.usefixtures("many")
def test_many_sessions_with_faults_all_end_and_none_twice() -> None:
    new_script()
    _break_now_and_then()
    with transaction() as db:
        ids = list(db.exec(select(CookingSession.id).order_by(col(CookingSession.id))))
    with ThreadPoolExecutor(RUNNERS) as pool:
        list(pool.map(_bring_to_its_end, ids))

    with transaction() as db:
        ended = Counter(db.exec(select(CookingSession.status)))
        owed = Counter(
            (message.session_id, message.meta["type"])
            for message in db.exec(select(Message))
            if message.meta["type"] != MessageType.STILL_WORKING
        )
        tried = Counter(db.exec(select(StageRun.attempt)))
        summaries = list(db.exec(select(LearnerState.session_summaries)))
        noted = db.exec(select(func.sum(col(StageRun.usage)["cost_usd"].as_float()))).one()
    assert sum(ended.values()) == SESSIONS
    assert set(ended) <= {SessionStatus.COMPLETED, SessionStatus.FAILED}
    assert (
        ended[SessionStatus.COMPLETED] >= SESSIONS * 0.999
    )  # five failures in a row: one call in three million
    assert sum(count for attempt, count in tried.items() if attempt > 1) > SESSIONS * FAULTY
    assert set(owed.values()) == {1}
    kinds = Counter(kind for _, kind in owed)
    assert (
        kinds[MessageType.COACHING_READY]
        == kinds[MessageType.COACHING_VIDEO]
        == ended[SessionStatus.COMPLETED]
    )
    assert {len(each) for each in summaries} == {1}
    # What failed has cost too, and is on the rows.
    assert noted == pytest.approx(len(quick_providers.script.calls) * 0.001, rel=0.01)
