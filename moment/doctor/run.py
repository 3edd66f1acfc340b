"""The order of the checks, side by side in time: most of them wait for a network."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from moment.doctor import configuration
from moment.doctor.ground import Ground, grounds
from moment.doctor.report import Check, as_json, as_table, broken, failed, healthy, skipped, summary
from moment.doctor.secrecy import masked, secrets_of


@dataclass(frozen=True)
class Part:
    """Checks that belong together: made one after the other, within `seconds` in all."""

    name: str
    seconds: float
    checks: Callable[[], Iterator[Check]]


def run_doctor(*, json: bool) -> int:
    """Prints the report on standard output; returns the exit code: 0 when nothing failed."""
    from rich.console import Console

    with Console(stderr=True).status("looking at every part"):
        checks = diagnose()
    if json:
        sys.stdout.write(as_json(checks) + "\n")
    else:
        console = Console()
        console.print(as_table(checks))
        console.print(f"\n{summary(checks)}", highlight=False)
    return 0 if healthy(checks) else 1


def diagnose() -> list[Check]:
    """Every check, in the report's order, without secrets."""
    named, unreadable = configuration.read()
    if named is None:
        return [*unreadable, skipped("parts", "looked at once the settings can be read")]
    reviewed = configuration.review(named)
    with grounds(named, startable=healthy(reviewed)) as (ground, wrong):
        checks = [*reviewed, *wrong, *together(parts(ground))]
        secrets = secrets_of(ground.settings)
    return [masked(check, secrets) for check in checks]


def parts(ground: Ground) -> list[Part]:
    from moment.doctor import broker, database, google, line, media, models, store, web

    found = [
        Part("database", 20, partial(database.checks, ground)),
        Part("broker", 15, partial(broker.checks, ground)),
        Part("ffmpeg", 40, partial(media.checks, ground)),
        Part("store", 30, partial(store.checks, ground)),
        Part("models", 30, partial(models.checks, ground)),
    ]
    if google.chosen(ground):
        found += [
            Part("google.gemini", 40, partial(google.gemini_checks, ground)),
            Part("google.cloud", 40, partial(google.cloud_checks, ground)),
        ]
    found.append(Part("public_url", 15, partial(web.checks, ground)))
    found += [
        Part(f"line.{channel.name}", 30, partial(line.checks, ground, channel))
        for channel in ground.settings.line_channels
    ]
    found.append(Part("line.rooms", 5, partial(line.rooms, ground)))
    return found


def together(chosen: Sequence[Part]) -> list[Check]:
    """All parts at once; their checks in the parts' order."""
    running = [_Running(part) for part in chosen]
    return [check for each in running for check in each.checks()]


@dataclass
class _Running:
    part: Part
    _found: list[Check] = field(default_factory=list)
    _thread: threading.Thread = field(init=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.part.seconds
        # A daemon: what hangs must not keep the report, or the command, from ending.
        self._thread = threading.Thread(target=self._make, name=self.part.name, daemon=True)
        self._thread.start()

    def checks(self) -> list[Check]:
        """What was found within the part's time."""
        self._thread.join(max(0.0, self._deadline - time.monotonic()))
        found = list(self._found)
        if self._thread.is_alive():
            detail = f"not done after {self.part.seconds:g} s"
            found.append(failed(self.part.name, detail, "see whether it answers at all from this machine"))
        return found

    def _make(self) -> None:
        try:
            for check in self.part.checks():
                self._found.append(check)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is this part's failure
            self._found.append(broken(self.part.name, error))
