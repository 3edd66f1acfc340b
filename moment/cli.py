"""The command line. Every command's own imports wait until it runs, so that --help is at once."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from pipeline.providers.registry import Build

# The names of jobs.queue.Queue and settings.ProviderChoice, which take long to import.
QUEUES = ("conversation", "answers", "media", "preparation", "models", "video")
PROVIDERS = ("offline", "google")
BENCHMARKS = (
    "webhook",
    "overhead",
    "render",
    "memory",
    "tap",
    "backlog",
    "look",
    "start",
    "api",
    "pushes",
    "console",
    "companion",
    "scale",
)
STARTS_PARTS = ("demo", "up", "worker", "bench")
USAGE = 2


class OneLineParser(argparse.ArgumentParser):
    """A wrong option gets one clear line and exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    top = OneLineParser(prog="moment", description="Moment teaches people to cook without recipes, in LINE.")
    commands = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=OneLineParser
    )

    _add_demo(commands.add_parser("demo", help="one learner's whole session, end to end, on embedded parts"))
    _add_up(commands.add_parser("up", help="everything for good, with the simulator's chat page"))

    web = commands.add_parser("web", help="the web process: webhooks, media, health")
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=int, default=8000)
    worker = commands.add_parser("worker", help="the workers: one process per queue, restarted when one dies")
    worker.add_argument("--queue", choices=QUEUES, help="run only this queue, in this process")
    commands.add_parser("reconcile", help="the reconciler: wakes whatever is owed and was forgotten")

    commands.add_parser("migrate", help="bring the database's schema up to date")
    commands.add_parser("ingest", help="dishes and principles from the files into the database")
    commands.add_parser("seed", help="only the dishes: quick, nothing is embedded")
    doctor = commands.add_parser(
        "doctor", help="look at every part and credential, and say how to mend what is wrong"
    )
    doctor.add_argument("--json", action="store_true", help="one JSON object")
    doctor.add_argument("--fix", action="store_true", help="set right what can be: the bucket's CORS")
    _add_evaluations(commands.add_parser("eval", help="measure quality on labelled data"))
    retry = commands.add_parser("retry", help="give failed sessions their attempts back")
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("session", type=int, nargs="?", help="the session's id")
    which.add_argument("--all-failed", action="store_true", help="every one, and every message given up")
    forget = commands.add_parser("forget", help="delete all that is kept of a learner; their plan ends first")
    forget.add_argument(
        "learner", metavar="LINE_USER_ID", help="as LINE names them: U and 32 letters and digits"
    )
    forget.add_argument("--yes", action="store_true", help="don't ask")
    commands.add_parser(
        "retention", help="delete now what is kept for so long only, and say what was deleted"
    )
    flags = commands.add_parser("flags", help="what a person should see of what learners wrote, newest first")
    flags.add_argument("-n", dest="count", type=_count, default=20, help="how many (default: %(default)s)")
    _add_coach(commands.add_parser("coach", help="who may sign in at the console"))
    _add_richmenu(commands.add_parser("richmenu", help="the rich menus of our LINE accounts"))
    _add_stripe(commands.add_parser("stripe", help="the account at Stripe, by which the plan is paid"))
    commands.add_parser(
        "drill", help="do every fault of the list to a few conversations: what is lost, what doubled"
    )
    bench = commands.add_parser("bench", help="measure against a reference in the same run")
    bench.add_argument("name", choices=BENCHMARKS)
    bench.add_argument("--json", action="store_true", help="one JSON object a line")
    return top


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--video", type=_file, help="a cooking video to send (default: drawn for the dish)")
    demo.add_argument(
        "--memo", type=_file, help="a voice memo to send (default: spoken by the offline voice)"
    )
    demo.add_argument("--dish", default="fried-rice", help="the dish's slug (default: %(default)s)")
    demo.add_argument("--out", type=Path, default=Path("out"), help="where results go (default: %(default)s)")
    demo.add_argument(
        "--google-doubles",
        action="store_true",
        help="with the Google providers on their SDKs, against local doubles of Google's APIs",
    )


def _add_up(up: argparse.ArgumentParser) -> None:
    up.add_argument("--port", type=int, default=8000, help="the web process's port (default: %(default)s)")
    up.add_argument("--desk-port", type=int, default=8080, help="the chat page's port (default: %(default)s)")
    up.add_argument("--stripe-port", type=int, default=8081, help="Stripe's port (default: %(default)s)")


def _add_coach(parent: argparse.ArgumentParser) -> None:
    actions = parent.add_subparsers(
        dest="action", required=True, metavar="ACTION", parser_class=OneLineParser
    )
    invite = actions.add_parser("invite", help="print a link with which a coach comes in, once")
    invite.add_argument("name", metavar="NAME", help="as learners see it: 16 characters at most")
    rights = invite.add_mutually_exclusive_group()
    rights.add_argument("--admin", action="store_true", help="who invites and removes others")
    rights.add_argument("--limited", action="store_true", help="who sees only learners assigned to them")
    actions.add_parser("list", help="all of them, and when they were here last")
    remove = actions.add_parser("remove", help="sign a coach out at once and for good")
    remove.add_argument("name", metavar="NAME")


def _add_richmenu(parent: argparse.ArgumentParser) -> None:
    actions = parent.add_subparsers(
        dest="action", required=True, metavar="ACTION", parser_class=OneLineParser
    )
    actions.add_parser(
        "sync", help="make what is missing, and delete old ones of ours; at most 100 of each an hour"
    )


def _add_stripe(parent: argparse.ArgumentParser) -> None:
    actions = parent.add_subparsers(
        dest="action", required=True, metavar="ACTION", parser_class=OneLineParser
    )
    actions.add_parser(
        "setup", help="make or mend product, price, portal and webhook, and print the settings"
    )
    incidents = actions.add_parser(
        "incidents", help="what to look at in the dashboard (refunds, disputes, second plans …), newest first"
    )
    incidents.add_argument(
        "-n", dest="count", type=_count, default=20, help="how many (default: %(default)s)"
    )


def _add_evaluations(parent: argparse.ArgumentParser) -> None:
    names = parent.add_subparsers(
        dest="name", required=True, metavar="EVALUATION", parser_class=OneLineParser
    )
    retrieval = names.add_parser("retrieval", help="how often the right principle is found")
    retrieval.add_argument("--queries", type=_file, help="another labelled set (default: the repository's)")
    retrieval.add_argument("--json", action="store_true", help="one JSON object")
    coaching = names.add_parser("coaching", help="the coach over a golden set of clips")
    coaching.add_argument(
        "set",
        nargs="?",
        type=_folder,
        metavar="SET",
        help="a golden set's folder (default: the repository's)",
    )
    coaching.add_argument("--provider", choices=PROVIDERS, default="offline", help="default: %(default)s")
    coaching.add_argument("-n", type=_count, default=3, help="runs of each clip (default: %(default)s)")
    coaching.add_argument(
        "--probes", type=_count_or_none, default=3, help="clips for each probe (default: %(default)s)"
    )
    coaching.add_argument("--jobs", type=_count, default=2, help="runs at once (default: %(default)s)")
    coaching.add_argument(
        "--clips", type=Path, help="where clips that are drawn are kept (default: .clips in the set)"
    )
    coaching.add_argument(
        "--out", type=Path, default=Path("out/eval"), help="where the report goes (default: %(default)s)"
    )
    coaching.add_argument("--compare", type=_file, help="another evaluation's run.json")
    coaching.add_argument("--json", action="store_true", help="one JSON object")
    footage = names.add_parser("footage", help="the analyst on filmed clips that a person has looked at")
    footage.add_argument("folder", type=_folder, metavar="FOLDER", help="the clips, with their labels.tsv")
    footage.add_argument("--provider", choices=PROVIDERS, default="offline", help="default: %(default)s")
    footage.add_argument("--jobs", type=_count, default=2, help="clips at once (default: %(default)s)")
    footage.add_argument("--json", action="store_true", help="one JSON object")
    coached = names.add_parser(
        "from-coaches", help="labels for a golden set, of what coaches have said of the AI's diagnoses"
    )
    coached.add_argument(
        "folder", type=Path, metavar="FOLDER", help="where the labels go; each clip is named, and not copied"
    )
    words = names.add_parser("words", help="the coach's words on labelled cases: safe, true, useful")
    words.add_argument("--provider", choices=PROVIDERS, default="offline", help="default: %(default)s")
    words.add_argument("--json", action="store_true", help="one JSON array, with every case that fell short")


def main(arguments: Sequence[str] | None = None, build: "Build | None" = None) -> int:
    """0 done, 1 failed with the reason said, 2 wrong options or settings, 130 interrupted.

    `build` makes the providers of this process instead of those that its settings choose.
    """
    options = parser().parse_args(arguments)
    if options.command in STARTS_PARTS:
        _import_for_parts()
    from errors import MomentError
    from moment import commands
    from moment.errors import UsageError
    from pipeline.providers.registry import build_providers
    from settings import ConfigurationError

    try:
        return commands.run(options, build or build_providers)
    except MomentError as error:
        sys.stderr.write(f"moment: {error.explain()}\n")
        return USAGE if isinstance(error, (ConfigurationError, UsageError)) else 1
    except KeyboardInterrupt:
        return 130


def _import_for_parts() -> None:
    """What the parts import takes seconds: their server begins with it while this process still imports its own."""
    from desk.supervisor import preload
    from moment.parts import PRELOAD

    preload(PRELOAD)


def _file(value: str) -> Path:
    path = Path(value)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {value}")
    return path


def _folder(value: str) -> Path:
    path = Path(value)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"no such folder: {value}")
    return path


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"not a count from 1: {value}")
    return int(value)


def _count_or_none(value: str) -> int:
    return 0 if value == "0" else _count(value)
