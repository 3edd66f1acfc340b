"""What a check says of a part, and how an operator or a script reads it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """`detail` says how the part is, `fix` which variable, page or command mends it ("" where nothing is wrong)."""

    name: str
    status: Status
    detail: str
    fix: str = ""


STYLES = {Status.OK: "green", Status.WARNING: "yellow", Status.FAILED: "bold red", Status.SKIPPED: "dim"}


def ok(name: str, detail: str) -> Check:
    return Check(name, Status.OK, detail)


def warning(name: str, detail: str, fix: str) -> Check:
    return Check(name, Status.WARNING, detail, fix)


def failure(name: str, detail: str, fix: str) -> Check:
    return Check(name, Status.FAILED, detail, fix)


def skip(name: str, detail: str, fix: str = "") -> Check:
    return Check(name, Status.SKIPPED, detail, fix)


def crash(name: str, error: BaseException) -> Check:
    """The check itself failed. Only the error's type is told: its words may hold what must stay secret."""
    return failure(
        name, f"the check ended with {type(error).__name__}", "try again; if it stays, report this line"
    )


def attempt(name: str, check: Callable[[], Check]) -> Check:
    """The check, or its crash as its own failure, so that those after it are still made."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it was, it is this check's failure
        return crash(name, error)


def healthy(checks: Sequence[Check]) -> bool:
    return all(check.status is not Status.FAILED for check in checks)


def as_json(checks: Sequence[Check]) -> str:
    report = {"ok": healthy(checks), "checks": [asdict(check) for check in checks]}
    return json.dumps(report, ensure_ascii=False)


def as_table(checks: Sequence[Check]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("part", no_wrap=True)
    table.add_column("is", no_wrap=True)
    table.add_column("what was found, and how to mend it", overflow="fold")
    for check in checks:
        words = Text(check.detail)
        if check.fix:
            words.append(f"\n→ {check.fix}", style="bold")
        table.add_row(Text(check.name), Text(check.status, style=STYLES[check.status]), words)
    return table


def summary(checks: Sequence[Check]) -> str:
    counts = {status: sum(check.status is status for check in checks) for status in Status}
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count)
