"""What outlives a restart: all objects and the clock, in one file of JSON."""

import json
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from simulator.stripe.objects.base import StripeObject
from simulator.stripe.objects.billing import Invoice, Line, Subscription, SubscriptionItem
from simulator.stripe.state import Stripe
from simulator.stripe.store import KIND_OF, Store

FILE = "stripe.json"


def save(stripe: Stripe, folder: Path) -> None:
    """Whole or not at all: a process that is killed in between leaves the file of before."""
    body = {
        "offset_ms": stripe.clock.offset_ms,
        "objects": [_dump(entry) for entry in stripe.store.everything()],
    }
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{FILE}.new"
    fresh.write_text(json.dumps(body, ensure_ascii=False))
    fresh.replace(folder / FILE)


def load(stripe: Stripe, folder: Path) -> bool:
    """Whether there was anything."""
    file = folder / FILE
    if not file.exists():
        return False
    body = json.loads(file.read_text())
    stripe.clock.offset_ms = body["offset_ms"]
    for facts in body["objects"]:
        entry = KIND_OF[facts["object"]].model_validate(facts)
        _join(stripe.store, entry)
        stripe.store.add(entry)
    return True


def _dump(entry: StripeObject) -> dict[str, Any]:
    """With what no answer shows."""
    hidden = {name: getattr(entry, name) for name, facts in type(entry).model_fields.items() if facts.exclude}
    return {**entry.model_dump(mode="json"), **to_jsonable_python(hidden)}


def _join(store: Store, entry: StripeObject) -> None:
    """A subscription shares its items with the store, which has them already: they were made first."""
    if isinstance(entry, Subscription):
        entry.items.data = [store.find(SubscriptionItem, item["id"]) for item in entry.items.data]
    elif isinstance(entry, Invoice):
        entry.lines.data = [Line.model_validate(line) for line in entry.lines.data]
