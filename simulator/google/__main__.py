"""`python -m simulator.google --port P --config FILE`: Google on the desk."""

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from simulator.google.config import GoogleConfig
from simulator.google.server import make_server


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulator.google", description="Google on the desk")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True, help="a GoogleConfig as JSON")
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless told otherwise")
    arguments = parser.parse_args()
    try:
        config = GoogleConfig.model_validate_json(arguments.config.read_bytes())
    except (OSError, ValidationError) as error:
        print(f"simulator.google: {arguments.config}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    make_server(config, arguments.port, arguments.host).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
