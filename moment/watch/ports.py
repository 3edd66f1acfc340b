"""Where each process answers: at a place of its own, so that one setting serves all of a machine."""

from jobs.queue import Queue
from settings import Settings

WEB, RECONCILER = "web", "reconciler"
PLACES: tuple[str, ...] = (WEB, RECONCILER, *Queue)


def port_of(settings: Settings, place: str) -> int:
    """`watch_port` is the first place's; 0, any free one, where it is not set."""
    if settings.watch_port is None:
        return 0
    return settings.watch_port + PLACES.index(place)
