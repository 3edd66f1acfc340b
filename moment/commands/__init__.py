"""What each command does. Every command's own imports wait until it runs, so that --help is at once."""

import argparse
import logging
from collections.abc import Callable, Mapping

from sqlalchemy.exc import OperationalError

from logs.start import start_logging
from moment.commands import benchmark, coaches, content, evaluation, menus, operation, process, show, stripe
from moment.commands.call import Call
from moment.errors import CommandFailed
from pipeline.providers.registry import Build
from settings import ConfigurationError

COMMANDS: Mapping[str, Callable[[Call], int]] = {
    "demo": show.demo,
    "up": show.up,
    "web": process.web,
    "worker": process.worker,
    "reconcile": process.reconcile,
    "migrate": content.migrate,
    "ingest": content.ingest,
    "seed": content.seed,
    "eval": evaluation.evaluate,
    "retry": operation.retry,
    "flags": operation.flags,
    "richmenu": menus.richmenu,
    "retention": operation.retention,
    "stripe": stripe.stripe,
    "coach": coaches.coach,
    "forget": operation.forget,
    "bench": benchmark.bench,
    "drill": benchmark.drill,
}
SERVES = ("up", "web", "worker", "reconcile")  # their log tells of their work too, and not of trouble alone


def run(options: argparse.Namespace, build: Build) -> int:
    """The exit code. `build` makes the providers of every process. Raises MomentError."""
    from moment.doctor.configuration import read_settings

    if options.command == "doctor":  # a setting that cannot be read is part of its report
        from moment.doctor.run import run_doctor

        return run_doctor(json=options.json, fix=options.fix, build=build)
    settings, problems = read_settings()
    if settings is None:
        raise ConfigurationError("; ".join(check.detail for check in problems))
    level = logging.INFO if options.command in SERVES else logging.WARNING
    start_logging(production=settings.env == "production", level=level)
    try:
        return COMMANDS[options.command](Call(options, settings, build))
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise CommandFailed(f"DATABASE_URL: the database does not answer: {reason}") from error
