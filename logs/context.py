"""The ids that a unit of work carries: every line it logs has them, and so has the work that it wakes."""

from structlog.contextvars import get_contextvars

# What goes along from the process that enqueues a job to the worker that runs it. All other ids are rows' own.
CARRIED = ("request_id", "event_id")


def carried_ids() -> dict[str, int | str]:
    """Those that are bound now."""
    bound = get_contextvars()
    return {name: bound[name] for name in CARRIED if name in bound}
