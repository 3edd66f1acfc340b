"""`python -m moment`."""

import sys

from moment.cli import main

if __name__ == "__main__":
    sys.exit(main())
