"""What is owed arrives exactly once, whatever LINE does."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge_base import phrasebook
from models.base import utc_now
from models.chat import Message, MessageType, SentBubble, WaitReason
from models.session import CookingSession
from services.operations import redeliver
from simulator.line.client import Learner
from tests.flows.steps import (
    answers,
    card_of,
    command,
    cook,
    handled_event,
    message_once,
    push_keys,
    replies,
    send_video,
    tap,
    wait_for_words,
    words,
)
from tests.system import WAIT, System, pick

PAUSED_AT = "narration"

TEXT = MessageType.COACHING_READY


def before_the_text(system: System, clip: Path) -> Learner:
    """One tap away from the coaching text."""
    learner = system.learner()
    pick(learner)
    send_video(learner, clip)
    return learner


def cards(learner: Learner) -> int:
    return len([b for b in learner.thread().of_type("flex") if phrasebook.CARD_PROBLEM in b.text])


def change(system: System, message: Message, **values: Any) -> None:
    with system.database.transaction() as db:
        row = db.get_one(Message, message.id, with_for_update=True)
        for name, value in values.items():
            setattr(row, name, value)


def row_once(
    system: System, learner: Learner, message: Message, is_so: Callable[[Message], object]
) -> Message:
    def rows(_: object) -> list[Message]:
        with system.database.transaction() as db:
            row = db.get_one(Message, message.id)
            return [row] if is_so(row) else []

    return learner.wait_for(rows, WAIT, what="the message's state")[0]


def waits_for_quota(message: Message) -> bool:
    return message.waits_for == WaitReason.QUOTA


def reply_statuses(system: System, learner: Learner, token: str | None) -> list[int | None]:
    """How LINE answered each send with this reply token, oldest first; None where the connection broke."""
    log = system.desk.log(path="/message/reply")
    return [c.status for c in log if isinstance(c.request, dict) and c.request.get("replyToken") == token]


FAULTS: dict[str, dict[str, Any]] = {
    "LINE errs": {"status": 500},
    "LINE errs after taking it": {"status": 502, "accept": True},
    "the connection drops": {"drop": True},
    "the connection drops after LINE took it": {"drop": True, "accept": True},
    "LINE takes it too late": {"delay_seconds": 2.0, "accept": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_text_is_pushed_again_with_its_key_and_seen_once(
    shared: System, clip: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("line.client.TIMEOUT", (3.0, 1.0))
    learner = before_the_text(shared, clip)
    shared.desk.fault("push", times=1, user_id=learner.user_id, **FAULTS[fault])
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    message = message_once(shared, learner, TEXT, lambda message: message.delivered_at)
    keys = push_keys(shared, learner)
    assert keys == [str(message.retry_key)] * 2
    assert cards(learner) == 1
    # A connection that breaks is made anew at once; all else waits.
    tries = 1 if "drops" in fault else 2
    assert (message.delivered_by, message.attempts, message.error) == ("push", tries, "")
    with shared.database.transaction() as db:
        session = db.get_one(CookingSession, message.session_id)
    assert session.coaching_text_delivered_at == message.delivered_at


def test_too_fast_for_line_is_tried_later_and_seen_once(shared: System, clip: Path) -> None:
    learner = before_the_text(shared, clip)
    shared.desk.fault("push", times=1, status=429, user_id=learner.user_id)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    assert message_once(shared, learner, TEXT, lambda message: message.delivered_at).attempts == 2
    assert cards(learner) == 1


def test_too_fast_after_an_unknown_outcome_keeps_the_key(shared: System, clip: Path) -> None:
    learner = before_the_text(shared, clip)
    shared.desk.fault("push", times=1, drop=True, accept=True, user_id=learner.user_id)
    shared.desk.fault("push", times=1, status=429, user_id=learner.user_id)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    message = message_once(shared, learner, TEXT, lambda message: message.delivered_at)
    assert push_keys(shared, learner) == [str(message.retry_key)] * 3
    assert cards(learner) == 1


def test_several_failures_are_waited_out(shared: System, clip: Path) -> None:
    learner = before_the_text(shared, clip)
    shared.desk.fault("push", times=3, status=503, user_id=learner.user_id)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    assert len(push_keys(shared, learner)) == 4
    assert len(set(push_keys(shared, learner))) == 1


def test_what_line_refuses_is_parked_with_the_reason_until_an_operator_frees_it(
    shared: System, clip: Path
) -> None:
    learner = before_the_text(shared, clip)
    shared.desk.fault("push", times=1, status=400, message="The body is wrong", user_id=learner.user_id)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    message = message_once(shared, learner, TEXT, lambda message: message.parked_at)
    assert message.error == "Refused: 400 The body is wrong"
    assert cards(learner) == 0
    with command(shared) as db:
        assert redeliver(db, message.session_id or 0) == 1
    card_of(learner)
    keys = push_keys(shared, learner)
    assert len(keys) == len(set(keys)) == 2
    message_once(shared, learner, TEXT, lambda message: message.delivered_at)
    with command(shared) as db:
        assert redeliver(db, message.session_id or 0) == 0


def test_a_key_of_yesterday_is_not_tried_again(shared: System, clip: Path) -> None:
    learner = before_the_text(shared, clip)
    shared.desk.fault("push", status=500, user_id=learner.user_id)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    message = message_once(shared, learner, TEXT, lambda message: message.error)
    change(shared, message, first_attempted_at=utc_now() - timedelta(hours=23, minutes=31))
    message = message_once(shared, learner, TEXT, lambda message: message.parked_at)
    assert "older than 24 hours" in message.error
    shared.desk.clear_faults()
    replies(learner, learner.sticker)
    assert cards(learner) == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reply_of_unknown_outcome_is_sent_again_with_its_token_and_seen_once(
    shared: System, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("line.client.TIMEOUT", (3.0, 1.0))
    learner = shared.learner()
    shared.desk.fault("reply", times=1, user_id=learner.user_id, **FAULTS[fault])
    learner.sticker()
    message = message_once(shared, learner, MessageType.NOTICE, is_sticker_delivered)
    assert (message.delivered_by, message.reply_may_be_taken) == ("reply", False)
    last = shared.desk.log(path="/message/reply")[-1]
    assert message.line_request_id == last.response_headers["x-line-request-id"]
    assert len(reply_statuses(shared, learner, message.reply_token)) == 2
    assert stickers_answered(learner) == 1
    assert push_keys(shared, learner) == []


def is_sticker_delivered(message: Message) -> object:
    return phrasebook.STICKER_RECEIVED in message.text and message.delivered_at


def is_sticker_failed(message: Message) -> object:
    return phrasebook.STICKER_RECEIVED in message.text and message.error


def stickers_answered(learner: Learner) -> int:
    return len([b for b in learner.thread().from_bot if b.text == phrasebook.STICKER_RECEIVED])


def test_connections_that_were_forgotten_on_the_way_cost_no_try(system: System, clip: Path) -> None:
    """As behind a NAT that resets idle connections."""
    learner = before_the_text(system, clip)
    system.desk.reset_idle_connections()
    assert {bubble.via for bubble in replies(learner, learner.sticker)} == {"reply"}
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    card_of(learner)
    text = message_once(system, learner, TEXT, lambda message: message.delivered_at)
    assert (text.attempts, text.delivered_by) == (1, "push")
    assert stickers_answered(learner) == 1
    assert [c for c in system.desk.log(direction="bot→LINE") if c.status is None]


@pytest.mark.parametrize("status", [401, 429])
def test_a_reply_that_line_did_not_take_goes_again_with_its_token(shared: System, status: int) -> None:
    learner = shared.learner()
    shared.desk.fault("reply", times=1, status=status, user_id=learner.user_id)
    learner.sticker()
    message = message_once(shared, learner, MessageType.NOTICE, is_sticker_delivered)
    assert reply_statuses(shared, learner, message.reply_token) == [status, 200]
    assert push_keys(shared, learner) == []


def test_a_reply_of_unknown_outcome_is_pushed_when_its_minute_is_over(shared: System) -> None:
    learner = shared.learner()
    shared.desk.fault("reply", status=500, user_id=learner.user_id)
    learner.sticker()
    message = message_once(shared, learner, MessageType.NOTICE, is_sticker_failed)
    change(shared, message, reply_until=utc_now())
    message = message_once(shared, learner, MessageType.NOTICE, is_sticker_delivered)
    assert message.delivered_by == "push"
    assert push_keys(shared, learner) == [str(message.retry_key)]
    assert stickers_answered(learner) == 1


def test_an_answer_that_a_later_one_has_overtaken_is_not_pushed(shared: System) -> None:
    learner = shared.learner()
    shared.desk.fault("reply", times=20, status=500, user_id=learner.user_id)
    learner.sticker()
    first = message_once(shared, learner, MessageType.NOTICE, is_sticker_failed)
    handled_event(shared, learner, learner.text("使い方"))
    change(shared, first, reply_until=utc_now())
    first = row_once(shared, learner, first, lambda message: message.retry_key is None)
    assert "overtaken" in first.error
    shared.desk.clear_faults()
    wait_for_words(learner, phrasebook.HELP)
    assert stickers_answered(learner) == 0
    assert push_keys(shared, learner) == []


def test_a_reply_whose_token_has_died_goes_as_a_push(shared: System) -> None:
    learner = shared.learner()
    shared.desk.fault("reply", times=1, status=400, message="Invalid reply token", user_id=learner.user_id)
    answer = answers(learner, learner.sticker)
    assert words(answer).startswith(phrasebook.STICKER_RECEIVED)
    assert {bubble.via for bubble in answer} == {"push"}


def test_an_event_handled_long_after_it_came_is_answered_by_push(shared: System) -> None:
    learner = shared.learner()
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": 1_700_000_000_000,
        "source": {"type": "user", "userId": learner.user_id},
        "webhookEventId": f"late-{learner.user_id}",
        "replyToken": "of-yesterday",
        "message": {"id": "1", "type": "sticker"},
    }
    answer = answers(learner, lambda: shared.desk.webhooks([event]))
    assert {bubble.via for bubble in answer} == {"push"}


def test_the_months_quota_holds_the_text_until_the_next_reply_carries_it_free(
    text_only: System, clip: Path
) -> None:
    learner = before_the_text(text_only, clip)
    text_only.desk.quota(1, usage=1)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    message = message_once(text_only, learner, TEXT, waits_for_quota)
    assert message.error.startswith("RateLimited: ")
    assert (message.parked_at, cards(learner)) == (None, 0)
    reply = replies(learner, learner.sticker)
    assert phrasebook.CARD_PROBLEM in reply[0].text
    assert phrasebook.STICKER_RECEIVED in words(reply)
    assert (
        message_once(text_only, learner, TEXT, lambda message: message.delivered_at).delivered_by == "reply"
    )
    text_only.desk.quota(None)
    replies(learner, learner.sticker)
    assert cards(learner) == 1


def test_what_the_quota_held_is_pushed_when_the_quota_is_back(text_only: System, clip: Path) -> None:
    learner = before_the_text(text_only, clip)
    text_only.desk.quota(0)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    message = message_once(text_only, learner, TEXT, waits_for_quota)
    text_only.desk.quota(None)
    change(text_only, message, due_at=utc_now(), nudge_at=utc_now())  # the pause is over
    assert card_of(learner).via == "push"
    assert cards(learner) == 1


def test_what_rides_on_a_reply_whose_token_has_died_stays_owed(text_only: System, clip: Path) -> None:
    learner = held_text(text_only, clip)
    text_only.desk.fault("reply", times=1, status=400, message="Invalid reply token")
    handled_event(text_only, learner, learner.sticker())
    learner.wait_for(lambda _: text_only.desk.log(path="/message/reply")[-1].status == 400, WAIT)
    message_once(text_only, learner, TEXT, lambda m: waits_for_quota(m) and m.carrier_id is None)
    reply = replies(learner, lambda: learner.text("使い方"))
    assert phrasebook.CARD_PROBLEM in words(reply)
    assert cards(learner) == 1


def held_text(system: System, clip: Path) -> Learner:
    """Their coaching text waits for the quota or a reply."""
    learner = before_the_text(system, clip)
    system.desk.quota(0)
    tap(learner, phrasebook.MEMO_SKIP_LABEL)
    message_once(system, learner, TEXT, waits_for_quota)
    return learner


def test_a_reply_that_is_refused_for_what_rides_on_it_goes_without(text_only: System, clip: Path) -> None:
    learner = held_text(text_only, clip)
    text_only.desk.fault("reply", times=1, status=400, message="The rider is wrong")
    reply = replies(learner, learner.sticker)
    assert words(reply).startswith(phrasebook.STICKER_RECEIVED)
    notice = message_once(text_only, learner, MessageType.NOTICE, lambda message: message.delivered_at)
    assert reply_statuses(text_only, learner, notice.reply_token) == [400, 200]
    assert cards(learner) == 0
    assert phrasebook.CARD_PROBLEM in words(replies(learner, learner.sticker))
    assert cards(learner) == 1


@pytest.mark.parametrize("accept", [True, False])
def test_what_rides_on_a_reply_of_unknown_outcome_is_seen_once(
    text_only: System, clip: Path, accept: bool
) -> None:
    learner = held_text(text_only, clip)
    key = message_once(text_only, learner, TEXT, waits_for_quota).retry_key
    text_only.desk.fault("reply", times=1, status=500, accept=accept)
    learner.sticker()
    text = message_once(text_only, learner, TEXT, lambda message: message.delivered_at)
    assert (text.delivered_by, text.carrier_id, text.retry_key) == ("reply", None, key)
    assert (cards(learner), stickers_answered(learner)) == (1, 1)
    message_once(text_only, learner, MessageType.NOTICE, lambda message: message.delivered_at)


def test_what_rides_waits_no_longer_than_its_carriers_token_lives(text_only: System, clip: Path) -> None:
    learner = held_text(text_only, clip)
    text_only.desk.fault("reply", status=500, user_id=learner.user_id)
    learner.sticker()
    text = message_once(text_only, learner, TEXT, lambda m: waits_for_quota(m) and m.carrier_id)
    notice = message_once(text_only, learner, MessageType.NOTICE)
    assert text.carrier_id == notice.id
    text_only.desk.quota(None)
    change(text_only, notice, reply_until=utc_now())
    change(text_only, text, due_at=utc_now(), nudge_at=utc_now())
    assert card_of(learner).via == "push"
    assert cards(learner) == 1


def test_a_second_quoted_text_says_which_session_is_meant(shared: System, clip: Path) -> None:
    learner = shared.learner()
    cook(learner, clip)
    note = wait_for_words(learner, "おつかれさまでした")
    message = message_once(shared, learner, TEXT, lambda message: message.delivered_at)
    with shared.database.transaction() as db:
        assert db.get_one(SentBubble, note.id).message_id == message.id
    assert note.id != message.line_message_id
