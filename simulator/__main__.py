"""`python -m simulator --port P --config FILE`: LINE on the desk."""

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from simulator.config import SimulatorConfig
from simulator.server import make_server


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulator", description="LINE on the desk")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True, help="a SimulatorConfig as JSON")
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless told otherwise")
    arguments = parser.parse_args()
    try:
        config = SimulatorConfig.model_validate_json(arguments.config.read_bytes())
    except (OSError, ValidationError) as error:
        print(f"simulator: {arguments.config}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    make_server(config, arguments.port, arguments.host).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
