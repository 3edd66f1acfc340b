"""Many copies, many processes, many learners at once."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session as DbSession
from sqlmodel import col, select

from knowledge_base import copy
from models.coaching import RatingAspect
from models.database import engine
from models.inbox import InboxEvent
from models.learner import LearnerState
from models.session import SessionStatus
from models.user import User
from moment.embedded import free_port
from moment.environment import DESK_SECRET
from simulator.client import Learner
from simulator.webhooks import sign
from tests.crash.process import reconciling, web, worker
from tests.crash.town import PATIENCE, Town, town, wait_until
from tests.crash.witness import Note, notes

COPIES = 200
TEXTS = 8


@pytest.mark.usefixtures("database_url", "broker_url")
def test_many_copies_of_one_event_have_one_effect(tmp_path: Path) -> None:
    with town(tmp_path) as made:
        second = free_port()
        first = int(made.web_url.rsplit(":", 1)[1])
        made.start(web(first), web(second), worker("conversation"), worker("conversation", 2), reconciling())
        learner = made.desk.learner("ゆうこ")
        made.desk.hold()  # LINE knows of the new friend, and we are told by the copies alone
        learner.follow()
        event = _follow_event(learner)
        ports = [first, second] * (COPIES // 2)
        wait_until(lambda: all(_up(port) for port in (first, second)), "both web processes")
        assert Counter(asyncio.run(_post_all(ports, event))) == {200: COPIES}
        learner.wait_for_text(copy.CHOOSE_DISH_ALT, PATIENCE)
        wait_until(lambda: all(message.delivered_at for message in made.owed()), "all that is owed")
        with DbSession(engine()) as db:
            assert [row.attempts for row in db.exec(select(InboxEvent))] == [0]
            assert [user.line_user_id for user in db.exec(select(User))] == [learner.user_id]
        assert len(made.owed()) == 1
        assert len(learner.thread().of_type("flex")) == 1


def _up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _follow_event(learner: Learner) -> dict[str, Any]:
    return {
        "type": "follow",
        "mode": "active",
        "timestamp": 1_790_000_000_000,
        "source": {"type": "user", "userId": learner.user_id},
        "webhookEventId": "01HONLYONCE",
        "deliveryContext": {"isRedelivery": False},
        "follow": {"isUnblocked": False},
    }


async def _post_all(ports: list[int], event: dict[str, Any]) -> list[int]:
    body = json.dumps({"destination": "U", "events": [event]}).encode()
    headers = {"x-line-signature": sign(DESK_SECRET, body), "content-type": "application/json"}
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:

        async def post(port: int) -> int:
            url = f"http://127.0.0.1:{port}/webhooks/line/moment"
            return (await client.post(url, content=body, headers=headers)).status_code

        return await asyncio.gather(*(post(port) for port in ports))


@pytest.mark.usefixtures("database_url", "broker_url")
def test_one_learners_events_take_turns_while_others_go_on(tmp_path: Path) -> None:
    with town(tmp_path, prepare=("tests.crash.witness:note_handling",)) as made:
        port = int(made.web_url.rsplit(":", 1)[1])
        made.start(web(port), worker("conversation"), worker("conversation", 2), reconciling())
        learners = [made.desk.learner("ゆうこ"), made.desk.learner("けん")]
        for learner in learners:
            learner.follow()
            for _ in range(TEXTS):
                learner.sticker()
        handled = wait_until(lambda: _handled(2 * (TEXTS + 1)), "every event")
        wait_until(lambda: len(notes(tmp_path)) == 4 * (TEXTS + 1), "the end of every handling")
        written = notes(tmp_path)
    # No learner's handling begins while another of theirs is under way …
    for learner in learners:
        mine = [note for note in written if note.learner == learner.user_id]
        assert [note.begins for note in mine] == [True, False] * (TEXTS + 1)
        assert [note.event for note in mine if note.begins] == handled[learner.user_id]
    # … and one learner's does while another learner's is.
    assert _overlap(written)


def _handled(count: int) -> dict[str, list[int]]:
    """Each learner's events in the order of LINE's stamps, once all are handled; {} before."""
    with DbSession(engine()) as db:
        ordered = select(InboxEvent).order_by(col(InboxEvent.timestamp_ms), col(InboxEvent.id))
        rows = db.exec(ordered).all()
    if len(rows) < count or any(row.handled_at is None for row in rows):
        return {}
    return {
        user: [row.id or 0 for row in rows if row.line_user_id == user]
        for user in {r.line_user_id for r in rows}
    }


def _overlap(written: list[Note]) -> bool:
    under_way: set[str] = set()
    for note in written:
        if note.begins:
            under_way.add(note.learner)
        else:
            under_way.discard(note.learner)
        if len(under_way) > 1:
            return True
    return False


@pytest.mark.usefixtures("database_url", "broker_url")
def test_doubled_reordered_and_redelivered_events_end_as_the_clean_ones(tmp_path: Path, clip: Path) -> None:
    with town(tmp_path) as made:
        port = int(made.web_url.rsplit(":", 1)[1])
        made.start(web(port), *(worker(q) for q in ("conversation", "media", "models")), reconciling())
        clean = _end_state(made, _plain, clip)
        assert clean["status"] == SessionStatus.TEXT_READY
        assert clean["ratings"] == {aspect.value: value for aspect, value in RATINGS.items()}
        for disturbed in (_doubled, _reversed, _in_one_body, _redelivered):
            assert _end_state(made, disturbed, clip) == clean, disturbed.__name__


RATINGS = {aspect: value for value, aspect in enumerate(RatingAspect, start=2)}


def _end_state(made: Town, disturbed: Any, clip: Path) -> dict[str, Any]:
    """One learner's cook, up to the text, as its rows tell it."""
    learner = made.desk.learner("ゆうこ")
    learner.follow()
    learner.postback("action=dish&slug=fried-rice")
    learner.wait_for_text("回目ですね", PATIENCE)
    disturbed(made, learner, clip)
    learner.wait_for_text(copy.CARD_PROBLEM, PATIENCE)
    wait_until(lambda: all(m.delivered_at or m.parked_at for m in made.owed()), "all that is owed")
    session = made.session(learner)
    with DbSession(engine()) as db:
        state = db.exec(select(LearnerState).where(LearnerState.user_id == session.user_id)).one()
        events = db.exec(select(InboxEvent).where(InboxEvent.line_user_id == learner.user_id)).all()
    return {
        "status": session.status,
        "number": session.session_number,
        "ratings": session.self_ratings,
        "skipped": session.memo_skipped,
        "text": session.coaching_text,
        "summaries": [{**entry, "at": None} for entry in state.session_summaries],
        "stages": sorted(made.runs(learner)),
        "events": len(events),
        "cards": len([b for b in learner.thread().of_type("flex") if copy.CARD_PROBLEM in b.text]),
        "answers": len(learner.thread().from_bot),
    }


def _send(made: Town, learner: Learner, clip: Path) -> list[str]:
    """A video, four ratings and no memo; returns the events' ids."""
    session = made.session(learner)
    sent = [learner.video(clip)]
    sent += [
        learner.postback(f"action=rate&session_id={session.id}&aspect={aspect}&value={value}")
        for aspect, value in RATINGS.items()
    ]
    sent.append(learner.postback(f"action=skip_memo&session_id={session.id}"))
    return [entry.webhook_event_id or "" for entry in sent]


def _plain(made: Town, learner: Learner, clip: Path) -> None:
    _send(made, learner, clip)


def _doubled(made: Town, learner: Learner, clip: Path) -> None:
    made.desk.webhook_behaviour(duplicates=2)
    _send(made, learner, clip)
    made.desk.webhook_behaviour(duplicates=0)


def _reversed(made: Town, learner: Learner, clip: Path) -> None:
    made.desk.hold()
    _send(made, learner, clip)
    made.desk.release("reverse")


def _in_one_body(made: Town, learner: Learner, clip: Path) -> None:
    made.desk.hold()
    _send(made, learner, clip)
    made.desk.release("batch")


def _redelivered(made: Town, learner: Learner, clip: Path) -> None:
    for event_id in _send(made, learner, clip):
        assert {delivery.status for delivery in made.desk.redeliver(event_id, times=2)} == {200}
