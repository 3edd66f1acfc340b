"""Measuring against a reference in the same run."""

import shutil
import signal
from functools import partial

from moment.commands.call import Call


def bench(call: Call) -> int:
    from benchmarks import fixed_latency
    from benchmarks.bench import Bench
    from benchmarks.runner import run_benchmark
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
            bench = Bench(settings, partial(run_part, build=fixed_latency.build))
            return run_benchmark(call.options.name, bench, as_json=call.options.json)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
