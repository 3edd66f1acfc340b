"""`python -m simulator.google --port P --config FILE`: Google on the desk."""

import sys

from simulator.google.config import GoogleConfig
from simulator.google.server import make_server
from simulator.http.command_line import serve


def main() -> int:
    return serve("simulator.google", "Google on the desk", GoogleConfig, make_server)


if __name__ == "__main__":
    sys.exit(main())
