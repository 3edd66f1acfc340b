"""Ids and tokens of the shapes LINE uses, so that nothing fits the desk and breaks on the platform."""

import re
import secrets
import time

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEX = re.compile(r"[0-9a-f]{32}")
_USER_ID = re.compile(r"U[0-9a-f]{32}")
_GROUP_LETTERS = {"group": "C", "room": "R"}
_last_message_id = int(time.time() * 1000) * 100_000


def user_id() -> str:
    return "U" + secrets.token_hex(16)


def is_user_id(value: object) -> bool:
    return isinstance(value, str) and _USER_ID.fullmatch(value) is not None


def group_id(kind: str) -> str:
    """With the first letter that LINE's examples show: C for a group chat, R for a room (LINE docs: Source group chat)."""
    return _GROUP_LETTERS[kind] + secrets.token_hex(16)


def is_group_id(value: object, kind: str) -> bool:
    return isinstance(value, str) and value[:1] == _GROUP_LETTERS[kind] and bool(_HEX.fullmatch(value[1:]))


def message_id() -> str:
    """Numeric and rising, as LINE's are."""
    global _last_message_id
    _last_message_id += 1 + secrets.randbelow(1000)
    return str(_last_message_id)


def webhook_event_id(at_ms: int) -> str:
    """A ULID (LINE docs: Common properties of webhook events)."""
    number = (at_ms << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -5, -5))


def reply_token() -> str:
    return secrets.token_hex(16)


def opaque_token() -> str:
    """For quote tokens, mark-as-read tokens and access tokens, whose form LINE leaves open."""
    return secrets.token_urlsafe(48)


def rich_menu_id() -> str:
    return "richmenu-" + secrets.token_hex(16)
