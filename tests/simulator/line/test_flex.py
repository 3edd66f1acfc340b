from typing import Any

import pytest

from simulator.line.errors import LineError
from simulator.line.flex import flex_problems
from simulator.line.messages import check_messages

Json = dict[str, Any]
IMAGE = "https://media.example/p.jpg"


def box(*contents: Json, **more: Any) -> Json:
    return {"type": "box", "layout": "vertical", "contents": list(contents), **more}


def words(text: str = "火を弱めます", **more: Any) -> Json:
    return {"type": "text", "text": text, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "action": {"type": "postback", "label": "はい", "data": "yes"}, **more}


def bubble(*contents: Json, **more: Any) -> Json:
    return {"type": "bubble", "body": box(*contents), **more}


def hero_video(**more: Any) -> Json:
    alt = {"type": "image", "url": IMAGE, "size": "full", "aspectRatio": "20:13"}
    return {"type": "video", "url": "https://m.example/v.mp4", "previewUrl": IMAGE, "altContent": alt, **more}


def problems(contents: Any) -> dict[str, str]:
    return {p.property: p.message for p in flex_problems(contents)}


def test_a_rich_bubble_passes() -> None:
    contents = bubble(
        words(wrap=True, size="lg", weight="bold", color="#1a1a1a", maxLines=2, lineSpacing="4px"),
        {"type": "text", "contents": [{"type": "span", "text": "弱火", "color": "#ff0000aa"}]},
        {"type": "separator", "margin": "md"},
        box(
            button(style="primary", height="sm", color="#06c755"),
            spacing="12px",
            paddingAll="5%",
            margin="xxl",
        ),
        {
            "type": "box",
            "layout": "baseline",
            "contents": [{"type": "icon", "url": IMAGE, "size": "sm"}, words(flex=0)],
        },
        box(
            width="50%",
            height="8px",
            cornerRadius="4px",
            background={
                "type": "linearGradient",
                "angle": "90deg",
                "startColor": "#ffffff",
                "endColor": "#000000",
            },
        ),
        size="mega",
        hero={"type": "image", "url": IMAGE, "size": "full", "aspectRatio": "1.91:1", "aspectMode": "cover"},
        footer=box(button(), button(style="link")),
        styles={"footer": {"separator": True, "backgroundColor": "#f0f0f0"}},
    )
    assert problems(contents) == {}


def test_a_video_hero_passes_in_a_large_bubble() -> None:
    action = {"type": "uri", "label": "もっと見る", "uri": "https://m.example/"}
    assert problems({"type": "bubble", "size": "giga", "hero": hero_video(action=action)}) == {}


def test_a_carousel_of_twelve_passes() -> None:
    assert problems({"type": "carousel", "contents": [bubble(words())] * 12}) == {}


WRONG: dict[str, tuple[Any, str]] = {
    "no container type": ({"body": box()}, "/type"),
    "a bubble with no block": ({"type": "bubble"}, "/"),
    "a body that is no box": ({"type": "bubble", "body": words()}, "/body"),
    "a button as hero": ({"type": "bubble", "hero": button()}, "/hero"),
    "the retired spacer": (bubble(words(), words(), {"type": "spacer"}), "/body/contents/2"),
    "an icon outside a baseline box": (bubble({"type": "icon", "url": IMAGE}), "/body/contents/0"),
    "a button in a baseline box": (
        bubble({"type": "box", "layout": "baseline", "contents": [button()]}),
        "/body/contents/0/contents/0",
    ),
    "a video below the hero": (bubble(hero_video()), "/body/contents/0"),
    "a span outside a text": (bubble({"type": "span", "text": "x"}), "/body/contents/0"),
    "empty text": (bubble(words("")), "/body/contents/0/text"),
    "neither text nor spans": (bubble({"type": "text"}), "/body/contents/0/text"),
    "a box without layout": ({"type": "bubble", "body": {"type": "box", "contents": []}}, "/body/layout"),
    "a box without contents": (
        {"type": "bubble", "body": {"type": "box", "layout": "vertical"}},
        "/body/contents",
    ),
    "an unknown layout": ({"type": "bubble", "body": box(words(), layout="grid")}, "/body/layout"),
    "a misspelt property": (bubble(words(colour="#ffffff")), "/body/contents/0/colour"),
    "a named colour": (bubble(words(color="red")), "/body/contents/0/color"),
    "a number as a size": (bubble(words(size=14)), "/body/contents/0/size"),
    "a unit LINE doesn't know": (bubble(words(margin="1em")), "/body/contents/0/margin"),
    "a string as flex": (bubble(words(flex="1")), "/body/contents/0/flex"),
    "a button without action": (bubble({"type": "button"}), "/body/contents/0/action"),
    "a button without label": (
        bubble(button(action={"type": "postback", "data": "x"})),
        "/body/contents/0/action/label",
    ),
    "a long button label": (
        bubble(button(action={"type": "postback", "data": "x", "label": "あ" * 41})),
        "/body/contents/0/action/label",
    ),
    "a camera action": (
        bubble(button(action={"type": "camera", "label": "撮る"})),
        "/body/contents/0/action/type",
    ),
    "an image over http": (
        bubble({"type": "image", "url": "http://e.example/p.jpg"}),
        "/body/contents/0/url",
    ),
    "a very tall image": (
        bubble({"type": "image", "url": IMAGE, "aspectRatio": "1:4"}),
        "/body/contents/0/aspectRatio",
    ),
    "an unknown bubble size": (bubble(words(), size="huge"), "/size"),
    "a video in a small bubble": ({"type": "bubble", "size": "micro", "hero": hero_video()}, "/size"),
    "a video in a carousel": (
        {"type": "carousel", "contents": [{"type": "bubble", "hero": hero_video()}]},
        "/contents/0/hero",
    ),
    "a video with a tap that posts back": (
        {"type": "bubble", "hero": hero_video(action={"type": "postback", "label": "x", "data": "d"})},
        "/hero/action",
    ),
    "a video without altContent": (
        {"type": "bubble", "hero": hero_video(altContent=None)},
        "/hero/altContent",
    ),
    "thirteen bubbles": ({"type": "carousel", "contents": [bubble(words())] * 13}, "/contents"),
    "no bubble": ({"type": "carousel", "contents": []}, "/contents"),
    "a carousel in a carousel": (
        {"type": "carousel", "contents": [{"type": "carousel", "contents": []}]},
        "/contents/0",
    ),
    "bubbles of different sizes": (
        {"type": "carousel", "contents": [bubble(words()), bubble(words(), size="kilo")]},
        "/contents",
    ),
    "a bubble over 30 KB": (bubble(*[words("あ" * 1000)] * 11), "/"),
    "a carousel over 50 KB": (
        {"type": "carousel", "contents": [bubble(*[words("あ" * 1000)] * 6)] * 3},
        "/",
    ),
    "a gradient without angle": (
        bubble(box(background={"type": "linearGradient", "startColor": "#ffffff", "endColor": "#000000"})),
        "/body/contents/0/background/angle",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_line_refuses_is_refused_at_its_pointer(name: str) -> None:
    contents, pointer = WRONG[name]
    assert list(problems(contents)) == [pointer]


def test_eleven_animated_images_are_too_many() -> None:
    image = {"type": "image", "url": IMAGE, "animated": True}
    assert problems(bubble(*[image] * 10)) == {}
    assert list(problems(bubble(*[image] * 11))) == ["/"]


def test_a_refused_flex_message_names_the_message_as_line_does() -> None:
    message = {"type": "flex", "altText": "x", "contents": bubble({"type": "spacer"})}
    with pytest.raises(LineError) as refusal:
        check_messages({"messages": [{"type": "text", "text": "ok"}, message]})
    assert refusal.value.body() == {
        "message": "A message (messages[1]) in the request body is invalid",
        "details": [{"message": "invalid property", "property": "/body/contents/0"}],
    }
