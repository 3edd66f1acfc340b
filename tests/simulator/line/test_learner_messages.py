"""Emojis, mentions, stickers and several pictures at once, as their events tell them."""

from pathlib import Path

import pytest

from simulator.line.client import Desk, DeskCallError, Emoji, Learner, Mention
from tests.simulator.line.harness import Bot, Receiver

LOVE = Emoji(words="(love)", product_id="5ac1bfd5040ab15980c9b435", emoji_id="001")


def test_an_emoji_tells_its_place_in_utf16_units(friend: Learner, receiver: Receiver) -> None:
    friend.text("🍳できた(love)(love)", emojis=[LOVE, LOVE])
    message = receiver.wait_for("message")["message"]
    assert message["text"] == "🍳できた(love)(love)"
    ids = {"productId": LOVE.product_id, "emojiId": "001"}
    assert message["emojis"] == [{"index": 5, "length": 6, **ids}, {"index": 11, "length": 6, **ids}]


def test_an_emoji_must_stand_in_the_text(friend: Learner) -> None:
    with pytest.raises(DeskCallError, match="isn't in the text"):
        friend.text("できた", emojis=[LOVE])


def test_mentions_name_all_a_member_and_the_bot(desk: Desk, friend: Learner, receiver: Receiver) -> None:
    silent = desk.learner("ひみつ", shares_profile=False)
    group = desk.group(friend, silent)
    group.invite()
    bot_id = "U" + "1" * 32
    mentions = [
        Mention(words="@All"),
        Mention(words="@ひみつ", user_id=silent.user_id),
        Mention(words="@コーチ", user_id=bot_id),
    ]
    friend.within(group).text("@All @ひみつ @コーチ おはよう", mentions=mentions)
    assert receiver.wait_for("message")["message"]["mention"]["mentionees"] == [
        {"index": 0, "length": 4, "type": "all"},
        {"index": 5, "length": 4, "type": "user", "isSelf": False},
        {"index": 10, "length": 4, "type": "user", "userId": bot_id, "isSelf": True},
    ]
    with pytest.raises(DeskCallError, match="groups only"):
        friend.text("@All", mentions=mentions[:1])


def test_a_message_sticker_tells_text_and_at_most_fifteen_keywords(
    friend: Learner, receiver: Receiver
) -> None:
    words = [f"語{number}" for number in range(20)]
    friend.sticker("1", "2", resource_type="MESSAGE", keywords=words, text="いただきます")
    message = receiver.wait_for("message")["message"]
    assert (message["stickerResourceType"], message["text"]) == ("MESSAGE", "いただきます")
    assert len(set(message["keywords"])) == 15
    assert set(message["keywords"]) < set(words)
    with pytest.raises(DeskCallError, match="message stickers"):
        friend.sticker("1", "2", text="だめ")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.jpg" for number in range(3)]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def test_pictures_sent_at_once_tell_their_set_and_may_come_in_any_order(
    desk: Desk, bot: Bot, friend: Learner, receiver: Receiver, photos: list[Path]
) -> None:
    desk.hold()
    sent = friend.images(photos)
    desk.release("reverse")
    messages = [event["message"] for event in receiver.wait(4)[1:]]
    sets = [message["imageSet"] for message in messages]
    assert [(each["index"], each["total"]) for each in sets] == [(3, 3), (2, 3), (1, 3)]
    assert len({each["id"] for each in sets}) == 1
    ids = [message["id"] for message in messages][::-1]
    assert ids == [each.message_id for each in sent]
    assert ids == sorted(ids, key=int)
    assert bot.get(f"/v2/bot/message/{ids[1]}/content").content == b"1.jpg"


def test_an_old_android_tells_of_a_set_but_not_of_its_order(
    friend: Learner, receiver: Receiver, photos: list[Path]
) -> None:
    friend.images(photos[:2], old_android=True)
    sets = [event["message"]["imageSet"] for event in receiver.wait(3)[1:]]
    assert sets[0] == sets[1]
    assert list(sets[0]) == ["id"]


def test_a_single_picture_is_no_set(friend: Learner, receiver: Receiver, photos: list[Path]) -> None:
    friend.image(photos[0])
    assert "imageSet" not in receiver.wait_for("message")["message"]


def test_a_video_that_line_cannot_prepare_says_so(bot: Bot, friend: Learner, photos: list[Path]) -> None:
    video = friend.video(photos[0], preparing=1, transcoding_fails=True)
    path = f"/v2/bot/message/{video.message_id}/content/transcoding"
    assert [bot.get(path).json()["status"] for _ in range(2)] == ["processing", "failed"]


def test_who_shares_no_profile_is_named_nowhere(desk: Desk, bot: Bot, receiver: Receiver) -> None:
    silent = desk.learner("ひみつ", shares_profile=False)
    silent.follow()
    follow = receiver.wait_for("follow")
    assert follow["source"] == {"type": "user"}
    assert bot.reply(follow["replyToken"], {"type": "text", "text": "はじめまして"}).status_code == 200
    assert [b.text for b in silent.thread().from_bot] == ["はじめまして"]
    assert bot.get(f"/v2/bot/profile/{silent.user_id}").status_code == 404
    group = desk.group(silent)
    group.invite()
    silent.within(group).text("こんばんは")
    assert receiver.wait_for("message")["source"] == {"type": "group", "groupId": group.group_id}
    assert bot.get(f"/v2/bot/group/{group.group_id}/member/{silent.user_id}").status_code == 404
