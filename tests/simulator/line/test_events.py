"""Events beside messages and taps, and an unsend that overtakes its message."""

import pytest

from simulator.line.client import Desk, DeskCallError, Learner
from tests.simulator.line.harness import Bot, Receiver, text


def test_an_edited_text_keeps_its_id_and_is_quoted_by_either_token(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver
) -> None:
    group = desk.group(friend)
    group.invite()
    hana = friend.within(group)
    sent = hana.text("火は強め")
    hana.edit(str(sent.message_id), "火は弱め")
    original, edited = receiver.wait_for("message"), receiver.wait_for("messageEdited")
    assert edited["source"] == {"type": "group", "groupId": group.group_id, "userId": friend.user_id}
    assert edited["replyToken"] != original["replyToken"]
    message = edited["message"]
    assert (message["id"], message["text"]) == (sent.message_id, "火は弱め")
    assert "markAsReadToken" not in message
    tokens = {original["message"]["quoteToken"], message["quoteToken"]}
    assert len(tokens) == 2
    for token in tokens:
        assert bot.push(group.group_id, text("なるほど", quoteToken=token)).status_code == 200
    bubbles = hana.thread().bubbles
    assert [b.text for b in bubbles] == ["火は弱め", "なるほど", "なるほど"]
    assert [b.quoted_id for b in bubbles[1:]] == [sent.message_id] * 2


def test_a_text_is_edited_in_a_group_only(friend: Learner) -> None:
    with pytest.raises(DeskCallError, match="in groups only"):
        friend.edit(str(friend.text("やあ").message_id), "こんにちは")


def test_a_beacon_can_be_answered(bot: Bot, friend: Learner, receiver: Receiver) -> None:
    friend.beacon("d41d8cd98f", "enter", device_message="0a")
    event = receiver.wait_for("beacon")
    assert event["beacon"] == {"hwid": "d41d8cd98f", "type": "enter", "dm": "0a"}
    assert bot.reply(event["replyToken"], text("いらっしゃいませ")).status_code == 200


def test_a_linked_account_is_told_and_a_failed_one_names_nobody(friend: Learner, receiver: Receiver) -> None:
    friend.link_account("nonce-of-ours")
    event = receiver.wait_for("accountLink")
    assert event["link"] == {"result": "ok", "nonce": "nonce-of-ours"}
    assert event["source"] == {"type": "user", "userId": friend.user_id}
    friend.link_account("nonce-of-ours", succeeds=False)
    failed = receiver.wait(3)[-1]
    assert failed["link"]["result"] == "failed"
    assert not {"source", "replyToken"} & failed.keys()


def test_memberships_are_told_of_those_who_share_their_profile(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    friend.membership("renewed", 3189)
    event = receiver.wait_for("membership")
    assert event["membership"] == {"type": "renewed", "membershipId": 3189}
    assert event["replyToken"]
    silent = desk.learner(shares_profile=False)
    assert silent.membership("joined", 3189).webhook_event_id is None


def test_any_other_event_gets_what_all_events_have(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    suspended = desk.event({"type": "botSuspended"})
    event = receiver.wait_for("botSuspended")
    assert (event["webhookEventId"], event["mode"]) == (suspended.webhook_event_id, "active")
    assert not {"source", "replyToken"} & event.keys()
    friend.event({"type": "somethingNew", "somethingNew": {"x": 1}, "mode": "standby"})
    new = receiver.wait_for("somethingNew")
    assert (new["source"]["userId"], new["somethingNew"]) == (friend.user_id, {"x": 1})
    assert new["mode"] == "standby"
    with pytest.raises(DeskCallError, match="has a type"):
        friend.event({"kind": "x"})


def test_an_unsend_can_come_before_its_message(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    desk.hold()
    friend.unsend(str(friend.text("まちがい").message_id))
    desk.release("reverse")
    unsend, message = receiver.wait(3)[1:]
    assert (unsend["type"], message["type"]) == ("unsend", "message")
    assert unsend["unsend"]["messageId"] == message["message"]["id"]
    assert unsend["timestamp"] >= message["timestamp"]


def test_an_unsend_can_be_redelivered_before_its_message_came(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    desk.hold()
    unsent = friend.unsend(str(friend.text("まちがい").message_id))
    desk.redeliver(str(unsent.webhook_event_id))
    desk.release()
    events = receiver.wait(4)[1:]
    assert [(e["type"], e["deliveryContext"]["isRedelivery"]) for e in events] == [
        ("unsend", True),
        ("message", False),
        ("unsend", False),
    ]


def test_a_learner_follows_and_blocks_each_channel_apart(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    friend.on("videos").follow()
    friend.on("videos").block()
    receiver.wait_for("unfollow")
    (learner,) = desk.call("GET", "/learners")
    assert learner["channels"] == {
        "coaching": {"friend": True, "blocked": False},
        "videos": {"friend": True, "blocked": True},
    }
