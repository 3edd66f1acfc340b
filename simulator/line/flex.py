"""Flex Messages, checked as strictly as LINE does: structure, values and unknown properties.

Source of every rule: LINE docs, Messaging API reference, Flex Message. Errors carry JSON pointers relative to
`contents`, e.g. `/footer/contents/2` (seen in line-bot-sdk-go issue 657).
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from simulator.line.actions import Place, check_action
from simulator.line.checks import Checks, url_problem
from simulator.line.errors import Problem

BUBBLE_LIMIT_BYTES = 30 * 1024
CAROUSEL_LIMIT_BYTES = 50 * 1024
CAROUSEL_BUBBLES = 12
ANIMATED_IMAGES = 10
VIDEO_BUBBLE_SIZES = ("kilo", "mega", "giga")

Rule = Callable[[Any], str | None]
INVALID = "invalid property"

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
_PX = r"(\d+(\.\d+)?|\.\d+)px"
_RATIO = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
_STEPS = ("none", "xs", "sm", "md", "lg", "xl", "xxl")
_FONT_SIZES = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")


def _string(value: Any) -> str | None:
    return None if isinstance(value, str) else INVALID


def _non_empty(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "must be non-empty text"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else INVALID


def _whole(value: Any) -> str | None:
    return None if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else INVALID


def _url(value: Any) -> str | None:
    return url_problem(value) if isinstance(value, str) else INVALID


def _ratio(value: Any) -> str | None:
    match = _RATIO.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return INVALID
    width, height = float(match[1]), float(match[2])
    return None if 1 <= width <= 100_000 and 1 <= height <= 100_000 and height <= 3 * width else INVALID


def _pattern(pattern: str) -> Rule:
    regex = re.compile(pattern)
    return lambda value: None if isinstance(value, str) and regex.fullmatch(value) else INVALID


def _choice(*options: str) -> Rule:
    return lambda value: None if isinstance(value, str) and value in options else INVALID


def _size(*keywords: str, percent: bool = False) -> Rule:
    length = f"{_PX}|\\d+(\\.\\d+)?%" if percent else _PX
    return _pattern("|".join((*map(re.escape, keywords), length)))


_color = _pattern(_COLOR.pattern)
_margin = _size(*_STEPS)
_padding = _size(*_STEPS, percent=True)
_extent = _size(percent=True)
_font_size = _size(*_FONT_SIZES)
_PLACEMENT: dict[str, Rule] = {
    "position": _choice("relative", "absolute"),
    **dict.fromkeys(("offsetTop", "offsetBottom", "offsetStart", "offsetEnd"), _padding),
}
_TEXT_STYLE: dict[str, Rule] = {
    "size": _font_size,
    "color": _color,
    "weight": _choice("regular", "bold"),
    "style": _choice("normal", "italic"),
    "decoration": _choice("none", "underline", "line-through"),
}
_GRAVITY = _choice("top", "bottom", "center")
_ALIGN = _choice("start", "end", "center")

# Plain properties by component. Nested ones (contents, action, background, altContent) are checked in code.
_PROPERTIES: dict[str, dict[str, Rule]] = {
    "box": {
        "layout": _choice("horizontal", "vertical", "baseline"),
        "flex": _whole,
        "spacing": _margin,
        "margin": _margin,
        "backgroundColor": _color,
        "borderColor": _color,
        "borderWidth": _size("none", "light", "normal", "medium", "semi-bold", "bold"),
        "cornerRadius": _margin,
        **dict.fromkeys(("width", "maxWidth", "height", "maxHeight"), _extent),
        **{f"padding{side}": _padding for side in ("All", "Top", "Bottom", "Start", "End")},
        "justifyContent": _choice(
            "flex-start", "center", "flex-end", "space-between", "space-around", "space-evenly"
        ),
        "alignItems": _choice("flex-start", "center", "flex-end"),
        **_PLACEMENT,
    },
    "button": {
        "flex": _whole,
        "margin": _margin,
        "height": _choice("sm", "md"),
        "style": _choice("link", "primary", "secondary"),
        "color": _color,
        "gravity": _GRAVITY,
        "adjustMode": _choice("shrink-to-fit"),
        "scaling": _flag,
        **_PLACEMENT,
    },
    "image": {
        "url": _url,
        "flex": _whole,
        "margin": _margin,
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "size": _size(*_FONT_SIZES, "full", percent=True),
        "aspectRatio": _ratio,
        "aspectMode": _choice("cover", "fit"),
        "backgroundColor": _color,
        "animated": _flag,
        **_PLACEMENT,
    },
    "video": {"url": _url, "previewUrl": _url, "aspectRatio": _ratio},
    "icon": {
        "url": _url,
        "margin": _margin,
        "size": _font_size,
        "scaling": _flag,
        "aspectRatio": _ratio,
        **_PLACEMENT,
    },
    "text": {
        "text": _non_empty,
        "flex": _whole,
        "margin": _margin,
        "align": _ALIGN,
        "gravity": _GRAVITY,
        "wrap": _flag,
        "lineSpacing": _size(),
        "maxLines": _whole,
        "adjustMode": _choice("shrink-to-fit"),
        "scaling": _flag,
        **_TEXT_STYLE,
        **_PLACEMENT,
    },
    "span": {"text": _string, **_TEXT_STYLE},
    "separator": {"margin": _margin, "color": _color},
    "filler": {"flex": _whole},
}
_INNER = {
    "box": ("contents", "action", "background"),
    "button": ("action",),
    "image": ("action",),
    "video": ("action", "altContent"),
    "text": ("contents", "action"),
}
_MUST_HAVE = {
    "box": ("layout", "contents"),
    "button": ("action",),
    "image": ("url",),
    "video": ("url", "previewUrl", "altContent"),
    "icon": ("url",),
    "span": ("text",),
}
_GRADIENT: dict[str, Rule] = {
    "type": _choice("linearGradient"),
    "angle": _pattern(r"([0-9]|[1-9]\d|[12]\d\d|3[0-5]\d)(\.\d+)?deg"),
    "startColor": _color,
    "endColor": _color,
    "centerColor": _color,
    "centerPosition": _pattern(r"(100(\.0+)?|\d{1,2}(\.\d+)?)%"),
}
_BUBBLE: dict[str, Rule] = {
    "size": _choice("nano", "micro", "deca", "hecto", "kilo", "mega", "giga"),
    "direction": _choice("ltr", "rtl"),
}
_BLOCKS = {"header": ("box",), "hero": ("box", "image", "video"), "body": ("box",), "footer": ("box",)}
_BLOCK_STYLE: dict[str, Rule] = {"backgroundColor": _color, "separator": _flag, "separatorColor": _color}
_IN_BOX = ("box", "button", "image", "text", "separator", "filler")
_IN_BASELINE = ("icon", "text", "filler")


def flex_problems(contents: Any) -> list[Problem]:
    """Why LINE would refuse this container; empty when it would take it."""
    checks = Checks(pointer=True)
    owner = checks.object_at(contents, "/")
    kind = owner.get("type") if owner else None
    if owner and kind == "bubble":
        _check_bubble(checks, owner, "", in_carousel=False)
    elif owner and kind == "carousel":
        _check_carousel(checks, owner)
    elif owner is not None:
        checks.report("/type", INVALID)
    if owner is not None and _count_animated(owner) > ANIMATED_IMAGES:
        checks.report("/", f"animated images must be {ANIMATED_IMAGES} or fewer")
    return checks.problems


def _size_of(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _check_carousel(checks: Checks, carousel: dict[str, Any]) -> None:
    _check_names(checks, carousel, "", ("type", "contents"))
    if _size_of(carousel) > CAROUSEL_LIMIT_BYTES:
        checks.report("/", "carousel is too large")
    bubbles = checks.items(carousel, "contents", "", 1, CAROUSEL_BUBBLES)
    for path, bubble in bubbles:
        owner = checks.object_at(bubble, path)
        if owner is not None and owner.get("type") != "bubble":
            checks.report(path, INVALID)
        elif owner is not None:
            _check_bubble(checks, owner, path, in_carousel=True)
    sizes = {bubble.get("size") or "mega" for _, bubble in bubbles if isinstance(bubble, dict)}
    if len(sizes) > 1:
        checks.report("/contents", "bubbles in a carousel must have the same size")


def _check_bubble(checks: Checks, bubble: dict[str, Any], path: str, *, in_carousel: bool) -> None:
    _check_names(checks, bubble, path, ("type", "styles", "action", *_BUBBLE, *_BLOCKS))
    _check_values(checks, bubble, path, _BUBBLE)
    if _size_of(bubble) > BUBBLE_LIMIT_BYTES:
        checks.report(path or "/", "bubble is too large")
    present = [block for block in _BLOCKS if bubble.get(block) is not None]
    if not present:
        checks.report(path or "/", "at least one block must be specified")
    for block in present:
        _check_component(checks, bubble[block], f"{path}/{block}", _BLOCKS[block])
    hero = bubble.get("hero")
    if isinstance(hero, dict) and hero.get("type") == "video":
        if in_carousel:
            checks.report(f"{path}/hero", "video can't be used in a carousel")
        if (bubble.get("size") or "mega") not in VIDEO_BUBBLE_SIZES:
            checks.report(f"{path}/size", "must be kilo, mega or giga to use video")
    if bubble.get("action") is not None:
        check_action(checks, bubble["action"], f"{path}/action", Place.FLEX_AREA)
    if bubble.get("styles") is not None:
        _check_styles(checks, bubble["styles"], f"{path}/styles")


def _check_styles(checks: Checks, styles: Any, path: str) -> None:
    owner = checks.object_at(styles, path)
    if owner is None:
        return
    _check_names(checks, owner, path, tuple(_BLOCKS))
    for block in _BLOCKS:
        if owner.get(block) is None:
            continue
        style = checks.object_at(owner[block], f"{path}/{block}")
        if style is not None:
            _check_names(checks, style, f"{path}/{block}", tuple(_BLOCK_STYLE))
            _check_values(checks, style, f"{path}/{block}", _BLOCK_STYLE)


def _check_component(checks: Checks, component: Any, path: str, kinds: Iterable[str]) -> None:
    """One component and all below it."""
    kind = component.get("type") if isinstance(component, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        checks.report(path, INVALID)
        return
    rules = _PROPERTIES[kind]
    _check_names(checks, component, path, ("type", *rules, *_INNER.get(kind, ())))
    _check_values(checks, component, path, rules)
    for key in _MUST_HAVE.get(kind, ()):
        if component.get(key) is None:
            checks.report(f"{path}/{key}", "must be specified")
    _check_inner(checks, component, kind, path)


def _check_inner(checks: Checks, component: dict[str, Any], kind: str, path: str) -> None:
    action = component.get("action")
    if action is not None:
        place = Place.FLEX_BUTTON if kind in ("button", "video") else Place.FLEX_AREA
        check_action(checks, action, f"{path}/action", place)
        if kind == "video" and isinstance(action, dict) and action.get("type") != "uri":
            checks.report(f"{path}/action", "only a URI action can be used")
    if kind == "box":
        inside = _IN_BASELINE if component.get("layout") == "baseline" else _IN_BOX
        _check_children(checks, component, path, inside)
        if component.get("background") is not None:
            _check_background(checks, component["background"], f"{path}/background")
    elif kind == "text":
        if component.get("contents"):
            _check_children(checks, component, path, ("span",))
        elif component.get("text") is None:
            checks.report(f"{path}/text", "text or contents must be specified")
    elif kind == "video" and component.get("altContent") is not None:
        _check_component(checks, component["altContent"], f"{path}/altContent", ("box", "image"))


def _check_children(checks: Checks, component: dict[str, Any], path: str, kinds: Iterable[str]) -> None:
    children = component.get("contents")
    if children is None:
        return
    if not isinstance(children, list):
        checks.report(f"{path}/contents", INVALID)
        return
    for index, child in enumerate(children):
        _check_component(checks, child, f"{path}/contents/{index}", kinds)


def _check_background(checks: Checks, background: Any, path: str) -> None:
    owner = checks.object_at(background, path)
    if owner is None:
        return
    _check_names(checks, owner, path, tuple(_GRADIENT))
    _check_values(checks, owner, path, _GRADIENT)
    for key in ("type", "angle", "startColor", "endColor"):
        if owner.get(key) is None:
            checks.report(f"{path}/{key}", "must be specified")


def _check_names(checks: Checks, owner: dict[str, Any], path: str, names: Iterable[str]) -> None:
    for key in owner.keys() - set(names):
        checks.report(f"{path}/{key}", "unknown field")


def _check_values(checks: Checks, owner: dict[str, Any], path: str, rules: dict[str, Rule]) -> None:
    for key, rule in rules.items():
        if owner.get(key) is None:
            continue
        problem = rule(owner[key])
        if problem:
            checks.report(f"{path}/{key}", problem)


def _count_animated(value: Any) -> int:
    if isinstance(value, dict):
        return int(value.get("animated") is True) + sum(map(_count_animated, value.values()))
    return sum(map(_count_animated, value)) if isinstance(value, list) else 0
