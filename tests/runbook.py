"""What docs/runbook.md says, by its parts: tests do what it tells an operator to do."""

import re
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
# Those of deploy/terraform: each links to its part.
ALERTS = {
    "text-late",
    "owed-rows-old",
    "web-errors",
    "push-quota",
    "invariant-violated",
    "rows-parked",
    "service-down",
    "reconciler-silent",
    "database-away",
    "payment-incident",
    "broker-away",
    "flags-unread",
}


def part(heading: str) -> str:
    """What stands below this heading, up to the next of its level or a higher one."""
    level = heading.index(" ")
    _, _, rest = f"\n{RUNBOOK}".partition(f"\n{heading}\n")
    assert rest, f"no part {heading}"
    return re.split(rf"\n#{{1,{level}}} ", rest, maxsplit=1)[0]


def blocks(words: str, language: str) -> Sequence[str]:
    return re.findall(rf"```{language}\n(.*?)```", words, re.DOTALL)
