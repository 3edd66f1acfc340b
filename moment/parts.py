"""A part of Moment as a process of its own runs it.

Importing this module imports all that any part needs, so that the server which forks the parts does so once.
"""

import uvicorn

import bot.conversation
import moment.app
import pipeline.answers
import pipeline.intake
import pipeline.runner
import pipeline.scheduler
from desk.stack import Part, ReconcilerPart, Web, Worker
from logs.logger import get_logger
from logs.start import start_logging
from moment.processes import reconcile, serve, work
from moment.resources import Resources, open_resources
from pipeline.providers.registry import Build
from settings import Settings

log = get_logger(__name__)

# What `Resources` would import at its first use, in every process anew.
IMPORTED_ONCE = (
    bot.conversation,
    moment.app,
    pipeline.answers,
    pipeline.intake,
    pipeline.runner,
    pipeline.scheduler,
    uvicorn,
)


def run_part(part: Part, settings: Settings, build: Build) -> None:
    """Until it is told to stop. An error that ends it is in the log."""
    start_logging(production=settings.env == "production")
    try:
        with open_resources(settings, build) as resources:
            _run(part, resources)
    except Exception as error:
        # multiprocessing would print it, with words that are not for the log.
        log.critical("process ends by an error", part=str(part), exc_info=error)
        raise SystemExit(1) from error


def _run(part: Part, resources: Resources) -> None:
    match part:
        case Web(port):
            serve(resources, "127.0.0.1", port)
        case Worker(queue):
            work(resources, queue)
        case ReconcilerPart():
            reconcile(resources)
