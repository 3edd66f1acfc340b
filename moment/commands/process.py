"""The processes production runs."""

from typing import TYPE_CHECKING

from moment.commands.call import Call

if TYPE_CHECKING:
    from models.database import Database
    from settings import Settings


def web(call: Call) -> int:
    from moment.processes import serve

    _start(call)
    call.settings.refuse_host(call.options.host)
    with call.resources() as resources:
        _migrate_in_development(call, resources.database)
        serve(resources, call.options.host, call.options.port)
    return 0


def worker(call: Call) -> int:
    from jobs.queue import Queue
    from moment.processes import work

    _start(call)
    with call.resources() as resources:
        if call.options.queue:
            work(resources, Queue(call.options.queue))
        else:
            _migrate_in_development(call, resources.database)
            _work_all(call, resources.settings)
    return 0


def _work_all(call: Call, settings: "Settings") -> None:
    """A worker process for each queue, started again when it dies."""
    from desk.stack import Worker
    from desk.supervisor import Child, Supervisor
    from jobs.queue import Queue
    from moment.parts import run_part

    children = []
    for queue in Queue:
        part = Worker(queue)
        children.append(Child(str(part), run_part, (part, settings, call.build)))
    with Supervisor(children) as supervisor:
        supervisor.stop_on_signals()
        supervisor.wait()


def reconcile(call: Call) -> int:
    from moment import processes

    _start(call)
    with call.resources() as resources:
        _migrate_in_development(call, resources.database)
        processes.reconcile(resources)
    return 0


def _start(call: Call) -> None:
    from desk.fallbacks import announce

    announce(call.settings)


def _migrate_in_development(call: Call, database: "Database") -> None:
    """In development the schema follows by itself; in production `moment migrate` is a step of its own."""
    from moment.knowledge import migrate

    if call.settings.env == "development":
        migrate(database)
