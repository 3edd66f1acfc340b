"""All of Moment on one machine: the demo, and for good."""

import signal

from moment.commands.call import Call


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
    from moment.knowledge import prepare_database
    from moment.parts import run_part

    announce(call.settings)
    with with_servers(call.settings) as settings:
        prepare_database(settings, call.build)
        options = call.options
        layout = Layout(
            settings.data_dir.absolute(),
            stripe=True,
            web_port=options.port,
            line_port=options.desk_port,
            stripe_port=options.stripe_port,
        )
        with Supervisor() as supervisor:
            launcher = ProcessLauncher(supervisor, partial(run_part, build=call.build))
            with start_stack(settings, launcher, layout) as stack:
                say(f"\nThe chat page: {stack.line_url}/   (Ctrl-C ends everything)")
                if stack.stripe_url:
                    say(f"Stripe's desk: {stack.stripe_url}/   (payments, and a clock to push)")
                supervisor.stop_on_signals()
                supervisor.wait()
    return 0
