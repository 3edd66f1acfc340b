"""Message objects, refused where LINE would refuse them (LINE docs: Messaging API reference, Message objects).

LINE looks at the structure only: media behind the URLs are never fetched, so a dead link still "sends".
A property that the reference doesn't name passes here: whether LINE ignores or refuses one, it doesn't say. It has
an error for an "invalid property", but all its examples are of known properties with a wrong value.
"""

import re
from collections.abc import Callable
from typing import Any

from simulator.line.actions import Place, check_action
from simulator.line.checks import Checks
from simulator.line.errors import LineError, body_error
from simulator.line.flex import flex_problems
from simulator.line.mentions import MENTION_LIMIT, check_mention
from simulator.line.templates import check_imagemap, check_template, template_problems

MESSAGES_PER_REQUEST = 5
TEXT_LIMIT = 5000
ALT_TEXT_LIMIT = 1500
EMOJI_LIMIT = 20
SUBSTITUTION_LIMIT = 100
QUICK_REPLY_ITEMS = 13
SENDER_NAME_LIMIT = 20
_TRACKING_ID = re.compile(r"[a-zA-Z0-9\-.=,+*()%$&;:@{}!?<>\[\]]{1,100}")
_SUBSTITUTION_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([0-9A-Za-z_]{1,20})\}|[{}]")
_DIGITS = re.compile(r"\d+")


def check_messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The request's messages. Raises LineError 400 that names every problem found."""
    checks = Checks()
    entries = checks.items(body, "messages", "", 1, MESSAGES_PER_REQUEST)
    for path, message in entries:
        owner = checks.object_at(message, path)
        if owner is not None:
            _check_message(checks, owner, path)
    if checks.problems:
        raise body_error(checks.problems)
    for index, (_, message) in enumerate(entries):
        problems = _inner_problems(message)
        if problems:
            raise LineError(400, f"A message (messages[{index}]) in the request body is invalid", problems)
    return [message for _, message in entries]


def _inner_problems(message: dict[str, Any]) -> list[Any]:
    if message["type"] == "flex":
        return flex_problems(message["contents"])
    if message["type"] == "template":
        return template_problems(message["template"])
    return []


def _check_message(checks: Checks, message: dict[str, Any], path: str) -> None:
    kind = checks.one_of(message, "type", path, tuple(_CHECKS))
    if kind is None:
        return
    _CHECKS[kind](checks, message, path)
    if message.get("quoteToken") is not None:
        if kind in ("text", "textV2", "sticker"):
            checks.text(message, "quoteToken", path)
        else:
            checks.report(checks.at(path, "quoteToken"), "invalid property")
    _check_quick_reply(checks, message, path)
    _check_sender(checks, message, path)


def _check_quick_reply(checks: Checks, message: dict[str, Any], path: str) -> None:
    if message.get("quickReply") is None:
        return
    where = checks.at(path, "quickReply")
    owner = checks.object_at(message["quickReply"], where)
    if owner is None:
        return
    for item_path, item in checks.items(owner, "items", where, 1, QUICK_REPLY_ITEMS):
        button = checks.object_at(item, item_path)
        if button is None:
            continue
        checks.one_of(button, "type", item_path, ("action",))
        checks.url(button, "imageUrl", item_path, optional=True)
        check_action(checks, button.get("action"), checks.at(item_path, "action"), Place.QUICK_REPLY)


def _check_sender(checks: Checks, message: dict[str, Any], path: str) -> None:
    if message.get("sender") is None:
        return
    where = checks.at(path, "sender")
    owner = checks.object_at(message["sender"], where)
    if owner is None:
        return
    name = checks.text(owner, "name", where, SENDER_NAME_LIMIT, optional=True)
    if name and "LINE" in name.split():
        checks.report(checks.at(where, "name"), "can't use a reserved word")
    checks.url(owner, "iconUrl", where, optional=True)


def _text(checks: Checks, message: dict[str, Any], path: str) -> None:
    text = checks.text(message, "text", path, TEXT_LIMIT)
    units = (text or "").encode("utf-16-le", "surrogatepass")
    for where, emoji in checks.items(message, "emojis", path, 0, EMOJI_LIMIT, optional=True):
        owner = checks.object_at(emoji, where)
        if owner is None:
            continue
        checks.number(owner, "index", where, 0)
        checks.text(owner, "productId", where)
        checks.text(owner, "emojiId", where)
        index = owner.get("index")
        if isinstance(index, int) and units[2 * index : 2 * index + 2] != "$".encode("utf-16-le"):
            checks.report(checks.at(where, "index"), "must be the position of a $ in the text")


def _text_v2(checks: Checks, message: dict[str, Any], path: str) -> None:
    text = checks.text(message, "text", path, TEXT_LIMIT) or ""
    substitution = message.get("substitution")
    keys: set[str] = set()
    if substitution is not None:
        owner = checks.object_at(substitution, checks.at(path, "substitution"))
        keys = set(owner or {})
        _check_substitution(checks, owner or {}, checks.at(path, "substitution"))
    for match in _PLACEHOLDER.finditer(text):
        if match[0] in ("{", "}"):
            checks.report(checks.at(path, "text"), "unescaped brace")
            return
        if match[1] and match[1] not in keys:
            checks.report(checks.at(path, "text"), f"no substitution for {match[1]}")


def _check_substitution(checks: Checks, substitution: dict[str, Any], path: str) -> None:
    if len(substitution) > SUBSTITUTION_LIMIT:
        checks.report(path, f"Size must be between 0 and {SUBSTITUTION_LIMIT}")
    for key, value in substitution.items():
        where = checks.at(path, key)
        if not _SUBSTITUTION_KEY.fullmatch(key):
            checks.report(where, "invalid key")
        owner = checks.object_at(value, where)
        kind = checks.one_of(owner, "type", where, ("mention", "emoji")) if owner else None
        if kind == "emoji" and owner:
            checks.text(owner, "productId", where)
            checks.text(owner, "emojiId", where)
        elif kind == "mention" and owner:
            check_mention(checks, owner, where)
    kinds = [value.get("type") for value in substitution.values() if isinstance(value, dict)]
    for kind, limit in (("emoji", EMOJI_LIMIT), ("mention", MENTION_LIMIT)):
        if kinds.count(kind) > limit:
            checks.report(path, f"{kind}s must be {limit} or fewer")


def _sticker(checks: Checks, message: dict[str, Any], path: str) -> None:
    for key in ("packageId", "stickerId"):
        checks.text(message, key, path)
        checks.matches(message, key, path, _DIGITS)


def _image(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.url(message, "originalContentUrl", path)
    checks.url(message, "previewImageUrl", path)


def _video(checks: Checks, message: dict[str, Any], path: str) -> None:
    _image(checks, message, path)
    if checks.text(message, "trackingId", path, 100, optional=True):
        checks.matches(message, "trackingId", path, _TRACKING_ID)


def _audio(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.url(message, "originalContentUrl", path)
    checks.number(message, "duration", path, 1)


def _location(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.text(message, "title", path, 100)
    checks.text(message, "address", path, 100)
    checks.number(message, "latitude", path, -90, 90, whole=False)
    checks.number(message, "longitude", path, -180, 180, whole=False)


def _flex(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.text(message, "altText", path, ALT_TEXT_LIMIT)
    if message.get("contents") is None:
        checks.report(checks.at(path, "contents"), "must be specified")


def _template(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.text(message, "altText", path, ALT_TEXT_LIMIT)
    check_template(checks, message, path)


def _imagemap(checks: Checks, message: dict[str, Any], path: str) -> None:
    checks.text(message, "altText", path, ALT_TEXT_LIMIT)
    check_imagemap(checks, message, path)


_CHECKS: dict[str, Callable[[Checks, dict[str, Any], str], None]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "imagemap": _imagemap,
    "template": _template,
    "flex": _flex,
}
