"""What each command does."""

import argparse
from collections.abc import Callable, Mapping

from moment.console import say, start_logging


class UsageError(Exception):
    """The options can't be met; the message says which and why."""


class CommandFailed(Exception):
    """The command could not do what it was asked; the message says why and what to do."""


def run(options: argparse.Namespace) -> int:
    from sqlalchemy.exc import OperationalError

    from moment.doctor.configuration import read
    from moment.embedded import EmbeddedPartFailed, EmbeddedPartMissing
    from settings import ConfigurationError

    if options.command == "doctor":  # a setting that cannot be read is part of its report
        return _doctor(options)
    named, unreadable = read()
    if named is None:
        raise ConfigurationError("; ".join(check.detail for check in unreadable))
    try:
        return COMMANDS[options.command](options)
    except (EmbeddedPartMissing, EmbeddedPartFailed) as error:
        raise CommandFailed(str(error)) from error
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise CommandFailed(f"DATABASE_URL: the database does not answer: {reason}") from error


def _demo(options: argparse.Namespace) -> int:
    import signal

    from moment.demo import run_demo

    # Told to stop, it cleans up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return run_demo(
        options.dish, options.video, options.memo, options.out, google_doubles=options.google_doubles
    )


def _up(options: argparse.Namespace) -> int:
    from moment.desk import stay_up

    start_logging()
    stay_up(options.port, options.desk_port)
    return 0


def _web(options: argparse.Namespace) -> int:
    from moment import processes
    from moment.environment import resolved

    start_logging()
    with resolved(announce=_alone()):
        _migrate_in_development()
        processes.serve(options.host, options.port)
    return 0


def _worker(options: argparse.Namespace) -> int:
    from moment import processes
    from moment.environment import resolved

    start_logging()
    with resolved(announce=_alone()):
        if options.queue:
            processes.work(options.queue)
        else:
            _migrate_in_development()
            processes.work_all()
    return 0


def _reconcile(options: argparse.Namespace) -> int:
    from moment import processes
    from moment.environment import resolved

    start_logging()
    with resolved(announce=_alone()):
        _migrate_in_development()
        processes.reconcile()
    return 0


def _alone() -> bool:
    import os

    from moment.supervisor import SUPERVISED

    return os.environ.get(SUPERVISED) != "1"


def _migrate_in_development() -> None:
    """In development the schema follows by itself; in production `moment migrate` is a step of its own."""
    from moment.knowledge import migrate
    from settings import settings

    if _alone() and settings().moment_env == "development":
        migrate()


def _migrate(options: argparse.Namespace) -> int:
    from moment.environment import resolved
    from moment.knowledge import migrate

    with resolved(announce=False):
        migrate()
    say("the schema is up to date")
    return 0


def _ingest(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from knowledge_base.catalogue import ContentError
    from moment.environment import resolved
    from moment.knowledge import ingest_all, migrate

    with resolved(announce=False), Progress(console=Console(stderr=True)) as progress:
        migrate()
        task = progress.add_task("embedding", total=None)
        try:
            done = ingest_all(lambda embedded, total: progress.update(task, completed=embedded, total=total))
        except ContentError as error:
            raise CommandFailed(f"{error}; the database is as it was") from error
    say(
        f"{done.dishes} dishes, {done.principles} principles ({done.embedded} embedded, {done.dropped} dropped)"
    )
    return 0


def _seed(options: argparse.Namespace) -> int:
    from knowledge_base.catalogue import ContentError
    from moment.environment import resolved
    from moment.knowledge import migrate, seed_dishes

    with resolved(announce=False):
        migrate()
        try:
            dishes = seed_dishes()
        except ContentError as error:
            raise CommandFailed(f"{error}; the database is as it was") from error
    say(f"{dishes} dishes")
    return 0


def _eval(options: argparse.Namespace) -> int:
    return EVALUATIONS[options.name](options)


def _eval_retrieval(options: argparse.Namespace) -> int:
    from moment.environment import resolved
    from moment.eval.retrieval import OWN_QUERIES, WrongQueries, evaluate_retrieval, read_queries
    from moment.knowledge import ingest_all, migrate
    from pipeline.providers.loading import providers

    try:
        queries = read_queries(options.queries or OWN_QUERIES)
    except WrongQueries as error:
        raise UsageError(str(error)) from error
    with resolved(announce=False):
        migrate()
        ingest_all()
        evaluate_retrieval(providers().embedder, queries, as_json=options.json)
    return 0


def _eval_coaching(options: argparse.Namespace) -> int:
    from footage.draw import DrawingFailed
    from moment.eval.coaching import Asked
    from moment.eval.command import run_evaluation
    from moment.eval.compare import WrongComparison
    from moment.eval.golden import OWN_SET, WrongSet

    asked = Asked(
        golden_set=options.set or OWN_SET,
        provider=options.provider,
        runs=options.n,
        probes=options.probes,
        jobs=options.jobs,
        drawn=options.clips,
    )
    try:
        run_evaluation(asked, out=options.out, compare_with=options.compare, as_json=options.json)
    except (WrongSet, WrongComparison) as error:
        raise UsageError(str(error)) from error
    except (DrawingFailed, OSError) as error:
        raise CommandFailed(str(error)) from error
    return 0


EVALUATIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "retrieval": _eval_retrieval,
    "coaching": _eval_coaching,
}


def _doctor(options: argparse.Namespace) -> int:
    from moment.doctor.run import run_doctor

    return run_doctor(json=options.json)


def _retry(options: argparse.Namespace) -> int:
    from bot.redelivery import redeliver
    from moment.environment import resolved
    from pipeline.advance import retry

    with resolved(announce=False):
        try:
            stages = retry(options.session)
        except LookupError as error:
            raise CommandFailed(str(error)) from error
        messages = redeliver(options.session)
    say(f"session {options.session}: {', '.join(stages) or 'no stage'} and {messages} message(s) tried again")
    return 0


def _bench(options: argparse.Namespace) -> int:
    import shutil
    import signal

    from benchmarks.environment import BenchmarkFailed, named
    from benchmarks.runner import run_benchmark
    from moment.desk import scratch_folder
    from moment.embedded import embedded_servers
    from moment.knowledge import migrate

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that whoever ends us ends our children
    folder = scratch_folder()
    try:
        # Servers of its own whatever the environment names: a benchmark's learners belong in no real database.
        with (
            embedded_servers(folder, database=True, broker=True) as servers,
            named(**servers, DATA_DIR=str(folder), MOMENT_ENV="development"),
        ):
            migrate()
            return run_benchmark(options.name, as_json=options.json)
    except BenchmarkFailed as error:
        raise CommandFailed(str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "demo": _demo,
    "up": _up,
    "web": _web,
    "worker": _worker,
    "reconcile": _reconcile,
    "migrate": _migrate,
    "ingest": _ingest,
    "seed": _seed,
    "eval": _eval,
    "doctor": _doctor,
    "retry": _retry,
    "bench": _bench,
}
