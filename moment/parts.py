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
from desk.console import start_logging
from desk.stack import Part, ReconcilerPart, Web, Worker
from moment.processes import reconcile, serve, work
from moment.resources import open_resources
from pipeline.providers.registry import Build
from settings import Settings

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
    """Until it is told to stop."""
    start_logging()
    with open_resources(settings, build) as resources:
        match part:
            case Web(port):
                serve(resources, "127.0.0.1", port)
            case Worker(queue):
                work(resources, queue)
            case ReconcilerPart():
                reconcile(resources)
