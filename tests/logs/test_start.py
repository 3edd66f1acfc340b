"""A process's log: one line for each thing that happened, whoever logs it."""

import json
import subprocess
import sys

import pytest

from tests.moment.children import ROOT, environment

SCRIPT = """
import logging, threading, warnings
from structlog.contextvars import bind_contextvars
from logs.logger import get_logger
from logs.start import start_logging

start_logging(production={production})
bind_contextvars(request_id="abc")
get_logger("ours").info("event handled", kind="message", ms=3)
logging.getLogger("theirs").warning("%d retries", 2)
logging.getLogger("httpx").info("HTTP Request: GET /")
{more}
"""


def logged(more: str = "", *, production: bool = True) -> list[str]:
    """What a process says on its standard error."""
    script = SCRIPT.format(production=production, more=more)
    child = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.stdout == ""
    return child.stderr.splitlines()


def test_in_production_our_lines_and_the_libraries_are_json_of_one_kind() -> None:
    ours, theirs = (json.loads(line) for line in logged())
    assert {"timestamp", "level", "logger", "event", "request_id"} <= set(ours) & set(theirs)
    assert (ours["logger"], ours["event"], ours["kind"], ours["ms"]) == (
        "ours",
        "event handled",
        "message",
        3,
    )
    assert (theirs["logger"], theirs["event"], theirs["level"]) == ("theirs", "2 retries", "warning")


def test_on_a_desk_they_are_for_people_and_plain_where_there_is_no_terminal() -> None:
    ours, theirs = logged(production=False)
    assert "\x1b" not in ours
    assert ours.rstrip().endswith("kind=message ms=3 request_id=abc")
    assert "2 retries" in theirs


@pytest.mark.parametrize(
    ("more", "event"),
    [
        ("raise ValueError('ひみつ')", "process ends by an error"),
        (
            "def fail(): raise ValueError('ひみつ')\nt = threading.Thread(target=fail)\nt.start()\nt.join()",
            "thread ends by an error",
        ),
        ("warnings.warn('ひみつ')", "python warning"),
    ],
)
def test_what_else_would_be_printed_is_a_line_too_and_quotes_nothing(more: str, event: str) -> None:
    line = logged(more)[-1]
    assert json.loads(line)["event"] == event
    assert "ひみつ" not in line.replace("raise ValueError('ひみつ')", "")
