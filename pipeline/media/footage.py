"""A clip on this machine as an analyst gets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipeline.media.excerpt import write_excerpt
from pipeline.media.probe import check_usable
from pipeline.media.view import make_view, serves_as_view
from pipeline.providers.ports import Footage
from storage.workspace import workspace


@contextmanager
def footage_of(clip: Path) -> Iterator[Footage]:
    """Looked at as it is where it serves, else by a view that is there for the block. Raises UnusableClip,
    FfmpegError, BadView."""
    facts = check_usable(clip)
    with workspace() as folder:
        view = clip if serves_as_view(facts) else make_view(clip, facts, folder)
        yield Footage(view, partial(write_excerpt, clip, facts))
