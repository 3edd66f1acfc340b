"""`python -m tests.quick_moment`: every command, with the quick providers in place of real ones."""

import sys

from moment.cli import main
from tests.quick_providers import build

if __name__ == "__main__":
    sys.exit(main(build=build))
