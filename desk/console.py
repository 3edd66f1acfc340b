"""What an operator sees on the terminal, and the log."""

import logging
import sys


def say(line: str) -> None:
    """One line of start-up or result, at once, apart from a command's data on standard output."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal


def start_logging(level: int = logging.INFO) -> None:
    """No request or response bodies: they hold learners' words and the SDK logs them at DEBUG."""
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    for chatty in ("httpx", "httpcore", "linebot", "urllib3", "faster_whisper", "dramatiq", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
