"""Measuring: against a reference in the same run, and under faults."""

import shutil
import signal
from functools import partial

from moment.commands.call import Call


def bench(call: Call) -> int:
    from benchmarks import fixed_latency
    from benchmarks.bench import Bench
    from benchmarks.runner import providers_of, run_benchmark
    from desk.embedded import embedded_servers, scratch_folder
    from moment.knowledge import prepare_database
    from moment.parts import run_part
    from settings import Settings

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that whoever ends us ends our children
    folder = scratch_folder()
    try:
        # Servers of its own whatever the environment names: a benchmark's learners belong in no real database.
        with embedded_servers(folder, database=True, broker=True) as urls:
            settings = Settings.without_environment(**urls, data_dir=folder)
            prepare_database(settings, fixed_latency.build)
            bench = Bench(settings, run_part, providers_of(call.options.name))
            return run_benchmark(call.options.name, bench, as_json=call.options.json)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def drill(call: Call) -> int:
    """0 when nothing was lost or doubled."""
    from rich.console import Console

    from benchmarks import fixed_latency
    from desk.embedded import scratch_folder
    from drills.ground import Moment
    from drills.run import run_drills, table
    from moment.knowledge import prepare_database
    from moment.parts import run_part

    build = fixed_latency.build  # providers that take the time of real ones
    moment = Moment(partial(prepare_database, build=build), partial(run_part, build=build))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = scratch_folder()
    try:
        results = run_drills(moment, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    Console().print(table(results))
    return 0 if all(result.is_clean for result in results) else 1
