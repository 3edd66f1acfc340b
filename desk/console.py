"""What an operator sees on the terminal, apart from the log."""

import sys


def say(line: str) -> None:
    """One line of start-up or result, at once, apart from a command's data on standard output."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal
