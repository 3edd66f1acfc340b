"""Programs that end when we do, however we end, and take no more memory than they are given."""

import shutil
import signal
from collections.abc import Sequence
from functools import cache


def with_our_end(command: Sequence[str], number: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command line of a program that the kernel sends `number` when the thread that starts it is gone.

    By util-linux's setpriv, which every Debian and Ubuntu has (prctl(2), PR_SET_PDEATHSIG): a function between fork
    and exec could do the same, but is not safe beside other threads. Where it is missing the command is as it was,
    and what we start outlives us only when we are killed without a word.
    """
    setpriv = _program("setpriv")
    if setpriv is None:
        return list(command)
    return [setpriv, "--pdeathsig", number.name.removeprefix("SIG"), "--", *command]


def with_memory_limit(command: Sequence[str], most_bytes: int) -> list[str]:
    """The command line of a program that gets no more memory of its own than this: it fails, and nothing beside it.

    By util-linux's prlimit (setrlimit(2), RLIMIT_DATA); where that is missing the command is as it was.
    """
    prlimit = _program("prlimit")
    return list(command) if prlimit is None else [prlimit, f"--data={most_bytes}", "--", *command]


@cache
def _program(name: str) -> str | None:
    return shutil.which(name)
