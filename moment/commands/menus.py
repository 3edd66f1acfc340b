"""The rich menus of our LINE accounts, from an operator's side."""

from typing import TYPE_CHECKING

from moment.commands.call import Call

if TYPE_CHECKING:
    from moment.menus import Synced


def richmenu(call: Call) -> int:
    return {"sync": sync}[call.options.action](call)


def sync(call: Call) -> int:
    """1 where an account has not got all of it."""
    from desk.console import say
    from moment.menus import sync_menus

    is_whole = True
    with call.resources() as resources:
        for synced in sync_menus(resources):
            is_whole = is_whole and synced.error is None
            for line in report(synced):
                say(f"{synced.channel}: {line}")
    return 0 if is_whole else 1


def report(synced: "Synced") -> list[str]:
    from moment.menus import advice

    lines = list(synced.changes)
    if synced.owed:
        lines.append(f"{synced.owed} learners see another menu as soon as a worker runs")
    if synced.kept:
        lines.append(f"{synced.kept} old menus stay until nobody sees them: the next sync deletes them")
    if synced.error is not None:
        lines.append(advice(synced.error))
    return lines or ["nothing to change"]
