from typing import Any

import pytest

from simulator.line.checks import graphemes, url_problem
from simulator.line.errors import LineError
from simulator.line.messages import check_messages
from tests.simulator.line.harness import text

Message = dict[str, Any]
URL = "https://media.example/v.mp4"
PREVIEW = "https://media.example/p.jpg"


def problems(*messages: Any) -> dict[str, str]:
    """What LINE would object to, by property."""
    try:
        check_messages({"messages": list(messages)})
    except LineError as error:
        return {p.property: p.message for p in error.details}
    return {}


def video(**more: Any) -> Message:
    return {"type": "video", "originalContentUrl": URL, "previewImageUrl": PREVIEW, **more}


def quick_reply(*actions: Message) -> Message:
    return {"quickReply": {"items": [{"type": "action", "action": action} for action in actions]}}


def message_action(label: str = "はい", words: str = "はい") -> Message:
    return {"type": "message", "label": label, "text": words}


VALID: dict[str, Message] = {
    "text at its limit": text("あ" * 5000),
    "text with quick replies": text(**quick_reply(*[message_action()] * 13)),
    "text with a sender": text(sender={"name": "コーチ", "iconUrl": PREVIEW}),
    "emoji placeholder": text("$やった", emojis=[{"index": 0, "productId": "p", "emojiId": "001"}]),
    "textV2": {
        "type": "textV2",
        "text": "{{中}} {e}",
        "substitution": {"e": {"type": "emoji", "productId": "p", "emojiId": "1"}},
    },
    "video": video(trackingId="session-1:part.2"),
    "audio": {"type": "audio", "originalContentUrl": URL, "duration": 60000},
    "image": {"type": "image", "originalContentUrl": PREVIEW, "previewImageUrl": PREVIEW},
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988"},
    "location": {
        "type": "location",
        "title": "台所",
        "address": "東京",
        "latitude": 35.6,
        "longitude": 139.7,
    },
    "null counts as absent": text(quickReply=None, sender=None, quoteToken=None),
    "http on this machine": video(
        originalContentUrl="http://127.0.0.1:8000/v.mp4", previewImageUrl="http://localhost/p.jpg"
    ),
    "voice keyboard": text(
        **quick_reply({"type": "postback", "label": "話す", "data": "voice", "inputOption": "openVoice"})
    ),
    "camera roll in quick reply": text(**quick_reply({"type": "cameraRoll", "label": "えらぶ"})),
    "confirm": {
        "type": "template",
        "altText": "確認",
        "template": {"type": "confirm", "text": "よいですか", "actions": [message_action()] * 2},
    },
    "carousel template": {
        "type": "template",
        "altText": "選ぶ",
        "template": {"type": "carousel", "columns": [{"text": "煮物", "actions": [message_action()]}] * 10},
    },
    "imagemap": {
        "type": "imagemap",
        "baseUrl": "https://media.example/map",
        "altText": "地図",
        "baseSize": {"width": 1040, "height": 585},
        "actions": [{"type": "message", "text": "左", "area": {"x": 0, "y": 0, "width": 520, "height": 585}}],
    },
}


@pytest.mark.parametrize("name", VALID)
def test_what_line_takes_passes(name: str) -> None:
    assert problems(VALID[name]) == {}


WRONG: dict[str, tuple[Message, str]] = {
    "empty text": (text(""), "messages[0].text"),
    "text over its limit": (text("あ" * 5001), "messages[0].text"),
    "an apple counts two": (text("🍎" * 2501), "messages[0].text"),
    "unknown type": ({"type": "file"}, "messages[0].type"),
    "unescaped brace": ({"type": "textV2", "text": '{"a": 1}'}, "messages[0].text"),
    "unknown substitution": ({"type": "textV2", "text": "{who}"}, "messages[0].text"),
    "video without preview": ({"type": "video", "originalContentUrl": URL}, "messages[0].previewImageUrl"),
    "plain http": (video(originalContentUrl="http://media.example/v.mp4"), "messages[0].originalContentUrl"),
    "unencoded url": (
        video(originalContentUrl="https://media.example/動画.mp4"),
        "messages[0].originalContentUrl",
    ),
    "long url": (video(originalContentUrl=URL + "?" + "x" * 2000), "messages[0].originalContentUrl"),
    "underscore in trackingId": (video(trackingId="a_b"), "messages[0].trackingId"),
    "slash in trackingId": (video(trackingId="a/b"), "messages[0].trackingId"),
    "long trackingId": (video(trackingId="a" * 101), "messages[0].trackingId"),
    "audio without duration": ({"type": "audio", "originalContentUrl": URL}, "messages[0].duration"),
    "quote on a video": (video(quoteToken="q"), "messages[0].quoteToken"),
    "fourteen quick replies": (text(**quick_reply(*[message_action()] * 14)), "messages[0].quickReply.items"),
    "long quick-reply label": (
        text(**quick_reply(message_action("あ" * 21))),
        "messages[0].quickReply.items[0].action.label",
    ),
    "quick reply without label": (
        text(**quick_reply({"type": "message", "text": "はい"})),
        "messages[0].quickReply.items[0].action.label",
    ),
    "long postback data": (
        text(**quick_reply({"type": "postback", "label": "x", "data": "d" * 301})),
        "messages[0].quickReply.items[0].action.data",
    ),
    "rich-menu switch outside a rich menu": (
        text(**quick_reply({"type": "richmenuswitch", "label": "x", "data": "d", "richMenuAliasId": "a"})),
        "messages[0].quickReply.items[0].action.type",
    ),
    "fillInText without keyboard": (
        text(**quick_reply({"type": "postback", "label": "x", "data": "d", "fillInText": "t"})),
        "messages[0].quickReply.items[0].action.fillInText",
    ),
    "odd uri scheme": (
        text(**quick_reply({"type": "uri", "label": "x", "uri": "javascript:alert(1)"})),
        "messages[0].quickReply.items[0].action.uri",
    ),
    "datetime in the wrong form": (
        text(
            **quick_reply(
                {"type": "datetimepicker", "label": "x", "data": "d", "mode": "date", "initial": "12:00"}
            )
        ),
        "messages[0].quickReply.items[0].action.initial",
    ),
    "sender name counted in UTF-16 units": (text(sender={"name": "🍳" * 11}), "messages[0].sender.name"),
    "long sender name": (text(sender={"name": "あ" * 21}), "messages[0].sender.name"),
    "sticker ids are digits": (
        {"type": "sticker", "packageId": "a", "stickerId": "1"},
        "messages[0].packageId",
    ),
    "flex without altText": ({"type": "flex", "contents": {"type": "bubble"}}, "messages[0].altText"),
    "long altText": (
        {"type": "flex", "altText": "あ" * 1501, "contents": {"type": "bubble"}},
        "messages[0].altText",
    ),
    "emoji not on a placeholder": (
        text("やった", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]),
        "messages[0].emojis[0].index",
    ),
    "uneven carousel columns": (
        {
            "type": "template",
            "altText": "x",
            "template": {
                "type": "carousel",
                "columns": [
                    {"text": "a", "actions": [message_action()]},
                    {"text": "b", "actions": [message_action()] * 2},
                ],
            },
        },
        "template.columns",
    ),
    "confirm with one action": (
        {
            "type": "template",
            "altText": "x",
            "template": {"type": "confirm", "text": "?", "actions": [message_action()]},
        },
        "template.actions",
    ),
    "camera in a template": (
        {
            "type": "template",
            "altText": "x",
            "template": {"type": "buttons", "text": "?", "actions": [{"type": "camera", "label": "撮る"}]},
        },
        "template.actions[0].type",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_line_refuses_is_refused_at_its_property(name: str) -> None:
    message, where = WRONG[name]
    assert list(problems(message)) == [where]


@pytest.mark.parametrize("count", [0, 6])
def test_a_request_carries_one_to_five_messages(count: int) -> None:
    assert problems(*[text()] * count) == {"messages": "Size must be between 1 and 5"}


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(LineError) as refusal:
        check_messages({"messages": [text(""), text(), {"type": "hologram"}]})
    body = refusal.value.body()
    assert body["message"] == "The request body has 2 error(s)"
    assert [d["property"] for d in body["details"]] == ["messages[0].text", "messages[2].type"]
    assert body["details"][0]["message"] == "May not be empty"


@pytest.mark.parametrize(
    "body", [{}, {"messages": None}, {"messages": {}}, {"messages": [None]}, {"messages": ["x"]}]
)
def test_messages_of_a_wrong_shape_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(LineError):
        check_messages(body)


@pytest.mark.parametrize(
    ("words", "count"), [("はい", 2), ("👨‍👩‍👧", 1), ("👍🏽", 1), ("🇯🇵", 1), ("が", 1), ("🍎🍎", 2)]
)
def test_labels_are_counted_as_readers_count(words: str, count: int) -> None:
    assert graphemes(words) == count


@pytest.mark.parametrize("value", ["https://", "https:///x", "//host/x", "data:text/plain,x", "https://a b/"])
def test_urls_without_a_host_are_refused(value: str) -> None:
    assert url_problem(value)
