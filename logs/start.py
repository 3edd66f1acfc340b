"""Where a process's log lines go: to its standard error, as JSON in production and for people on a desk."""

import logging
import sys
import threading
import warnings
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

from logs.exceptions import describe_exception
from logs.logger import SHARED, get_logger
from logs.outages import Outages

log = get_logger(__name__)

# At INFO these tell of every request, or of their own affairs.
CHATTY = (
    "httpx",
    "httpcore",
    "linebot",
    "urllib3",
    "faster_whisper",
    "dramatiq",
    "alembic",
    "google_genai",
    "stripe",  # with learners' names, at DEBUG
    "uvicorn",
    "websockets",  # with what is said in calls, at DEBUG
)


def start_logging(*, production: bool, level: int = logging.INFO) -> None:
    """From now on everything that is logged in this process goes through one chain.

    No request or response bodies: they hold learners' words, and SDKs log them at DEBUG.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(sys.stderr, production=production))
    handler.addFilter(Outages())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.showwarning = _log_warning
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash


def formatter(stream: TextIO, *, production: bool) -> ProcessorFormatter:
    """JSON lines, or lines for people: in colours where the stream is a terminal."""
    return ProcessorFormatter(
        foreign_pre_chain=list(SHARED),
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(describe_exception),
            *(_json() if production else _for_people(stream)),
        ],
    )


def _json() -> Sequence[Processor]:
    return [_put_first, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _put_first(_logger: object, _method: str, line: EventDict) -> EventDict:
    """What a person's eye looks for."""
    return {name: line[name] for name in ("timestamp", "level", "event") if name in line} | dict(line)


def _for_people(stream: TextIO) -> Sequence[Processor]:
    return [
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Python's own warnings. Their text may show a value, such as pydantic's of what it serialises."""
    log.warning("python warning", category=category.__name__, place=f"{filename}:{lineno}")


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("process ends by an error", exc_info=(kind, error, trace))


def _log_thread_crash(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:  # None only while the interpreter ends
        name = crash.thread.name if crash.thread is not None else ""
        log.critical("thread ends by an error", thread=name, exc_info=crash.exc_value)
