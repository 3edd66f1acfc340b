"""`python -m simulator.line --port P --config FILE`: LINE on the desk."""

import sys

from simulator.http.command_line import serve
from simulator.line.config import LineConfig
from simulator.line.server import make_server


def main() -> int:
    return serve("simulator.line", "LINE on the desk", LineConfig, make_server)


if __name__ == "__main__":
    sys.exit(main())
