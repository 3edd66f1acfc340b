"""A double as a process of its own."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from simulator.http.server import Server

AnyConfig = TypeVar("AnyConfig", bound=BaseModel)


def serve(
    program: str,
    title: str,
    config_type: type[AnyConfig],
    make_server: Callable[[AnyConfig, int, str], Server],
) -> int:
    """Until it is stopped. Returns the exit code: 2 for a wrong configuration or a port that isn't free."""
    parser = argparse.ArgumentParser(prog=program, description=title)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True, help=f"a {config_type.__name__} as JSON")
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless told otherwise")
    arguments = parser.parse_args()
    try:
        config = config_type.model_validate_json(arguments.config.read_bytes())
    except (OSError, ValidationError) as error:
        return _give_up(f"{program}: {arguments.config}: {error}")
    try:
        server = make_server(config, arguments.port, arguments.host)
    except OSError as error:
        return _give_up(f"{program}: {error}")
    server.run()
    return 0


def _give_up(message: str) -> int:
    print(message, file=sys.stderr)  # noqa: T201
    return 2
