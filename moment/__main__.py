"""`python -m moment`, and the `moment` command."""

import gc
import os
import signal
import sys
from typing import NoReturn

from moment.cli import main


def run() -> NoReturn:
    if os.getpid() == 1:  # in a container: the kernel gives it no signal that it has not asked for
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    code = main()
    gc.freeze()  # else Python looks through all that was imported once more before it ends
    sys.exit(code)


if __name__ == "__main__":
    run()
