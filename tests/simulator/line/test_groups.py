"""Groups and rooms: who hears what, who may send there, and what ends when the account leaves."""

from pathlib import Path

import pytest

from simulator.line.client import Desk, DeskCallError, GroupChat, Learner
from tests.simulator.line.harness import Bot, Receiver, text


@pytest.fixture
def other(desk: Desk) -> Learner:
    """No friend of the account."""
    return desk.learner("たろう")


@pytest.fixture
def group(desk: Desk, friend: Learner, other: Learner, receiver: Receiver) -> GroupChat:
    """With the account in it, whose join event has arrived."""
    group = desk.group(friend, other, name="金曜の台所")
    group.invite()
    receiver.wait_for("join")
    return group


def test_the_invited_account_hears_and_may_answer(bot: Bot, group: GroupChat, receiver: Receiver) -> None:
    join = receiver.wait_for("join")
    assert join["source"] == {"type": "group", "groupId": group.group_id}
    assert bot.reply(join["replyToken"], text("よろしくお願いします")).status_code == 200
    assert [(b.author, b.text) for b in group.thread().bubbles] == [("bot", "よろしくお願いします")]


def test_a_room_tells_of_the_invitation_with_its_next_event(
    desk: Desk, friend: Learner, receiver: Receiver
) -> None:
    room = desk.group(friend, kind="room")
    assert room.invite().webhook_event_id is None
    friend.within(room).text("だれかいますか")
    join, message = receiver.wait(3)[1:]
    assert (join["type"], join["source"]) == ("join", {"type": "room", "roomId": room.group_id})
    source = {"type": "room", "roomId": room.group_id, "userId": friend.user_id}
    assert (message["type"], message["source"]) == ("message", source)


def test_what_is_said_in_a_group_is_seen_by_all_of_it_and_nowhere_else(
    bot: Bot, friend: Learner, other: Learner, group: GroupChat, receiver: Receiver
) -> None:
    other.within(group).text("今日はなに作る？")
    message = receiver.wait_for("message")
    assert message["source"] == {"type": "group", "groupId": group.group_id, "userId": other.user_id}
    bot.reply(message["replyToken"], text("チャーハンはどうですか"))
    seen = friend.within(group).thread().bubbles
    assert [(b.user_id, b.text) for b in seen] == [
        (other.user_id, "今日はなに作る？"),
        (None, "チャーハンはどうですか"),
    ]
    assert friend.thread().bubbles == []


def test_a_video_of_a_group_can_be_fetched_and_unsent(
    bot: Bot, friend: Learner, other: Learner, group: GroupChat, receiver: Receiver, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"frames")
    sent = friend.within(group).video(clip)
    path = f"/v2/bot/message/{receiver.wait_for('message')['message']['id']}/content"
    assert bot.get(path).content == b"frames"
    with pytest.raises(DeskCallError, match="no such message"):
        other.within(group).unsend(str(sent.message_id))
    friend.within(group).unsend(str(sent.message_id))
    assert receiver.wait_for("unsend")["source"]["groupId"] == group.group_id
    assert bot.get(path).status_code == 410


def test_a_push_to_a_group_is_counted_for_each_member(bot: Bot, group: GroupChat) -> None:
    assert bot.push(group.group_id, text("みなさん"), text("こんにちは")).status_code == 200
    assert len(group.thread().from_bot) == 2
    assert bot.get("/v2/bot/message/quota/consumption").json() == {"totalUsage": 2}


def test_members_come_and_go(
    desk: Desk, friend: Learner, other: Learner, group: GroupChat, receiver: Receiver, bot: Bot
) -> None:
    third = desk.learner("けんじ")
    group.join(third)
    joined = receiver.wait_for("memberJoined")
    assert joined["joined"] == {"members": [{"type": "user", "userId": third.user_id}]}
    assert bot.reply(joined["replyToken"], text("ようこそ")).status_code == 200
    group.leave(other)
    left = receiver.wait_for("memberLeft")
    assert left["left"] == {"members": [{"type": "user", "userId": other.user_id}]}
    assert "replyToken" not in left
    assert left["source"] == {"type": "group", "groupId": group.group_id}
    with pytest.raises(DeskCallError, match="isn't in this group"):
        other.within(group).text("まだいます")


@pytest.mark.parametrize("kind", ["group", "room"])
def test_an_account_that_leaves_hears_and_sends_nothing_more(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver, kind: str
) -> None:
    group = desk.group(friend, kind="room" if kind == "room" else "group")
    group.invite()
    friend.within(group).text("もう大丈夫です")
    token = receiver.wait_for("message")["replyToken"]
    answer = bot.post(f"/v2/bot/{kind}/{group.group_id}/leave")
    assert (answer.status_code, answer.json()) == (200, {})
    leave = receiver.wait_for("leave")
    assert leave["source"] == {"type": kind, f"{kind}Id": group.group_id}
    assert "replyToken" not in leave
    assert bot.reply(token, text()).status_code == 400
    refusal = bot.push(group.group_id, text())
    assert (refusal.status_code, refusal.json()) == (400, {"message": "Failed to send messages"})
    assert friend.within(group).text("いなくなった").webhook_event_id is None
    again = bot.post(f"/v2/bot/{kind}/{group.group_id}/leave")
    assert again.status_code == (200 if kind == "room" else 404), "LINE's two endpoints differ in this"
    friend.text("こちらには届く")
    assert [e["message"]["text"] for e in receiver.wait(5) if e["type"] == "message"] == [
        "もう大丈夫です",
        "こちらには届く",
    ]


def test_an_account_can_be_removed_and_invited_again(
    bot: Bot, group: GroupChat, friend: Learner, receiver: Receiver
) -> None:
    group.remove_account()
    receiver.wait_for("leave")
    assert (group.account(), bot.push(group.group_id, text()).status_code) == (None, 400)
    group.invite("videos")
    assert group.account() == "videos"
    with pytest.raises(DeskCallError, match="only ever one"):
        group.invite("coaching")


def test_an_account_that_may_not_join_groups_is_not_invited(desk: Desk, friend: Learner) -> None:
    desk.account(joins_groups=False)
    with pytest.raises(DeskCallError, match="may not join"):
        desk.group(friend).invite()


def test_the_bot_asks_about_its_groups_only(bot: Bot, group: GroupChat, other: Learner) -> None:
    path = f"/v2/bot/group/{group.group_id}"
    assert bot.get(f"{path}/summary").json() == {"groupId": group.group_id, "groupName": "金曜の台所"}
    assert bot.get(f"{path}/members/count").json() == {"count": 2}
    member = {"userId": other.user_id, "displayName": "たろう"}
    assert bot.get(f"{path}/member/{other.user_id}").json() == member
    assert bot.get(f"/v2/bot/profile/{other.user_id}").status_code == 404, "no friend, and never wrote alone"
    assert bot.get(f"{path}/members/ids").status_code == 403
    assert bot.get(f"/v2/bot/room/{group.group_id}/members/count").status_code == 400
    group.remove_account()
    assert bot.get(f"{path}/summary").status_code == 404


def test_a_group_is_no_place_for_the_loading_animation_or_a_multicast(bot: Bot, group: GroupChat) -> None:
    loading = bot.post("/v2/bot/chat/loading/start", {"chatId": group.group_id, "loadingSeconds": 5})
    assert (loading.status_code, loading.json()["details"][0]["property"]) == (400, "chatId")
    multicast = bot.post("/v2/bot/message/multicast", {"to": [group.group_id], "messages": [text()]})
    assert multicast.status_code == 400


def test_a_fault_can_strike_one_group_only(desk: Desk, bot: Bot, group: GroupChat, friend: Learner) -> None:
    desk.fault("push", status=500, user_id=group.group_id)
    assert bot.push(group.group_id, text()).status_code == 500
    assert bot.push(friend.user_id, text()).status_code == 200
    desk.fault("group", status=503, times=1)
    assert bot.post(f"/v2/bot/group/{group.group_id}/leave").status_code == 503
    assert group.account() == "coaching"


def mentioning(**mentionee: str) -> dict[str, object]:
    substitution = {"who": {"type": "mention", "mentionee": mentionee}}
    return {"type": "textV2", "text": "{who} お願いします", "substitution": substitution}


def test_the_bot_mentions_members_of_its_group_only(
    desk: Desk, bot: Bot, group: GroupChat, friend: Learner
) -> None:
    to_all, to_friend = mentioning(type="all"), mentioning(type="user", userId=friend.user_id)
    assert bot.push(group.group_id, to_all, to_friend).status_code == 200
    stranger = mentioning(type="user", userId=desk.learner().user_id)
    refusal = bot.push(group.group_id, to_all, stranger)
    assert refusal.status_code == 400
    assert refusal.json()["details"][0]["property"] == "messages[1].substitution.who"
    assert bot.push(friend.user_id, to_friend).status_code == 400, "not in a chat of two"
    assert len(group.thread().from_bot) == 2


def test_validation_looks_at_a_mentions_shape_but_not_at_its_chat(bot: Bot) -> None:
    assert bot.validate(mentioning(type="all")).status_code == 200
    wrong = bot.validate(mentioning(type="user", userId="hana")).json()["details"]
    assert wrong[0]["property"] == "messages[0].substitution.who.mentionee.userId"
    body = {"messages": [mentioning(type="all")]}
    assert bot.post("/v2/bot/message/validate/multicast", body).status_code == 400
