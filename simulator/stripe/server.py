"""The desk's Stripe on one port."""

from functools import partial

from simulator.http.server import Server
from simulator.stripe.app import make_stripe_app
from simulator.stripe.config import StripeConfig


def make_server(config: StripeConfig, port: int, host: str = "127.0.0.1") -> Server:
    """A server ready to `run()`; port 0 takes a free one."""
    return Server(partial(make_stripe_app, config), port, host)
