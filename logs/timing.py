"""How long a unit of work took."""

import time


def milliseconds_since(start: float) -> int:
    """`start` is a reading of time.monotonic()."""
    return round((time.monotonic() - start) * 1000)
