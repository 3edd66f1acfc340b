"""One call of the command line."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.providers.registry import Build
from settings import Settings

if TYPE_CHECKING:
    from moment.resources import Resources


@dataclass(frozen=True)
class Call:
    options: argparse.Namespace
    settings: Settings
    build: Build

    @contextmanager
    def resources(self) -> "Iterator[Resources]":
        """This process's own, with an embedded part for each that is not named. Raises ConfigurationError,
        EmbeddedPartMissing, EmbeddedPartFailed."""
        from desk.fallbacks import with_fallbacks
        from moment.resources import open_resources

        with with_fallbacks(self.settings) as settings, open_resources(settings, self.build) as resources:
            yield resources
