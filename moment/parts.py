"""A part of Moment as a process of its own runs it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desk.stack import Part
    from moment.resources import Resources
    from pipeline.providers.registry import Build
    from settings import Settings

# What any part imports takes seconds: the server that forks them does it once, and whoever only names `run_part`
# not at all.
PRELOAD = (
    "desk.simulated_line",
    "simulator.line.server",
    "moment.processes",
    "moment.app",
    "bot.conversation",
    "pipeline.answers",
    "pipeline.intake",
    "pipeline.runner",
    "pipeline.scheduler",
    "services.plan.events",
    "uvicorn",
)


def run_part(part: "Part", settings: "Settings", build: "Build") -> None:
    """Until it is told to stop. An error that ends it is in the log."""
    from logs.logger import get_logger
    from logs.start import start_logging
    from moment.resources import open_resources

    start_logging(production=settings.env == "production")
    try:
        with open_resources(settings, build) as resources:
            serve_part(part, resources)
    except Exception as error:
        # multiprocessing would print it, with words that are not for the log.
        get_logger(__name__).critical("process ends by an error", part=str(part), exc_info=error)
        raise SystemExit(1) from error


def serve_part(part: "Part", resources: "Resources") -> None:
    """Until the process is told to stop."""
    from desk.stack import ReconcilerPart, Web, Worker
    from moment.processes import reconcile, serve, work

    match part:
        case Web(port):
            serve(resources, "127.0.0.1", port)
        case Worker(queue):
            work(resources, queue)
        case ReconcilerPart():
            reconcile(resources)
