"""How long we say it takes: from our own last sessions, never a guess once there are any."""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil

LAST_SESSIONS = 50
QUANTILE = 0.8


def text_promise(durations: Sequence[timedelta], default: timedelta) -> timedelta:
    """The 80th percentile of the last sessions' waiting times, or the default before there are any."""
    if not durations:
        return default
    ordered = sorted(durations)
    return ordered[ceil(QUANTILE * len(ordered)) - 1]
