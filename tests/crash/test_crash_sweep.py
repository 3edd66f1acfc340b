"""Each process dies at each named point; a session still ends with exactly one text and one video."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import copy
from models.chat import Message, MessageType, Sender
from models.database import engine
from models.inbox import InboxEvent
from models.learner import LearnerState
from models.session import SessionStatus
from pipeline.graph import StageName
from pipeline.media.ffmpeg import workspace
from pipeline.objects import coaching_video_key, memo_key, preview_key, proxy_key, video_key
from simulator.client import Learner
from tests.crash.points import DIED, GROUPS, RECONCILER, fired
from tests.crash.town import PATIENCE, Town, everything, town, wait_until

DAY = 24 * 60 * 60


@pytest.mark.usefixtures("database_url", "broker_url")
@pytest.mark.parametrize("group", GROUPS)
def test_a_session_survives_a_death(group: str, tmp_path: Path, sideways: Path, memo: Path) -> None:
    # The reconciler repairs all other deaths, and dies itself meanwhile.
    names = [point.name for point in (*GROUPS[group], *RECONCILER)]
    # Other deaths cost a stage attempts too: here only what is under way counts.
    with town(tmp_path, points=names, MAX_ATTEMPTS="30") as moment:
        moment.start(*everything(moment))
        learner = moment.desk.learner("ゆうこ")
        cook(learner, sideways, memo)
        try:
            wait_until(lambda: settled(moment, learner), f"the end of a session with {group} dying", PATIENCE)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{learner.thread()}\n{moment.logs()}") from error
        assert [name for name in names if not fired(tmp_path / "marks", name)] == []
        assert [code for _, code in moment.ended] == [DIED] * len(names)
        _said_once(moment, learner)
        _stored_once(moment, learner)
    _swept(tmp_path / "tmp")


def cook(learner: Learner, clip: Path, memo: Path) -> None:
    """All a learner sends before the text, without waiting for an answer.

    The rest comes once the first event is stored: were all four stored by the commit after which the web process
    dies, LINE's redelivery would find nothing new and the nudge's own point would never be reached.
    """
    learner.follow()
    wait_until(any_event_stored, "the first event's row")
    learner.postback("action=dish&slug=fried-rice")
    learner.video(clip)
    learner.audio(memo)


def any_event_stored() -> bool:
    with DbSession(engine()) as db:
        return db.exec(select(InboxEvent.id)).first() is not None


def settled(moment: Town, learner: Learner) -> bool:
    """Nothing is owed any more."""
    with DbSession(engine()) as db:
        events = db.exec(select(InboxEvent.handled_at)).all()
    if len(events) < 4 or None in events:
        return False
    messages = moment.owed()
    kinds = {message.meta["type"] for message in messages}
    return (
        {MessageType.COACHING_READY, MessageType.COACHING_VIDEO} <= kinds
        and all(message.delivered_at or message.parked_at for message in messages)
        and moment.session(learner).status == SessionStatus.COMPLETED
    )


def _said_once(moment: Town, learner: Learner) -> None:
    thread = learner.thread()
    assert len([b for b in thread.of_type("flex") if copy.CARD_PROBLEM in b.text]) == 1, thread
    assert len(thread.of_type("video")) == 1, thread
    messages = moment.owed()
    # Pushes are certain. A reply whose fate is unknown is not risked twice, so it may be missing.
    parked = [message for message in messages if message.parked_at]
    assert all(message.delivered_by == "reply" and "unknown" in message.error for message in parked)
    assert not [message for message in parked if message.delivered_at]
    taken = [c for c in moment.desk.log(direction="bot→LINE", path="/v2/bot/message/") if c.status == 200]
    sends = [c for c in taken if c.path.endswith(("/push", "/reply"))]
    delivered = sum(len(message.line_body or []) for message in messages if message.delivered_at)
    unknown = sum(len(message.line_body or []) for message in parked)
    shown = len(thread.from_bot)
    assert delivered <= shown <= delivered + unknown, thread
    assert shown == sum(len(c.request["messages"]) for c in sends)


def _stored_once(moment: Town, learner: Learner) -> None:
    session = moment.session(learner)
    runs = moment.runs(learner)
    assert set(runs) == set(StageName)
    assert all(run.finished_at and not run.parked_at for run in runs.values())
    with DbSession(engine()) as db:
        assert len(db.exec(select(LearnerState)).one().session_summaries) == 1
        mine = select(Message).where(Message.sender == Sender.USER).order_by(col(Message.id))
        received = [message.line_message_id for message in db.exec(mine)]
    assert sorted(_files(moment.folder / "objects")) == sorted(
        [
            video_key(session.video_message_id or ""),
            proxy_key(session.video_message_id or ""),
            memo_key(session.memo_message_id or ""),
            coaching_video_key(session.id or 0),
            preview_key(session.id or 0),
        ]
    )
    assert len(received) == len(set(received)) == 2


def _files(folder: Path) -> Sequence[str]:
    """What is stored, without what the store itself will sweep up."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".unfinished" not in path.parts
    ]


def _swept(folder: Path) -> None:
    """What the dead left behind goes with the next work, once it is surely abandoned."""
    yesterday = time.time() - DAY
    for left in folder.iterdir():
        os.utime(left, (yesterday, yesterday))
    with workspace(folder) as fresh:
        assert list(folder.iterdir()) == [fresh]
