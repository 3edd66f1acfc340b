"""What LINE takes, in LINE's own units (LINE docs: Message objects, Action objects). Texts in UTF-16 code units."""

MAX_TEXT = 5_000
MAX_ALT_TEXT = 1_500
MAX_LABEL = 20
MAX_SENDER_NAME = 20
MAX_DATA = 300
MAX_URI = 1_000  # of an action
MAX_QUICK_REPLIES = 13
MAX_OBJECTS = 5  # of one reply or push
MAX_CAROUSEL = 12  # bubbles


def units(text: str) -> int:
    """The length as LINE counts it."""
    return len(text.encode("utf-16-le")) // 2


def fit(text: str, limit: int) -> str:
    """At most `limit` UTF-16 code units, cut between characters with an ellipsis."""
    if units(text) <= limit:
        return text
    return text.encode("utf-16-le")[: (limit - 1) * 2].decode("utf-16-le", errors="ignore") + "…"
