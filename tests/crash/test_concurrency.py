"""Many copies, many processes, many learners at once."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import select

from desk.stack import Web
from jobs.queue import Queue
from knowledge_base import phrasebook
from models.coaching import RatingAspect
from models.inbox import InboxSubject
from models.learner import LearnerState
from models.session import SessionStatus, StageName
from models.user import User
from settings import Settings
from simulator.line.client import Learner
from simulator.line.webhooks import sign
from tests.crash.town import PATIENCE, WITHOUT_RENDERING, Town, start_town
from tests.crash.witness import Note, note_handling_of_two, notes

COPIES = 200
TEXTS = 8
TWO_CONVERSATIONS = (Queue.CONVERSATION, Queue.CONVERSATION)


def test_many_copies_of_one_event_have_one_effect(settings: Settings, tmp_path: Path) -> None:
    with start_town(tmp_path, settings, queues=TWO_CONVERSATIONS) as town:
        second_url = _start_second_web(town)
        learner = town.desk.learner("ゆうこ")
        town.desk.hold()  # LINE knows of the new friend, and we are told by the copies alone
        learner.follow()
        urls = [town.stack.web_url, second_url] * (COPIES // 2)
        assert Counter(asyncio.run(_post_all(town, urls, _follow_event(learner)))) == {200: COPIES}
        learner.wait_for_text(phrasebook.CHOOSE_DISH_ALT, PATIENCE)
        town.wait_until(town.is_at_rest, "the end of all work")
        assert [event.outcome for event in town.events()] == ["follow"]
        with town.database.transaction() as db:
            assert [(s.arrivals, s.attempts) for s in db.exec(select(InboxSubject))] == [(1, 0)]
            assert [user.line_user_id for user in db.exec(select(User))] == [learner.user_id]
        (welcome,) = town.owed()
        assert welcome.delivered_at
        cards = [bubble.alt_text or "" for bubble in learner.thread().of_type("flex")]
        assert len([words for words in cards if phrasebook.CHOOSE_DISH_ALT in words]) == 1


def _start_second_web(town: Town) -> str:
    port = town.launcher.reserve_port()
    town.start(Web(port))
    url = f"http://127.0.0.1:{port}"
    town.wait_until(lambda: _is_up(url), "the second web process")
    return url


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
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


async def _post_all(town: Town, urls: Sequence[str], event: dict[str, Any]) -> Sequence[int]:
    (channel,) = town.settings.line_channels
    body = json.dumps({"destination": "U", "events": [event]}).encode()
    signature = sign(channel.channel_secret.get_secret_value(), body)
    headers = {"x-line-signature": signature, "content-type": "application/json"}
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:

        async def post(url: str) -> int:
            return (
                await client.post(f"{url}/webhooks/line/{channel.name}", content=body, headers=headers)
            ).status_code

        return await asyncio.gather(*(post(url) for url in urls))


def test_one_learners_events_take_turns_while_others_go_on(settings: Settings, tmp_path: Path) -> None:
    with start_town(tmp_path, settings, queues=TWO_CONVERSATIONS, prepare=[note_handling_of_two]) as town:
        learners = [town.desk.learner("ゆうこ"), town.desk.learner("けん")]
        for learner in learners:
            learner.follow()
            for _ in range(TEXTS):
                learner.sticker()
                town.call_handlers(times=2)
        town.wait_until(
            lambda: len(notes(tmp_path)) >= 4 * (TEXTS + 1), "the end of the handling of every event"
        )
        events = town.events()
    entries = notes(tmp_path)
    # No learner's handling begins while another of theirs is under way …
    for learner in learners:
        mine = [note for note in entries if note.learner == learner.user_id]
        assert [note.begins for note in mine] == [True, False] * (TEXTS + 1)
        in_order = [event.id for event in events if event.subject == learner.user_id]
        assert [note.event for note in mine if note.begins] == in_order
    # … and one learner's does while another learner's is.
    assert _overlap(entries)


def _overlap(entries: Sequence[Note]) -> bool:
    under_way: set[str] = set()
    for note in entries:
        if note.begins:
            under_way.add(note.learner)
        else:
            under_way.discard(note.learner)
        if len(under_way) > 1:
            return True
    return False


def test_doubled_reordered_and_redelivered_events_end_as_the_clean_ones(
    settings: Settings, tmp_path: Path, clip: Path
) -> None:
    with start_town(tmp_path, settings, queues=WITHOUT_RENDERING) as town:
        clean = _end_state(town, _plain, clip)
        assert clean["status"] == SessionStatus.TEXT_READY
        assert clean["ratings"] == {aspect.value: value for aspect, value in RATINGS.items()}
        for disturb in (_doubled, _reversed, _in_one_body, _redelivered):
            assert _end_state(town, disturb, clip) == clean, disturb.__name__


RATINGS = {aspect: value for value, aspect in enumerate(RatingAspect, start=2)}

Disturb = Callable[[Town, Learner, Path], None]


def _end_state(town: Town, disturb: Disturb, clip: Path) -> dict[str, Any]:
    """One learner's cook, up to the text, as its rows tell it."""
    learner = town.desk.learner("ゆうこ")
    learner.follow()
    learner.postback("action=dish&slug=fried-rice")
    learner.wait_for_text("回目ですね", PATIENCE)
    town.agree(learner)
    disturb(town, learner, clip)
    learner.wait_for_text(phrasebook.CARD_PROBLEM, PATIENCE)
    # The render's row is the last to come; nobody works at it here.
    town.wait_until(lambda: StageName.PRODUCE_VIDEO in town.runs(learner), "the narration")
    town.wait_until(lambda: all(m.delivered_at or m.parked_at for m in town.owed()), "all that is owed")
    session = town.session(learner)
    with town.database.transaction() as db:
        state = db.exec(select(LearnerState).where(LearnerState.user_id == session.user_id)).one()
    return {
        "status": session.status,
        "number": session.session_number,
        "ratings": session.self_ratings,
        "skipped": session.memo_skipped,
        "text": session.coaching_text,
        "summaries": [{**entry, "at": None} for entry in state.session_summaries],
        "stages": sorted(town.runs(learner)),
        "events": len([event for event in town.events() if event.subject == learner.user_id]),
        "cards": len([b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text]),
        "answers": len(learner.thread().from_bot),
    }


def _send(town: Town, learner: Learner, clip: Path) -> Sequence[str]:
    """A video, four ratings and no memo; returns the events' ids."""
    session = town.session(learner)
    messages = [learner.video(clip)]
    messages += [
        learner.postback(f"action=rate&session_id={session.id}&aspect={aspect}&value={value}")
        for aspect, value in RATINGS.items()
    ]
    messages.append(learner.postback(f"action=skip_memo&session_id={session.id}"))
    return [message.webhook_event_id or "" for message in messages]


def _plain(town: Town, learner: Learner, clip: Path) -> None:
    _send(town, learner, clip)


def _doubled(town: Town, learner: Learner, clip: Path) -> None:
    town.desk.webhook_behaviour(duplicates=2)
    _send(town, learner, clip)
    town.desk.webhook_behaviour(duplicates=0)


def _reversed(town: Town, learner: Learner, clip: Path) -> None:
    town.desk.hold()
    _send(town, learner, clip)
    town.desk.release("reverse")


def _in_one_body(town: Town, learner: Learner, clip: Path) -> None:
    town.desk.hold()
    _send(town, learner, clip)
    town.desk.release("batch")


def _redelivered(town: Town, learner: Learner, clip: Path) -> None:
    for event_id in _send(town, learner, clip):
        assert {delivery.status for delivery in town.desk.redeliver(event_id, times=2)} == {200}
