"""Action objects: what a tap does, and where each kind may stand (LINE docs: Action objects)."""

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from simulator.line.checks import Checks, graphemes

URI_SCHEMES = ("https", "http", "line", "tel")
URI_LIMIT = 1000
DATA_LIMIT = 300
TEXT_LIMIT = 300
ALIAS = re.compile(r"[a-z0-9_-]{1,32}")
_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
PICKER_FORMATS = {
    "date": re.compile(_DATE),
    "time": re.compile(_TIME),
    "datetime": re.compile(f"{_DATE}[Tt]{_TIME}"),
}


class Place(Enum):
    """Where an action stands."""

    QUICK_REPLY = auto()
    FLEX_BUTTON = auto()
    FLEX_AREA = auto()
    TEMPLATE = auto()
    IMAGE_CAROUSEL = auto()
    RICH_MENU = auto()


LABEL_LIMITS = {
    Place.QUICK_REPLY: 20,
    Place.FLEX_BUTTON: 40,
    Place.FLEX_AREA: 40,
    Place.TEMPLATE: 20,
    Place.IMAGE_CAROUSEL: 12,
    Place.RICH_MENU: 20,
}
PLACES_WITH_LABEL = frozenset({Place.QUICK_REPLY, Place.FLEX_BUTTON, Place.TEMPLATE})
_EVERYWHERE = frozenset({"postback", "message", "uri", "datetimepicker", "clipboard"})
_KINDS = {
    Place.QUICK_REPLY: _EVERYWHERE | {"camera", "cameraRoll", "location"},
    Place.RICH_MENU: _EVERYWHERE | {"richmenuswitch"},
}


def check_action(checks: Checks, action: Any, path: str, place: Place) -> None:
    """Reports every way in which LINE would refuse this action at this place."""
    owner = checks.object_at(action, path)
    if owner is None:
        return
    kind = checks.one_of(owner, "type", path, sorted(_KINDS.get(place, _EVERYWHERE)))
    checks.text(
        owner, "label", path, LABEL_LIMITS[place], optional=place not in PLACES_WITH_LABEL, measure=graphemes
    )
    if kind is not None and kind in _CHECKS:
        _CHECKS[kind](checks, owner, path)


def _postback(checks: Checks, action: dict[str, Any], path: str) -> None:
    checks.text(action, "data", path, DATA_LIMIT)
    checks.text(action, "displayText", path, TEXT_LIMIT, optional=True, measure=graphemes)
    checks.text(action, "text", path, TEXT_LIMIT, optional=True, measure=graphemes)
    if action.get("displayText") is not None and action.get("text") is not None:
        checks.report(checks.at(path, "text"), "displayText and text can't be specified together")
    checks.one_of(
        action,
        "inputOption",
        path,
        ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"),
        optional=True,
    )
    checks.text(action, "fillInText", path, TEXT_LIMIT, optional=True, measure=graphemes)
    if action.get("fillInText") is not None and action.get("inputOption") != "openKeyboard":
        checks.report(checks.at(path, "fillInText"), "valid only when inputOption is openKeyboard")


def _message(checks: Checks, action: dict[str, Any], path: str) -> None:
    checks.text(action, "text", path, TEXT_LIMIT, measure=graphemes)


def _uri(checks: Checks, action: dict[str, Any], path: str) -> None:
    checks.url(action, "uri", path, schemes=URI_SCHEMES, limit=URI_LIMIT)
    desktop = action.get("altUri")
    if desktop is not None:
        owner = checks.object_at(desktop, checks.at(path, "altUri"))
        if owner is not None:
            checks.url(owner, "desktop", checks.at(path, "altUri"), schemes=URI_SCHEMES, limit=URI_LIMIT)


def _datetimepicker(checks: Checks, action: dict[str, Any], path: str) -> None:
    checks.text(action, "data", path, DATA_LIMIT)
    mode = checks.one_of(action, "mode", path, tuple(PICKER_FORMATS))
    for key in ("initial", "max", "min"):
        if checks.text(action, key, path, optional=True) and mode:
            checks.matches(action, key, path, PICKER_FORMATS[mode])
    low, high = action.get("min"), action.get("max")
    if isinstance(low, str) and isinstance(high, str) and low >= high:
        checks.report(checks.at(path, "max"), "must be later than min")


def _clipboard(checks: Checks, action: dict[str, Any], path: str) -> None:
    checks.text(action, "clipboardText", path, 1000)


def _richmenuswitch(checks: Checks, action: dict[str, Any], path: str) -> None:
    checks.text(action, "richMenuAliasId", path, 32)
    checks.matches(action, "richMenuAliasId", path, ALIAS)
    checks.text(action, "data", path, DATA_LIMIT)


_CHECKS: dict[str, Callable[[Checks, dict[str, Any], str], None]] = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _datetimepicker,
    "clipboard": _clipboard,
    "richmenuswitch": _richmenuswitch,
}
