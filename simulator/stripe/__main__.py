"""`python -m simulator.stripe --port P --config FILE`: Stripe on the desk."""

import sys

from simulator.http.command_line import serve
from simulator.stripe.config import StripeConfig
from simulator.stripe.server import make_server


def main() -> int:
    return serve("simulator.stripe", "Stripe on the desk", StripeConfig, make_server)


if __name__ == "__main__":
    sys.exit(main())
