"""The id that a coaching video carries, and by which LINE says that it was watched to its end."""

import re

_PREFIX = "session-"
_TRACKING_ID = re.compile(rf"{_PREFIX}(\d{{1,9}})", re.ASCII)  # no more digits than an id has


def tracking_id(session_id: int) -> str:
    """Comes back with videoPlayComplete; LINE allows no underscore or slash in it."""
    return f"{_PREFIX}{session_id}"


def session_id_of(tracking_id: str | None) -> int | None:
    """None for an id that is none of ours."""
    match = _TRACKING_ID.fullmatch(tracking_id or "")
    return int(match[1]) if match else None
