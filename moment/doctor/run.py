"""The order of the checks, side by side in time: most of them wait for a network."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from moment.doctor import configuration
from moment.doctor.ground import Ground, start_ground
from moment.doctor.report import Check, as_json, as_table, crash, failure, healthy, skip, summary
from moment.doctor.secrecy import mask, secrets_of
from pipeline.providers.registry import Build, build_providers


@dataclass(frozen=True)
class Part:
    """Checks that belong together: made one after the other, within `seconds` in all."""

    name: str
    seconds: float
    checks: Callable[[], Iterator[Check]]


def run_doctor(*, json: bool, fix: bool = False, build: Build = build_providers) -> int:
    """Prints the report on standard output; returns the exit code: 0 when nothing failed. With `fix`, what can be set
    right from here is."""
    from rich.console import Console

    with Console(stderr=True).status("looking at every part"):
        checks = diagnose(build, fix=fix)
    if json:
        sys.stdout.write(as_json(checks) + "\n")
    else:
        console = Console()
        console.print(as_table(checks))
        console.print(f"\n{summary(checks)}", highlight=False)
    return 0 if healthy(checks) else 1


def diagnose(build: Build = build_providers, *, fix: bool = False) -> list[Check]:
    """Every check, in the report's order, without secrets."""
    settings, problems = configuration.read_settings()
    if settings is None:
        return [*problems, skip("parts", "looked at once the settings can be read")]
    review = configuration.review(settings)
    with start_ground(settings, build, startable=healthy(review), mends=fix) as start:
        checks = [*review, *start.problems, *look_at(parts(start.ground))]
        secrets = secrets_of(start.ground.settings)
    return [mask(check, secrets) for check in checks]


def parts(ground: Ground) -> list[Part]:
    from moment.doctor import broker, console, database, google, liff, line, media, models, store, stripe, web

    chain = [
        Part("database", 20, partial(database.checks, ground)),
        Part("broker", 15, partial(broker.checks, ground)),
        Part("ffmpeg", 40, media.checks),
        Part("store", 30, partial(store.checks, ground)),
        Part("models", 30, partial(models.checks, ground)),
    ]
    if google.has_google(ground):
        chain += [
            Part("google.gemini", 40, partial(google.gemini_checks, ground)),
            Part("google.cloud", 40, partial(google.cloud_checks, ground)),
        ]
    chain.append(Part("public_url", 15, partial(web.checks, ground)))
    chain += [
        Part(f"line.{channel.name}", 30, partial(line.checks, ground, channel))
        for channel in ground.settings.line_channels
    ]
    chain.append(Part("line.rooms", 5, partial(line.rooms, ground)))
    chain.append(Part("liff", 20, partial(liff.checks, ground)))
    chain.append(Part("console", 20, partial(console.checks, ground)))
    chain.append(Part("stripe", 40, partial(stripe.checks, ground)))
    return chain


def look_at(parts: Sequence[Part]) -> list[Check]:
    """All parts at once; their checks in the parts' order."""
    looks = [_Look(part) for part in parts]
    return [check for look in looks for check in look.checks()]


@dataclass
class _Look:
    part: Part
    _checks: list[Check] = field(default_factory=list)
    _thread: threading.Thread = field(init=False)
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.part.seconds
        # A daemon: what hangs must not keep the report, or the command, from ending.
        self._thread = threading.Thread(target=self._make, name=self.part.name, daemon=True)
        self._thread.start()

    def checks(self) -> list[Check]:
        """Those made within the part's time."""
        self._thread.join(max(0.0, self._deadline - time.monotonic()))
        checks = list(self._checks)
        if self._thread.is_alive():
            detail = f"not done after {self.part.seconds:g} s"
            checks.append(failure(self.part.name, detail, "see whether it answers at all from this machine"))
        return checks

    def _make(self) -> None:
        try:
            for check in self.part.checks():
                self._checks.append(check)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is this part's failure
            self._checks.append(crash(self.part.name, error))
