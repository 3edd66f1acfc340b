"""Template and imagemap messages (LINE docs: Template messages, Imagemap message)."""

from collections.abc import Callable
from typing import Any

from simulator.line.actions import Place, check_action
from simulator.line.checks import URL_LIMIT, Checks, graphemes
from simulator.line.errors import Problem

TITLE_LIMIT = 40
CAROUSEL_COLUMNS = 10
IMAGEMAP_ACTIONS = 50
IMAGEMAP_WIDTH = 1040


def check_template(checks: Checks, message: dict[str, Any], path: str) -> None:
    """What LINE reports at the level of the request: that there is a template of a known type."""
    owner = checks.object_at(message.get("template"), checks.at(path, "template"))
    if owner is not None:
        checks.one_of(owner, "type", checks.at(path, "template"), tuple(_TEMPLATES))


def template_problems(template: dict[str, Any]) -> list[Problem]:
    """What is wrong inside a template of a known type."""
    checks = Checks()
    _TEMPLATES[template["type"]](checks, template, "template")
    return checks.problems


def _card(
    checks: Checks, card: dict[str, Any], path: str, text_limits: tuple[int, int], actions: int
) -> None:
    """Buttons and carousel columns are alike: the text may be longer where there is neither title nor image."""
    checks.url(card, "thumbnailImageUrl", path, optional=True)
    checks.text(card, "title", path, TITLE_LIMIT, optional=True, measure=graphemes)
    plain = card.get("title") is None and card.get("thumbnailImageUrl") is None
    checks.text(card, "text", path, text_limits[0] if plain else text_limits[1], measure=graphemes)
    if card.get("defaultAction") is not None:
        # Its label isn't shown, so LINE asks for none.
        check_action(checks, card["defaultAction"], checks.at(path, "defaultAction"), Place.FLEX_AREA)
    for where, action in checks.items(card, "actions", path, 1, actions):
        check_action(checks, action, where, Place.TEMPLATE)


def _buttons(checks: Checks, template: dict[str, Any], path: str) -> None:
    checks.one_of(template, "imageAspectRatio", path, ("rectangle", "square"), optional=True)
    checks.one_of(template, "imageSize", path, ("cover", "contain"), optional=True)
    _card(checks, template, path, (160, 60), 4)


def _confirm(checks: Checks, template: dict[str, Any], path: str) -> None:
    checks.text(template, "text", path, 240, measure=graphemes)
    for where, action in checks.items(template, "actions", path, 2, 2):
        check_action(checks, action, where, Place.TEMPLATE)


def _carousel(checks: Checks, template: dict[str, Any], path: str) -> None:
    checks.one_of(template, "imageAspectRatio", path, ("rectangle", "square"), optional=True)
    checks.one_of(template, "imageSize", path, ("cover", "contain"), optional=True)
    columns = checks.items(template, "columns", path, 1, CAROUSEL_COLUMNS)
    for where, column in columns:
        owner = checks.object_at(column, where)
        if owner is not None:
            _card(checks, owner, where, (120, 60), 3)
    # Every column must be built alike (LINE docs: Column object for carousel; line-bot-sdk-python issue 38).
    shapes = {
        (len(c.get("actions") or ()), c.get("title") is None, c.get("thumbnailImageUrl") is None)
        for _, c in columns
        if isinstance(c, dict) and isinstance(c.get("actions") or [], list)
    }
    if len(shapes) > 1:
        checks.report(checks.at(path, "columns"), "columns must have the same actions, titles and images")


def _image_carousel(checks: Checks, template: dict[str, Any], path: str) -> None:
    for where, column in checks.items(template, "columns", path, 1, CAROUSEL_COLUMNS):
        owner = checks.object_at(column, where)
        if owner is not None:
            checks.url(owner, "imageUrl", where)
            check_action(checks, owner.get("action"), checks.at(where, "action"), Place.IMAGE_CAROUSEL)


_TEMPLATES: dict[str, Callable[[Checks, dict[str, Any], str], None]] = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}


def check_imagemap(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.url(message, "baseUrl", path, limit=URL_LIMIT)
    size_path = checks.at(path, "baseSize")
    size = checks.object_at(message.get("baseSize"), size_path)
    if size is not None:
        checks.number(size, "width", size_path, IMAGEMAP_WIDTH, IMAGEMAP_WIDTH)
        checks.number(size, "height", size_path, 1)
    for where, action in checks.items(message, "actions", path, 0, IMAGEMAP_ACTIONS):
        owner = checks.object_at(action, where)
        if owner is not None:
            _imagemap_action(checks, owner, where)
    if message.get("video") is not None:
        _imagemap_video(checks, message["video"], checks.at(path, "video"))


def _imagemap_action(checks: Checks, action: dict[str, Any], path: str) -> None:
    kind = checks.one_of(action, "type", path, ("uri", "message", "clipboard"))
    if kind == "uri":
        checks.url(action, "linkUri", path, schemes=("https", "http", "line", "tel"), limit=1000)
    elif kind == "message":
        checks.text(action, "text", path, 400, measure=graphemes)
    elif kind == "clipboard":
        checks.text(action, "clipboardText", path, 1000)
    _area(checks, action, path)


def _area(checks: Checks, owner: dict[str, Any], path: str) -> None:
    where = checks.at(path, "area")
    area = checks.object_at(owner.get("area"), where)
    if area is not None:
        for key in ("x", "y", "width", "height"):
            checks.number(area, key, where, 0)


def _imagemap_video(checks: Checks, video: Any, path: str) -> None:
    owner = checks.object_at(video, path)
    if owner is None:
        return
    checks.url(owner, "originalContentUrl", path)
    checks.url(owner, "previewImageUrl", path)
    _area(checks, owner, path)
    if owner.get("externalLink") is not None:
        where = checks.at(path, "externalLink")
        link = checks.object_at(owner["externalLink"], where)
        if link is not None:
            checks.url(link, "linkUri", where, limit=1000)
            checks.text(link, "label", where, 30, measure=graphemes)
