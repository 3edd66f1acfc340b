"""`python -m moment`, and the `moment` command."""

import gc
import sys
from typing import NoReturn

from moment.cli import main


def run() -> NoReturn:
    code = main()
    gc.freeze()  # else Python looks through all that was imported once more before it ends
    sys.exit(code)


if __name__ == "__main__":
    run()
