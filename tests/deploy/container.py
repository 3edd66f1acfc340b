"""Containers of the image without an engine: namespaces of mounts and processes, made by util-linux.

The network is this machine's. The root file system is read-only but for /tmp, and the first process is the image's own, as
the image's own user: what an engine does with `--read-only --tmpfs /tmp --network host`. Not shown are an engine's
limits of memory, its filter of system calls and the capabilities that it drops.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from child import with_our_end
from tests.deploy.image import Image

STOP_SECONDS = 10.0  # what Cloud Run gives
# Run with the image's root, a folder of this machine to show, the user, and the command line.
ENTER = """\
set -e
root=$1 shown=$2 user=$3
shift 3
mount --rbind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --types proc proc "$root/proc"
mount --types tmpfs tmpfs "$root/tmp"
mkdir "$root/tmp/shown"
mount --bind "$shown" "$root/tmp/shown"
mount --options remount,bind,ro "$root/tmp/shown"
mount --options remount,bind,ro "$root"
# Twice: who becomes another user is no longer told of the death of who started them.
exec chroot --userspec="$user" "$root" setpriv --pdeathsig KILL "$@"
"""
SHOWN = Path("/tmp/shown")  # as the container sees it


@dataclass(frozen=True)
class Container:
    """`engine` stands beside it, waits for its first process, and ends with that one's exit code."""

    image: Image
    engine: "subprocess.Popen[bytes]"
    log: Path

    @property
    def first(self) -> int:
        """The id of its first process, as this machine counts."""
        (pid,) = _children(self.engine.pid)
        return pid

    def processes(self) -> dict[int, str]:
        """All that run in it, by their ids as this machine counts, and which program each is."""
        found, pids = {}, _children(self.engine.pid)
        while pids:
            pid = pids.pop()
            found[pid] = _program(pid)
            pids += _children(pid)
        return found

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> int:
        """As an engine does, which kills what has not gone in time. Returns the exit code."""
        os.kill(self.first, signal.Signals[self.image.stop_signal])
        return self.wait(STOP_SECONDS)

    def wait(self, seconds: float) -> int:
        """The exit code."""
        try:
            return self.engine.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(f"still there: {self.processes()}\n{self.output()[-3000:]}")


def _children(pid: int) -> list[int]:
    """Of any of its threads; none of a process that has gone meanwhile."""
    children = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            children += [int(child) for child in path.read_text().split()]
    return children


def _program(pid: int) -> str:
    """ "" for a process that has gone meanwhile."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except FileNotFoundError:
        return ""


@contextmanager
def container(
    image: Image, *arguments: str, environment: Mapping[str, str], shown: Path, log: Path
) -> Iterator[Container]:
    """Runs for the block at most. `environment` comes on top of the image's; `shown` is seen at SHOWN, read-only."""
    inside = ["env", f"--chdir={image.folder}", *image.entrypoint, *arguments]
    enter = ["sh", "-c", ENTER, "sh", str(image.root), str(shown), image.user, *inside]
    with log.open("wb") as file:
        engine = subprocess.Popen(
            with_our_end(["unshare", "--mount", "--pid", "--fork", *enter]),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**image.environment, **environment},
        )
    try:
        yield Container(image, engine, log)
    finally:
        engine.kill()
        engine.wait()
