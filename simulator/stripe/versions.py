"""API versions, and the shapes that objects had before today's (docs.stripe.com/changelog)."""

import re
from typing import Any

NEWEST = "2026-10-28.endive"
# SDK: stripe/params/_webhook_endpoint_create_params.py lists every version. A named line starts on this day.
_LINES = {
    "acacia": "2024-09-30",
    "basil": "2025-03-31",
    "clover": "2025-09-30",
    "dahlia": "2026-03-25",
    "endive": "2026-09-30",
}
_STARTS = list(_LINES.values())
_BASIL = _LINES["basil"]


def is_version(version: str) -> bool:
    """Whether Stripe has had such a version: a day of a line, or a day before there were lines."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:\.([a-z]+))?", version)
    if found is None or not "2011-01-01" <= found[1] <= NEWEST[:10]:
        return False
    day, line = found[1], found[2]
    if line is None:
        return day < _STARTS[0]
    if line not in _LINES:
        return False
    later = [start for start in _STARTS if start > _LINES[line]]
    return day >= _LINES[line] and (not later or day < later[0])


def in_version(value: Any, version: str) -> Any:
    """A rendered object as `version` shapes it. Only what basil moved is moved back: a line that differs is enough."""
    if version[:10] >= _BASIL:
        return value
    if isinstance(value, list):
        return [in_version(entry, version) for entry in value]
    if not isinstance(value, dict):
        return value
    older = {name: in_version(entry, version) for name, entry in value.items()}
    move_back = _MOVES.get(str(value.get("object")))
    return move_back(older) if move_back else older


def _subscription(value: dict[str, Any]) -> dict[str, Any]:
    """docs.stripe.com/changelog/basil: deprecate-subscription-current-period-start-and-end."""
    items = value["items"]["data"]
    period = (
        {name: items[0].pop(name, None) for name in ("current_period_start", "current_period_end")}
        if items
        else {}
    )
    return value | period


def _invoice(value: dict[str, Any]) -> dict[str, Any]:
    """docs.stripe.com/changelog/basil: adds-new-parent-field-to-invoicing-objects, add-support-for-multiple-payments."""
    parent = value.pop("parent", None) or {}
    details = parent.get("subscription_details") or {}
    return value | {"subscription": details.get("subscription"), "paid": value["status"] == "paid"}


_MOVES = {"subscription": _subscription, "invoice": _invoice}
