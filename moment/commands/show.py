"""All of Moment on one machine: the demo, and for good."""

import signal
import threading
from typing import TYPE_CHECKING

from moment.commands.call import Call

if TYPE_CHECKING:
    from desk.stack import Stack
    from settings import Settings


def demo(call: Call) -> int:
    from moment.demo import Wishes, run_demo

    options = call.options
    # Told to stop, it cleans up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wishes = Wishes(options.dish, options.video, options.memo, options.out, options.google_doubles)
    run_demo(call.settings, call.build, wishes)
    return 0


def up(call: Call) -> int:
    from functools import partial

    from desk.console import say
    from desk.fallbacks import announce, with_servers
    from desk.stack import Layout, ProcessLauncher, start_stack
    from desk.supervisor import Supervisor
    from moment.desk_friends import desk_friends
    from moment.knowledge import prepare_database
    from moment.parts import run_part

    announce(call.settings)
    with with_servers(call.settings) as settings:
        prepare_database(settings, call.build)
        options = call.options
        layout = Layout(
            settings.data_dir.absolute(),
            stripe=True,
            friends=desk_friends(settings),
            web_port=options.port,
            line_port=options.desk_port,
            stripe_port=options.stripe_port,
        )
        with Supervisor() as supervisor:
            launcher = ProcessLauncher(supervisor, partial(run_part, build=call.build))
            with start_stack(settings, launcher, layout) as stack:
                say(f"\nThe chat page: {stack.line_url}/   (Ctrl-C ends everything)")
                say(f"The console: {_console_link(stack.settings)}   (signs a coach in, once)")
                if stack.stripe_url:
                    say(f"Stripe's desk: {stack.stripe_url}/   (payments, and a clock to push)")
                supervisor.stop_on_signals()
                # In the background: the chat can be used without, and drawing takes a second.
                threading.Thread(target=_sync_menus, args=(stack.settings, call), daemon=True).start()
                threading.Thread(target=_begin_lives, args=(stack, call), daemon=True).start()
                supervisor.wait()
    return 0


def _console_link(settings: "Settings") -> str:
    from contextlib import closing

    from models.database import Database
    from moment.desk_coach import desk_coach_link

    with closing(Database(settings.database_url or "", pool=1)) as database:
        return desk_coach_link(settings, database)


def _sync_menus(settings: "Settings", call: Call) -> None:
    """The simulator has forgotten those of its last run."""
    from logs.logger import get_logger
    from moment.menus import advice, sync_menus
    from moment.resources import open_resources

    try:
        with open_resources(settings, call.build) as resources:
            errors = [synced.error for synced in sync_menus(resources)]
    except Exception as error:  # noqa: BLE001 - the chat goes on without its menu
        get_logger(__name__).warning("rich menus not made", exc_info=error)
        return
    for each in filter(None, errors):
        get_logger(__name__).warning("rich menus not made", error=advice(each))


def _begin_lives(stack: "Stack", call: Call) -> None:
    """On a desk without learners: a coach finds three threads."""
    import httpx

    from desk.console import say
    from logs.logger import get_logger
    from moment.desk_lives import Lives
    from moment.resources import open_resources

    try:
        with open_resources(stack.settings, call.build) as resources:
            _ = resources.queue  # what these owe is sent when their transaction commits
            if Lives(resources, stack.desk, stack.stripe_url).begin():
                say("The console has three learners' threads.")
    except httpx.TransportError:
        return  # the desk has ended meanwhile
    except Exception as error:  # noqa: BLE001 - the desk goes on without them
        # Most often the desk is being ended, and its database before this.
        get_logger(__name__).warning("no learners seeded", error=f"{type(error).__name__}: {error}"[:500])
